//! Judging: checks and evidence in, results out. Total and pure.
//! Invariant: a check passes only on evidence that was seen and of which every expectation holds.

use crate::{
    check::Check,
    evidence::Evidence,
    id::CheckId,
    verdict::{Because, CheckResult, Outcome, Verdict},
};

/// The check among `done` that keeps this one from being looked at: the first of `after` that has not passed.
#[must_use]
pub fn waits_for<'a>(check: &'a Check, done: &[CheckResult]) -> Option<&'a CheckId> {
    check.after.iter().find(|id| !done.iter().any(|result| &result.check == *id && result.outcome == Outcome::Passed))
}

/// Judge one check. `done` holds the results of the checks before it; `evidence` is not asked for when
/// [`waits_for`] names a check.
#[must_use]
pub fn judge_one(check: &Check, done: &[CheckResult], evidence: Option<&Evidence>) -> CheckResult {
    let result = |outcome, because, expected, observed| CheckResult {
        check: check.id.clone(),
        claim: check.claim.clone(),
        kind: check.kind(),
        outcome,
        because,
        expected,
        observed,
        why: check.why.clone(),
        section: check.section.clone(),
        points: check.points,
        after: check.after.clone(),
    };
    let expected = || check.expect.first().map(|first| first.expected()).unwrap_or_default();
    if let Some(waited_for) = waits_for(check, done) {
        let because = Because::Waits { check: waited_for.clone() };
        return result(Outcome::CouldNotRun, Some(because), expected(), String::new());
    }
    match evidence {
        None => {
            let because = Because::Fault { reason: "nothing looked at this check".to_owned() };
            result(Outcome::CouldNotRun, Some(because), expected(), String::new())
        }
        Some(Evidence::CouldNotLook { reason }) => {
            let because = Because::Fault { reason: reason.clone() };
            result(Outcome::CouldNotRun, Some(because), expected(), String::new())
        }
        Some(Evidence::Invalid { reason }) => result(Outcome::Failed, None, expected(), reason.clone()),
        Some(Evidence::Seen { facts }) => {
            let held: Vec<_> = check.expect.iter().map(|one| one.hold(facts)).collect();
            match held.iter().find(|one| !one.holds).or(held.first()) {
                Some(one) => {
                    let passed = held.iter().all(|one| one.holds);
                    let outcome = if passed { Outcome::Passed } else { Outcome::Failed };
                    result(outcome, None, one.expected.clone(), one.observed.clone())
                }
                None => {
                    let because = Because::Fault { reason: "the check expects nothing".to_owned() };
                    result(Outcome::CouldNotRun, Some(because), String::new(), String::new())
                }
            }
        }
    }
}

/// Judge all checks in order. `evidence` gives what was seen for a check; it is not asked for checks that wait.
#[must_use]
pub fn judge(checks: &[Check], mut evidence: impl FnMut(&Check) -> Option<Evidence>) -> Verdict {
    let mut results = Vec::with_capacity(checks.len());
    for check in checks {
        let seen = if waits_for(check, &results).is_none() { evidence(check) } else { None };
        let result = judge_one(check, &results, seen.as_ref());
        results.push(result);
    }
    Verdict::of(results)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check::CheckKind;

    fn checks() -> Vec<Check> {
        #[derive(serde::Deserialize)]
        struct File {
            check: Vec<Check>,
        }
        let file: File = toml::from_str(
            r#"
            [[check]]
            id = "there"
            claim = "The image is there"
            why = "Nothing can be judged without it."
            section = "flattening"
            probe = { kind = "image", image = "app:latest" }
            expect = [{ at = "/present", is = "true" }]

            [[check]]
            id = "user"
            claim = "It runs as app"
            why = "Root is too much."
            section = "hardening#user"
            points = 3
            after = ["there"]
            probe = { kind = "image", image = "app:latest" }
            expect = [{ at = "/config/user", equals = "app" }, { at = "/present", is = "true" }]

            [[check]]
            id = "clean"
            in = "fresh"
            claim = "It builds elsewhere"
            why = "So that others can."
            section = "hardening"
            probe = { kind = "step", step = "build" }
            expect = [{ at = "/exit_code", equals = 0 }]
            "#,
        )
        .unwrap();
        file.check
    }

    fn seen(facts: serde_json::Value) -> Option<Evidence> {
        Some(Evidence::Seen { facts })
    }

    #[test]
    fn all_hold() {
        let verdict = judge(&checks(), |check| match check.id.as_str() {
            "clean" => seen(json!({"exit_code": 0})),
            _ => seen(json!({"present": true, "config": {"user": "app"}})),
        });
        assert!(verdict.passed);
        assert_eq!((verdict.points, verdict.of_points), (5, 5));
        let kinds: Vec<_> = verdict.results.iter().map(|result| result.kind).collect();
        assert_eq!(kinds, [CheckKind::Artifact, CheckKind::Artifact, CheckKind::Rerun]);
    }

    #[test]
    fn a_check_waits_for_what_it_builds_on() {
        let mut asked = Vec::new();
        let verdict = judge(&checks(), |check| {
            asked.push(check.id.to_string());
            seen(json!({"present": false, "exit_code": 0}))
        });
        assert_eq!(asked, ["there", "clean"]);
        assert_eq!(verdict.failed().len(), 1);
        assert_eq!(verdict.results[1].outcome, Outcome::CouldNotRun);
        assert!(!verdict.passed && !verdict.has_fault());
    }

    #[test]
    fn a_fault_is_never_a_wrong_answer() {
        for evidence in [None, Some(Evidence::CouldNotLook { reason: "engine hung".to_owned() })] {
            let verdict = judge(&checks()[..1], |_| evidence.clone());
            assert_eq!(verdict.results[0].outcome, Outcome::CouldNotRun);
            assert!(verdict.has_fault() && !verdict.passed);
        }
    }

    #[test]
    fn an_invalid_archive_fails_with_its_reason() {
        let verdict = judge(&checks()[..1], |_| Some(Evidence::Invalid { reason: "two manifests".to_owned() }));
        assert_eq!(verdict.results[0].outcome, Outcome::Failed);
        assert_eq!(verdict.results[0].observed, "two manifests");
    }

    #[test]
    fn the_first_broken_expectation_is_told() {
        let verdict = judge(&checks()[..2], |_| seen(json!({"present": true, "config": {"user": "root"}})));
        assert_eq!(verdict.results[1].expected, "config → user is `app`");
        assert_eq!(verdict.results[1].observed, "`root`");
    }

    #[test]
    fn no_checks_no_pass() {
        assert!(!judge(&[], |_| None).passed);
    }
}
