//! Results: a table for people, `target/bench/results.json` for programs.
//! Invariant: every result has the six fields; what could not be measured has no value and is not ok.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::stats::Sample;

/// One line of the table, one object of the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Measured {
    /// Stable name.
    name: String,
    /// `None` when it could not be measured.
    value: Option<f64>,
    /// `ratio`, `ms`, `MiB`, `kB`; empty when there is no value.
    unit: &'static str,
    /// What the value should not exceed.
    aim: Option<f64>,
    /// Measured, and not above the aim where there is one.
    ok: bool,
    /// How it was measured, with the numbers behind a ratio.
    detail: String,
}

/// All that was measured, in order.
#[derive(Default)]
pub(crate) struct Report {
    results: Vec<Measured>,
}

impl Report {
    /// Note a value.
    pub(crate) fn note(&mut self, name: &str, value: f64, unit: &'static str, aim: Option<f64>, detail: String) {
        let ok = value.is_finite() && aim.is_none_or(|aim| value <= aim);
        self.add(Measured { name: name.to_owned(), value: Some(value), unit, aim, ok, detail });
    }

    /// Note how many times as long something took as the base, by a percentile of both.
    pub(crate) fn note_ratio(&mut self, name: &str, of: &Sample, base: &Base<'_>, percent: usize, aim: Option<f64>) {
        let (value, unit) = (of.percentile(percent), base.times.percentile(percent));
        let statistic = if percent == 50 { "medians".to_owned() } else { format!("{percent}th percentiles") };
        let detail = format!(
            "{value:.1} ms against {unit:.1} ms of {}; {statistic} of {} and {}, in turn",
            base.what,
            of.len(),
            base.times.len()
        );
        self.note(name, value / unit, "ratio", aim, detail);
    }

    /// Note that something could not be measured.
    pub(crate) fn note_missing(&mut self, name: &str, why: &str) {
        let detail = format!("could not be measured: {why}");
        self.add(Measured { name: name.to_owned(), value: None, unit: "", aim: None, ok: false, detail });
    }

    fn add(&mut self, one: Measured) {
        println!("{}", line(&one));
        self.results.push(one);
    }

    /// Whether everything could be measured.
    pub(crate) fn is_whole(&self) -> bool {
        !self.results.is_empty() && self.results.iter().all(|one| one.value.is_some())
    }

    /// Names of the aims that were missed.
    pub(crate) fn missed(&self) -> Vec<&str> {
        self.results.iter().filter(|one| one.value.is_some() && !one.ok).map(|one| one.name.as_str()).collect()
    }

    /// Write what was noted below the workspace's target folder; where it is.
    pub(crate) fn write(&self) -> std::io::Result<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        std::fs::create_dir_all(&folder)?;
        let text = serde_json::to_string_pretty(&self.results)?;
        std::fs::write(folder.join("results.json"), text + "\n")?;
        Ok(Path::new("target/bench").join("results.json"))
    }
}

/// What times are compared with.
pub(crate) struct Base<'a> {
    /// In words.
    pub(crate) what: &'a str,
    /// Its times.
    pub(crate) times: &'a Sample,
}

fn line(one: &Measured) -> String {
    let value = one.value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    let aim = one.aim.map_or_else(String::new, |aim| format!("aim {aim}"));
    let word = match (one.ok, one.value) {
        (true, _) => "ok",
        (false, Some(_)) => "MISSED",
        (false, None) => "ABSENT",
    };
    format!("{:<28} {value:>9} {:<5} {aim:<8} {word:<6} {}", one.name, one.unit, one.detail)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.note("fast", 1.5, "ratio", Some(1.5), "a".to_owned());
        report.note("slow", 1.6, "ratio", Some(1.5), "b".to_owned());
        report.note("free", 9.0, "MiB", None, "c".to_owned());
        report
    }

    #[test]
    fn a_missed_aim_is_told_and_is_no_failure() {
        let report = report();
        assert_eq!(report.missed(), ["slow"]);
        assert!(report.is_whole());
    }

    #[test]
    fn what_is_absent_makes_the_report_incomplete() {
        let mut report = report();
        report.note_missing("grade", "no engine");
        assert!(!report.is_whole());
        assert_eq!(report.missed(), ["slow"]);
        assert!(!Report::default().is_whole(), "nothing is not everything");
    }

    #[test]
    fn the_file_has_six_fields_for_each() {
        let mut report = report();
        report.note_missing("grade", "no engine");
        let Value::Array(all) = serde_json::to_value(&report.results).unwrap() else { panic!("an array") };
        for one in &all {
            let mut fields: Vec<&str> = one.as_object().unwrap().keys().map(String::as_str).collect();
            fields.sort_unstable();
            assert_eq!(fields, ["aim", "detail", "name", "ok", "unit", "value"]);
        }
        let pick = |field: &str| all.iter().map(|one| one[field].clone()).collect::<Vec<_>>();
        assert_eq!(pick("ok"), [json!(true), json!(false), json!(true), json!(false)]);
        assert_eq!(pick("value"), [json!(1.5), json!(1.6), json!(9.0), json!(null)]);
        assert_eq!(pick("aim"), [json!(1.5), json!(1.5), json!(null), json!(null)]);
        assert_eq!(all[3]["detail"], "could not be measured: no engine");
    }

    #[test]
    fn a_ratio_names_both_sides() {
        let mut report = Report::default();
        let times: Sample = [2.0, 1.0, 3.0].into_iter().collect();
        let of: Sample = [6.0, 5.0, 7.0].into_iter().collect();
        report.note_ratio("page", &of, &Base { what: "a file", times: &times }, 50, None);
        assert_eq!(report.results[0].value, Some(3.0));
        assert_eq!(report.results[0].detail, "6.0 ms against 2.0 ms of a file; medians of 3 and 3, in turn");
    }

    #[test]
    fn a_value_that_is_no_number_is_never_ok() {
        let mut report = Report::default();
        report.note("odd", f64::NAN, "ratio", None, String::new());
        assert_eq!(report.missed(), ["odd"]);
    }
}
