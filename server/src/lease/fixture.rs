//! What an entry of the cheat sheet needs, made in a learner's sandbox before they try it.

use std::time::Duration;

use domain::visible::visible_lines;
use library::{EntryGroup, RenderedEntry};
use sandbox::{Program, Sandbox, SandboxError};

/// It may build an image.
const PATIENCE: Duration = Duration::from_secs(120);
/// The engine answers within this time.
const ENGINE: Duration = Duration::from_secs(60);

/// Takes away the containers that were made for an entry before, for many entries call theirs alike, and notes which were
/// there; what is made by hand stays.
const BEFORE: &str = "xargs -r docker rm -f </tmp/.fixture >/dev/null 2>&1
before=$(docker ps -aq --no-trunc | sort)";
/// Notes which containers were made.
const AFTER: &str = "code=$?
docker ps -aq --no-trunc | sort | comm -13 <(echo \"$before\") - >/tmp/.fixture
exit $code";

/// Do the entry's `given` scripts in the working folder. Where the learner has made things of the same names they may fail,
/// which keeps nothing back: the last line is given back for the learner to see.
///
/// # Errors
/// When the sandbox fails.
pub async fn lay(sandbox: &Sandbox, group: &EntryGroup, entry: &RenderedEntry) -> Result<Option<String>, SandboxError> {
    let Some(fixture) = &entry.entry.fixture else { return Ok(None) };
    if fixture.two_hosts {
        sandbox.add_host().await?;
    }
    let given = format!("{}\n{}", group.given.trim(), fixture.given.trim());
    if given.trim().is_empty() {
        return Ok(None);
    }
    sandbox.wait_for_engine(ENGINE).await?;
    let given = format!("{BEFORE}\n(\n{given}\n)\n{AFTER}");
    let ran = sandbox.run(Program::new(["/bin/bash".to_owned(), "-c".to_owned(), given]).timeout(PATIENCE)).await?;
    if ran.timed_out {
        return Ok(Some(format!("it took more than {} s", PATIENCE.as_secs())));
    }
    let last = ran.stderr.lines().rev().find(|line| !line.trim().is_empty());
    let said =
        || last.map_or_else(|| format!("it ended with {}", ran.exit_code), |line| visible_lines(line).into_owned());
    Ok((ran.exit_code != 0).then(said))
}
