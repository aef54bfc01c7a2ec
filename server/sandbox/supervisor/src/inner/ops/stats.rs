//! Use of the sandbox.

use std::fs;

use nix::sys::statvfs::statvfs;
use protocol::{Answer, Stats};

use crate::wire;

pub(super) fn stats() -> Answer {
    let processes = fs::read_dir("/proc").map_or(0, |entries| {
        entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok())).count()
    });
    match statvfs("/var/lib/docker") {
        Ok(found) => {
            let mib = |blocks: u64| blocks * found.fragment_size() / (1024 * 1024);
            Answer::Stats(Stats {
                processes: u32::try_from(processes).unwrap_or(u32::MAX),
                data_used_mib: mib(found.blocks() - found.blocks_free()),
                data_mib: mib(found.blocks()),
            })
        }
        Err(error) => wire::refused("look at the data root", &error.into()),
    }
}
