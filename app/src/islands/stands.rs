//! How far the visitor is with the exercise of this page.
//! Invariant: it never falls; what the server told is the least that is shown.

use domain::{attempt::Attempt, verdict::Verdict};
use leptos::prelude::*;

use super::bench::Bench;
use crate::{parts::card::standing, view::Standing};

/// The standing at the head of an exercise; follows each verdict.
#[island]
pub fn Stands(told: Standing) -> impl IntoView {
    let bench = Bench::of_page();
    let now = Memo::new(move |_| bench.attempts.read().iter().fold(told, raised));
    move || standing(now.get())
}

fn raised(before: Standing, attempt: &Attempt) -> Standing {
    let Some(Verdict { passed, points, of_points, .. }) = attempt.verdict else { return before };
    match before {
        Standing::Solved { .. } => before,
        _ if passed => Standing::Solved { at: attempt.graded_at.unwrap_or(attempt.started_at) },
        Standing::Begun { best_points, .. } if best_points >= points => before,
        _ => Standing::Begun { best_points: points, of_points },
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use domain::{
        attempt::AttemptState,
        id::{AttemptId, LeaseId},
    };

    use super::*;

    fn attempt(points: u32, passed: bool) -> Attempt {
        let verdict = Verdict { points, of_points: 4, passed, results: Vec::new() };
        Attempt {
            id: AttemptId("a".into()),
            exercise: "e".parse().unwrap(),
            revision: 1,
            lease: LeaseId("l".into()),
            number: 1,
            state: AttemptState::Graded,
            started_at: 5,
            graded_at: Some(6),
            verdict: Some(verdict),
            kept: false,
        }
    }

    #[test]
    fn it_never_falls() {
        let begun = |best_points| Standing::Begun { best_points, of_points: 4 };
        assert_eq!(raised(Standing::Untouched, &attempt(2, false)), begun(2));
        assert_eq!(raised(begun(3), &attempt(2, false)), begun(3));
        assert_eq!(raised(begun(3), &attempt(4, true)), Standing::Solved { at: 6 });
        assert_eq!(raised(Standing::Solved { at: 1 }, &attempt(0, false)), Standing::Solved { at: 1 });
        assert_eq!(raised(begun(1), &Attempt { verdict: None, ..attempt(4, true) }), begun(1));
    }
}
