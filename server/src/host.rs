//! The machine that this server runs on.

/// Memory in all, MiB; `None` when it is not known.
#[must_use]
pub fn total_mib() -> Option<u64> {
    mib(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:")
}

/// Memory that can still be used, MiB. `None` when it is not known, or when the engine, which has so much memory in
/// all, runs on another machine.
#[must_use]
pub fn available_mib(engine_memory_mib: u64) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = mib(&text, "MemTotal:")?;
    // The engine tells the same number, but for rounding.
    (total.abs_diff(engine_memory_mib) <= total / 50).then(|| mib(&text, "MemAvailable:"))?
}

fn mib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_read() {
        let text = "MemTotal:       24684248 kB\nMemFree:        1 kB\nMemAvailable:   10485760 kB\n";
        assert_eq!(mib(text, "MemAvailable:"), Some(10_240));
        assert_eq!(mib(text, "MemTotal:"), Some(24_105));
        assert_eq!(mib(text, "SwapFree:"), None);
    }

    #[test]
    fn another_machines_memory_is_not_ours() {
        assert_eq!(available_mib(1), None);
    }
}
