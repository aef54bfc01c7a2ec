//! What the host itself says.

/// Memory that the host could still give, MiB.
#[must_use]
pub fn available_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).expect("MemAvailable");
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}
