//! The learner's control groups, from within: what the outer side has handed over, parted for the engine.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    fault::{Doing as _, Fault},
    groups,
};

/// The group that the second host sees as the root.
const SECOND: &str = "second";
/// Processes that were killed have left their groups after this time.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether there are control groups of the learner's own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handed {
    /// The engine limits containers by them.
    Over,
    /// They are shown read-only, where they are shown at all.
    No,
}

/// Let the engine limit what it puts into groups of its own. All processes of this host are in [`groups::HOST`].
pub(super) fn part(root: &Path) -> Result<(), Fault> {
    groups::part(root).doing("part the control groups")
}

/// Move this process, which makes the second host, to where that one's view of the groups shall begin; the group that it is
/// to go on to when it has a view of its own.
pub(super) fn enter_second() -> Result<fs::File, Fault> {
    let second = Path::new(groups::ROOT).join(SECOND);
    remove(&second)?;
    groups::make(&second)?;
    let host = groups::make(&second.join(groups::HOST))?;
    groups::enter(&groups::way_into(&second)?)?;
    groups::way_into(&host)
}

/// Remove what an earlier second host has left, which is ended, and all in it.
fn remove(group: &Path) -> Result<(), Fault> {
    let began = Instant::now();
    loop {
        match remove_once(group) {
            Err(error) if error.kind() == ErrorKind::ResourceBusy && began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            other => return other.doing("remove the control groups of an earlier second host"),
        }
    }
}

fn remove_once(group: &Path) -> std::io::Result<()> {
    // No deeper than the learner has made them, and they are few: the outer side sets their number.
    let mut groups: Vec<PathBuf> = vec![group.to_owned()];
    let mut at = 0;
    while let Some(one) = groups.get(at) {
        let below: Vec<PathBuf> = fs::read_dir(one)?
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .collect();
        groups.extend(below);
        at += 1;
    }
    groups.iter().rev().try_for_each(fs::remove_dir)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn groups_are_removed_from_the_deepest_up_and_their_absence_is_fine() {
        let root = std::env::temp_dir().join(format!("drydock-groups-{}", std::process::id()));
        fs::create_dir_all(root.join("docker/one/init")).unwrap();
        fs::create_dir_all(root.join("docker/two")).unwrap();
        fs::create_dir_all(root.join(groups::HOST)).unwrap();
        remove(&root).unwrap();
        assert!(!root.exists());
        remove(&root).unwrap();
    }

    #[test]
    fn a_group_that_cannot_be_removed_is_told() {
        let root = std::env::temp_dir().join(format!("drydock-held-{}", std::process::id()));
        fs::create_dir_all(root.join("docker")).unwrap();
        fs::write(root.join("docker/held"), "").unwrap();
        assert!(remove(&root).unwrap_err().chain().contains("earlier second host"));
        fs::remove_dir_all(&root).unwrap();
    }
}
