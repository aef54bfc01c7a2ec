//! Judging again: a corrected check looks at what was seen when the attempt was made.
//! Invariant: evidence counts only for the very probe, in the very scenario, by which it was seen.

use serde::{Deserialize, Serialize};

use crate::{
    check::{Check, Host},
    evidence::Evidence,
    exercise::{ExerciseFile, Scenario},
    id::CheckId,
    judge::{judge_one, waits_for},
    probe::Probe,
    verdict::Verdict,
};

/// What was seen for one check, and how it was looked at; all texts filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// For which check.
    pub check: CheckId,
    /// How it was looked.
    pub probe: Probe,
    /// In which fresh sandbox; `None` is the learner's own.
    pub scenario: Option<Scenario>,
    /// On which of its hosts.
    #[serde(default)]
    pub on: Host,
    /// What was seen.
    pub evidence: Evidence,
}

impl Seen {
    /// What was seen for a check of an exercise, both filled in.
    #[must_use]
    pub fn new(file: &ExerciseFile, check: &Check, evidence: Evidence) -> Self {
        Self {
            check: check.id.clone(),
            probe: check.probe.clone(),
            scenario: scenario_of(file, check).cloned(),
            on: check.on,
            evidence,
        }
    }
}

fn scenario_of<'a>(file: &'a ExerciseFile, check: &Check) -> Option<&'a Scenario> {
    let id = check.scenario.as_ref()?;
    file.scenario.iter().find(|scenario| &scenario.id == id)
}

/// The verdict of an exercise as it is now (filled in with the attempt's own words) on what was seen then; the first
/// check for which too little was kept instead.
///
/// # Errors
/// The check that would have to be looked at in another way than then.
pub fn regrade(file: &ExerciseFile, seen: &[Seen]) -> Result<Verdict, CheckId> {
    let mut results = Vec::with_capacity(file.check.len());
    for check in &file.check {
        let mut evidence = None;
        if waits_for(check, &results).is_none() {
            let kept = seen.iter().find(|seen| {
                seen.probe == check.probe && seen.on == check.on && seen.scenario.as_ref() == scenario_of(file, check)
            });
            evidence = Some(&kept.ok_or_else(|| check.id.clone())?.evidence);
        }
        let result = judge_one(check, &results, evidence);
        results.push(result);
    }
    Ok(Verdict::of(results))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn exercise(checks: serde_json::Value) -> ExerciseFile {
        serde_json::from_value(json!({
            "format": 1, "revision": 1, "title": "t", "part": 7, "order": 1, "summary": "s", "level": "everyday",
            "minutes": 5, "needs": ["run"], "images": [], "section": "a#b",
            "hint": [], "scenario": [{"id": "clean", "images": ["app"]}], "check": checks,
        }))
        .unwrap()
    }

    fn check(id: &str, image: &str, wanted: u32) -> serde_json::Value {
        json!({"id": id, "claim": "c", "why": "w", "section": "a#b", "points": 1, "in": "clean",
               "probe": {"kind": "run", "image": image}, "expect": [{"at": "/exit_code", "equals": wanted}]})
    }

    fn seen(file: &ExerciseFile, code: u32) -> Vec<Seen> {
        let of = |check| Seen::new(file, check, Evidence::Seen { facts: json!({"exit_code": code}) });
        file.check.iter().map(of).collect()
    }

    #[test]
    fn a_corrected_expectation_judges_what_was_seen() {
        let then = exercise(json!([check("a", "app", 1)]));
        let kept = seen(&then, 0);
        assert!(!regrade(&then, &kept).unwrap().passed);
        let now = exercise(json!([check("renamed", "app", 0)]));
        assert!(regrade(&now, &kept).unwrap().passed, "the same look under another name");
    }

    #[test]
    fn what_was_not_looked_at_is_not_judged() {
        let then = exercise(json!([check("a", "app", 0)]));
        let kept = seen(&then, 0);
        let other = exercise(json!([check("a", "other", 0)]));
        assert_eq!(regrade(&other, &kept).unwrap_err().as_str(), "a");
        let mut other = then.clone();
        other.scenario.first_mut().unwrap().images = vec!["base".into()];
        assert!(regrade(&other, &kept).is_err(), "another scenario");
        let mut other = then.clone();
        other.check.first_mut().unwrap().on = Host::Second;
        assert!(regrade(&other, &kept).is_err(), "another host");
        let more = exercise(json!([check("a", "app", 0), check("b", "more", 0)]));
        assert_eq!(regrade(&more, &kept).unwrap_err().as_str(), "b");
    }
}
