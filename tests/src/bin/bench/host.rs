//! What the host itself says about a container's memory and disk.

use std::{fs, path::PathBuf, process::Command};

/// Bytes in a MiB.
pub(crate) const MIB: f64 = 1024.0 * 1024.0;

/// What a container's control group is charged with, MiB.
pub(crate) struct Charged {
    /// All: programs, files in tmpfs, page cache that it was the first to touch, kernel memory where it is counted.
    pub(crate) all: f64,
    /// Of it the programs' own memory.
    pub(crate) programs: f64,
}

/// Ask the kernel, not the engine, which leaves part of the page cache out.
pub(crate) fn charged(container: &str) -> Charged {
    let out = Command::new("docker").args(["inspect", "--format", "{{.State.Pid}}", container]).output().unwrap();
    let pid = String::from_utf8(out.stdout).unwrap();
    let groups = fs::read_to_string(format!("/proc/{}/cgroup", pid.trim())).expect("the sandbox runs on this host");
    let (folder, usage, own) = control_group(&groups).expect("a control group of memory");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let all: f64 = read(usage).trim().parse().unwrap();
    let programs = field(&read("memory.stat"), own).expect("memory.stat tells what programs use");
    Charged { all: all / MIB, programs: programs / MIB }
}

/// Where a process's memory is counted: the folder, the file with all of it, the field with the programs' own.
fn control_group(groups: &str) -> Option<(PathBuf, &'static str, &'static str)> {
    let path_of = |wanted: &str| {
        groups.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            let found = controllers.split(',').any(|one| one == wanted);
            found.then(|| path.trim_start_matches('/').to_owned())
        })
    };
    if let Some(path) = path_of("memory") {
        let folder = PathBuf::from("/sys/fs/cgroup/memory").join(path);
        return Some((folder, "memory.usage_in_bytes", "total_rss"));
    }
    let folder = PathBuf::from("/sys/fs/cgroup").join(path_of("")?);
    Some((folder, "memory.current", "anon"))
}

fn field(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// Bytes that a container has written to the engine's disk.
pub(crate) fn written(container: &str) -> f64 {
    let out =
        Command::new("docker").args(["inspect", "--size", "--format", "{{.SizeRw}}", container]).output().unwrap();
    String::from_utf8(out.stdout).unwrap().trim().parse().expect("the engine tells what a container wrote")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_found_in_either_kind_of_control_group() {
        let first = "12:pids:/docker/ab\n5:cpu,cpuacct:/docker/ab\n4:memory:/docker/ab\n0::/\n";
        let (folder, usage, own) = control_group(first).unwrap();
        assert_eq!(folder, PathBuf::from("/sys/fs/cgroup/memory/docker/ab"));
        assert_eq!((usage, own), ("memory.usage_in_bytes", "total_rss"));
        let second = "0::/system.slice/docker-ab.scope\n";
        let (folder, usage, own) = control_group(second).unwrap();
        assert_eq!(folder, PathBuf::from("/sys/fs/cgroup/system.slice/docker-ab.scope"));
        assert_eq!((usage, own), ("memory.current", "anon"));
        assert!(control_group("3:pids:/x\n").is_none());
    }

    #[test]
    fn a_field_is_taken_by_its_whole_name() {
        let text = "rss 1\ntotal_rss_huge 2\ntotal_rss 4096\n";
        assert_eq!(field(text, "total_rss"), Some(4096.0));
        assert_eq!(field(text, "anon"), None);
    }
}
