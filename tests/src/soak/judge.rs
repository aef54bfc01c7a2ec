//! What counts as growth without bound, and as too many errors.
//!
//! After the warm-up and again at the end all learners have left. Then every count must be back to what it was after the
//! warm-up, but for what comes and goes by itself ([`slack`]). While they are there, as many all the time, nothing may rise
//! from the second quarter of the run to the last by more than [`rise`]; medians are compared, so a peak does not count.
//! Rows of the database may grow with what learners did, and no table by more than that ([`most_rows`]).

use std::collections::BTreeMap;

use super::{
    count::Totals,
    sample::{Measure, Sample},
};

/// Errors of a thousand requests.
const ERRORS_PER_THOUSAND: f64 = 1.0;
/// Fewer samples than this tell of no trend.
const SAMPLES: usize = 12;
/// Files kept of one exercise, and points to go back to, as `server/src/lease/work.rs` and `server/src/store/work.rs`
/// have it.
const FILES: u64 = 200;
const POINTS: u64 = 10;

/// What was seen in a run.
#[derive(Debug, Default)]
pub struct Run {
    /// All had left after the warm-up.
    pub before: Sample,
    /// While learners were there.
    pub during: Vec<Sample>,
    /// All had left at the end.
    pub after: Sample,
    /// Over the whole run.
    pub totals: Totals,
    /// Learners.
    pub learners: u64,
    /// Different exercises.
    pub exercises: u64,
    /// Nobody else used the engine.
    pub alone: bool,
}

/// So much more may be left than before.
fn slack(measure: Measure, before: u64) -> u64 {
    match measure {
        Measure::Containers | Measure::Volumes | Measure::Networks | Measure::Mounts => 0,
        // A connection to the idle sandbox is a process in it.
        Measure::Processes => 2,
        // Threads for blocking work, and connections to the database and to browsers, end some time after their last use.
        Measure::ServerFiles | Measure::ServerThreads => 24,
        // The same of the engine's connections. A program of the host that is just run has namespaces of the host.
        Measure::EngineFiles => 24,
        Measure::Namespaces => 2,
        // Pages of an allocator are not given back one by one.
        Measure::ServerKib => 24 * 1024 + before / 4,
    }
}

/// So much may something rise while as many learners are there.
fn rise(measure: Measure, from: u64) -> u64 {
    match measure {
        Measure::ServerKib => 16 * 1024 + from / 8,
        _ => 32 + from / 4,
    }
}

/// Rows that a table may have; `None` for a table of which nothing is known.
fn most_rows(table: &str, run: &Run) -> Option<u64> {
    let works = run.learners * run.exercises;
    let before = run.before.rows.get(table).copied().unwrap_or(0);
    let most = match table {
        "learner" => run.learners,
        "lease" => run.totals.times("started"),
        "attempt" => run.totals.times("checked"),
        "progress" | "work_image" => works,
        "work_file" => works * FILES,
        "work_point" => works * POINTS,
        "work_point_file" => works * POINTS * FILES,
        "sandbox" | "announcement" | "server_secret" | "feedback" => before,
        _ => return None,
    };
    Some(most)
}

