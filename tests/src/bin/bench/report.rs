//! Results: a table for people, `target/bench/results.json` for programs.

use std::{path::PathBuf, time::Duration};

use serde_json::{Value, json};

/// All that was measured, in order.
#[derive(Default)]
pub(crate) struct Report {
    results: Vec<Value>,
}

impl Report {
    /// Note a value. With an aim, `ok` says whether it is not above it.
    pub(crate) fn note(&mut self, name: &str, value: f64, unit: &str, aim: Option<f64>, detail: &str) {
        let ok = aim.is_none_or(|aim| value <= aim);
        let word = if ok { "ok" } else { "MISSED" };
        let wanted = aim.map_or_else(String::new, |aim| format!("(aim {aim})"));
        println!("{name:<36} {value:>10.2} {unit:<6} {wanted:<12} {word:<7} {detail}");
        self.results.push(json!({"name": name, "value": value, "unit": unit, "aim": aim, "ok": ok, "detail": detail}));
    }

    /// Write what was noted.
    pub(crate) fn write(&self) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("results.json"), serde_json::to_string_pretty(&self.results).unwrap()).unwrap();
        println!("written to target/bench/results.json");
    }
}

/// The middle of some durations, in milliseconds.
pub(crate) fn median(of: &[Duration]) -> f64 {
    percentile(of, 50)
}

/// A percentile of some durations (nearest rank), in milliseconds.
pub(crate) fn percentile(of: &[Duration], percent: usize) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len());
    sorted[rank - 1].as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let of: Vec<Duration> = [5, 1, 4, 2, 3].into_iter().map(Duration::from_millis).collect();
        assert!((median(&of) - 3.0).abs() < 1e-9);
        assert!((percentile(&of, 95) - 5.0).abs() < 1e-9);
        assert!((percentile(&of[..1], 1) - 5.0).abs() < 1e-9);
    }

    #[test]
    fn a_missed_aim_is_told() {
        let mut report = Report::default();
        report.note("fast", 1.5, "ratio", Some(1.5), "");
        report.note("slow", 1.6, "ratio", Some(1.5), "");
        report.note("free", 9.0, "MiB", None, "");
        let ok: Vec<&Value> = report.results.iter().map(|one| &one["ok"]).collect();
        assert_eq!(ok, [&json!(true), &json!(false), &json!(true)]);
    }
}
