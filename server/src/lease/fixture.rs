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
    let given = fixture.all_given(&group.given);
    if given.is_empty() {
        return Ok(None);
    }
    sandbox.wait_for_engine(ENGINE).await?;
    let given = format!("{BEFORE}\n(\n{given}\n)\n{AFTER}");
    let ran = sandbox.run(Program::new(["/bin/bash".to_owned(), "-c".to_owned(), given]).timeout(PATIENCE)).await?;
    if ran.timed_out {
        return Ok(Some(format!("it took more than {} s", PATIENCE.as_secs())));
    }
    let said = || match telling(&ran.stderr) {
        Some(line) => visible_lines(line).into_owned(),
        None => format!("it ended with {}", ran.exit_code),
    };
    Ok((ran.exit_code != 0).then(said))
}

/// The line that says what went wrong: the last one that speaks of an error, or the last one at all.
fn telling(stderr: &str) -> Option<&str> {
    let lines = || stderr.lines().rev().filter(|line| !line.trim().is_empty());
    lines().find(|line| line.to_ascii_lowercase().contains("error")).or_else(|| lines().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_more_than_what_comes_after_it() {
        let said = "docker: Error response from daemon: Conflict.\nSee 'docker run --help'.\n\n";
        assert_eq!(telling(said), Some("docker: Error response from daemon: Conflict."));
        assert_eq!(telling("a\nb\n \n"), Some("b"));
        assert_eq!(telling("\n"), None);
    }
}