impl Run {
    /// What is not as it must be, a sentence each.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.errors();
        faults.extend(self.left());
        faults.extend(self.risen());
        faults.extend(self.rows());
        faults
    }

    /// Errors of a thousand requests.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    pub fn errors_per_thousand(&self) -> f64 {
        self.totals.errors as f64 * 1000.0 / self.totals.requests.max(1) as f64
    }

    fn errors(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.totals.requests == 0 {
            faults.push("Nothing was asked.".to_owned());
        }
        if self.errors_per_thousand() > ERRORS_PER_THOUSAND {
            let Totals { requests, errors, told, .. } = &self.totals;
            faults.push(format!("{errors} of {requests} requests failed: {}.", told.join("; ")));
        }
        faults
    }

    /// Counts that are judged.
    fn judged(&self, counts: &BTreeMap<Measure, u64>) -> Vec<(Measure, u64)> {
        let all = counts.iter().map(|(measure, count)| (*measure, *count));
        all.filter(|(measure, _)| self.alone || !measure.is_shared()).collect()
    }

    /// What is left when all have gone.
    #[must_use]
    pub fn left(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (measure, before) in self.judged(&self.before.counts) {
            let after = self.after.counts.get(&measure).copied().unwrap_or(0);
            if after > before + slack(measure, before) {
                let name = measure.name();
                faults.push(format!("{name}: {before} after the warm-up, {after} at the end, when all had left."));
            }
        }
        faults
    }

    fn risen(&self) -> Vec<String> {
        let quarter = self.during.len() / 4;
        if self.during.len() < SAMPLES {
            return Vec::new();
        }
        let (second, last) = (&self.during[quarter..2 * quarter], &self.during[self.during.len() - quarter..]);
        let mut faults = Vec::new();
        for (measure, _) in self.judged(&self.before.counts) {
            let (from, to) = (median(second, measure), median(last, measure));
            if to > from + rise(measure, from) {
                let name = measure.name();
                faults.push(format!("{name}: {from} in the second quarter of the run, {to} in the last."));
            }
        }
        faults
    }

    /// Tables with more rows than there may be.
    #[must_use]
    pub fn rows(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (table, rows) in &self.after.rows {
            match most_rows(table, self) {
                Some(most) if *rows > most => {
                    faults.push(format!("table {table}: {rows} rows, and nobody did more than {most} of that."));
                }
                Some(_) => {}
                None => faults.push(format!("table {table}: nobody has said how many rows it may have.")),
            }
        }
        faults
    }
}

/// The middle of a measure's counts.
#[must_use]
pub fn median(samples: &[Sample], measure: Measure) -> u64 {
    let mut counts: Vec<u64> = samples.iter().filter_map(|one| one.counts.get(&measure).copied()).collect();
    counts.sort_unstable();
    counts.get(counts.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sample(counts: &[(Measure, u64)]) -> Sample {
        let rows = BTreeMap::from([("lease".to_owned(), 4)]);
        Sample { at: Duration::ZERO, counts: counts.iter().copied().collect(), rows }
    }

    fn run() -> Run {
        let idle = sample(&[(Measure::Containers, 1), (Measure::ServerKib, 100_000), (Measure::Volumes, 3)]);
        let busy = sample(&[(Measure::Containers, 9), (Measure::ServerKib, 120_000), (Measure::Volumes, 3)]);
        let done = BTreeMap::from([("started", 4)]);
        Run {
            before: idle.clone(),
            during: vec![busy; 16],
            after: idle,
            totals: Totals { requests: 2_000, errors: 2, told: Vec::new(), done },
            learners: 2,
            exercises: 1,
            alone: true,
        }
    }

    #[test]
    fn what_is_back_is_fine() {
        assert_eq!(run().faults(), [""; 0]);
    }

    #[test]
    fn one_container_more_is_told() {
        let mut run = run();
        run.after.counts.insert(Measure::Containers, 2);
        assert_eq!(run.faults(), ["containers: 1 after the warm-up, 2 at the end, when all had left."]);
    }

    #[test]
    fn what_belongs_to_others_is_judged_only_alone() {
        let mut run = run();
        run.after.counts.insert(Measure::Volumes, 4);
        assert_eq!(run.faults().len(), 1);
        run.alone = false;
        assert_eq!(run.faults(), [""; 0]);
    }

    #[test]
    fn a_rise_is_told_and_a_peak_is_not() {
        let mut peak = run();
        peak.during[14].counts.insert(Measure::ServerKib, 900_000);
        assert_eq!(peak.faults(), [""; 0]);
        let mut rising = run();
        for (number, one) in rising.during.iter_mut().enumerate() {
            one.counts.insert(Measure::ServerKib, 120_000 + 8_000 * u64::try_from(number).unwrap());
        }
        let faults = rising.faults();
        assert!(faults.len() == 1 && faults[0].starts_with("memory of the server"), "{faults:?}");
    }

    #[test]
    fn one_error_of_a_thousand_is_allowed_and_no_more() {
        let mut run = run();
        run.totals.errors = 3;
        run.totals.told = vec!["GET /: 500".to_owned()];
        assert_eq!(run.faults(), ["3 of 2000 requests failed: GET /: 500."]);
    }

    #[test]
    fn rows_come_from_what_was_done_and_unknown_tables_are_told() {
        let mut run = run();
        run.after.rows.insert("lease".to_owned(), 5);
        run.after.rows.insert("new".to_owned(), 1);
        let faults = run.faults();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("table lease: 5 rows") && faults[1].starts_with("table new"), "{faults:?}");
    }
}
