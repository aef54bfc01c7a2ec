//! What the host itself says.

/// Memory that the host could still give, MiB.
#[must_use]
pub fn available_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).expect("MemAvailable");
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// The host's processes that belong to a container, by its control group's name.
#[must_use]
pub fn processes_of(container: &str) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let belongs = |pid: &u32| {
        // One that has just ended belongs to nothing.
        std::fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|groups| groups.contains(container))
    };
    all.filter(belongs).collect()
}
