//! Use of the sandbox.

use std::fs;

use nix::sys::statvfs::statvfs;
use protocol::{Answer, Stats};

use crate::wire;

/// Use of the container's control group, version 2 or 1.
fn memory_mib() -> Option<u64> {
    let files = ["/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory/memory.usage_in_bytes"];
    let text = files.iter().find_map(|file| fs::read_to_string(file).ok())?;
    Some(text.trim().parse::<u64>().ok()? / (1024 * 1024))
}

pub(super) fn stats() -> Answer {
    let processes = fs::read_dir("/proc").map_or(0, |entries| {
        entries
            .flatten()
            .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok()))
            .count()
    });
    match statvfs("/var/lib/docker") {
        Ok(found) => {
            let mib = |blocks: u64| blocks * found.fragment_size() / (1024 * 1024);
            Answer::Stats(Stats {
                processes: u32::try_from(processes).unwrap_or(u32::MAX),
                memory_mib: memory_mib(),
                data_used_mib: mib(found.blocks() - found.blocks_free()),
                data_mib: mib(found.blocks()),
            })
        }
        Err(error) => wire::refused("look at the data root", &error.into()),
    }
}
