//! The checks: what must hold, and what was found.
//! Invariant: a fault of ours is never shown as a wrong answer.

mod line;

use domain::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, CheckId},
};
use leptos::{html, prelude::*};

use super::{
    bench::Bench,
    browser,
    dialog::{open, question},
};
use crate::{
    desk::{Grading, Phase},
    parts::{icon, phrase::phrase, time},
    view::CheckView,
};

/// Checks with their results, Check, and earlier attempts.
#[island]
pub fn Checks(checks: Vec<CheckView>, attempts: Vec<Attempt>) -> impl IntoView {
    let bench = Bench::of_page();
    bench.grading.set(Grading::latest(&attempts));
    let running = attempts.iter().find(|attempt| attempt.state == AttemptState::Running).cloned();
    bench.attempts.set(attempts);
    Effect::new(move |_| {
        bench.wake();
        if let Some(attempt) = running.clone() {
            bench.watch(attempt);
        }
    });
    let claims: Vec<(CheckId, String)> = checks.iter().map(|check| (check.id.clone(), check.claim.clone())).collect();
    let claims = StoredValue::new(claims);
    let lines = checks.into_iter().map(|check| line::line(bench, check, claims)).collect_view();
    let ready = Memo::new(move |_| bench.phase().is_ready());
    let running = Memo::new(move |_| bench.grading.read().running);
    let solved = Memo::new(move |_| bench.grading.read().verdict.as_ref().is_some_and(|verdict| verdict.passed));
    let problem = move || {
        bench.check_problem.get().map(|problem| {
            view! { <p class="notice bad" role="alert"><span><b>{problem.detail}</b> " " {problem.next}</span></p> }
        })
    };
    let invitation = move || match bench.phase() {
        _ if running.get() => None,
        Phase::Ready { .. } => None,
        Phase::Idle => Some("Start the sandbox, do the task, then press Check."),
        Phase::Queued { .. } | Phase::Starting { .. } => Some("The sandbox is on its way."),
        Phase::Ended(_) => Some("Start the sandbox again to check."),
    };
    view! {
        <div class="checks">
            <div class="checks-head">
                <p class="summary" class:solved=solved role="status">
                    {move || solved.get().then(icon::tick)} {move || bench.grading.read().words()}
                </p>
                <p class="quiet">{invitation}</p>
                {move || ready.get().then(|| view! {
                    <button r#type="button" class="button strong" aria-disabled=move || running.get().then_some("true") on:click=move |_| bench.check()>
                        {icon::tick()} {move || if running.get() { "Checking…" } else { "Check" }}
                    </button>
                })}
            </div>
            {problem}
            <ol class="check-list">{lines}</ol>
            {history(bench)}
        </div>
    }
}

/// The lines of these checks as a bench's grading has them, held still.
#[cfg(all(feature = "ssr", debug_assertions))]
pub(super) fn still(bench: Bench, checks: Vec<CheckView>) -> AnyView {
    let claims = StoredValue::new(checks.iter().map(|check| (check.id.clone(), check.claim.clone())).collect());
    let lines = checks.into_iter().map(|check| line::line(bench, check, claims)).collect_view();
    view! { <ol class="check-list">{lines}</ol> }.into_any()
}

/// Earlier attempts; it stays open or closed as the learner left it when one more comes.
fn history(bench: Bench) -> AnyView {
    let count = Memo::new(move |_| bench.attempts.read().len());
    let asking = NodeRef::<html::Dialog>::new();
    let chosen = StoredValue::new(None::<AttemptId>);
    let ask = move |attempt: &AttemptId| {
        chosen.set_value(Some(attempt.clone()));
        open(asking);
    };
    let go_back = move || {
        if let Some(attempt) = chosen.get_value() {
            bench.go_back(&attempt);
        }
    };
    view! {
        <details class="history" hidden=move || count.get() == 0>
            <summary>{move || format!("Attempts ({})", count.get())}</summary>
            <ol>
                <For each=move || bench.attempts.get() key=|attempt| (attempt.id.clone(), attempt.state == AttemptState::Running, attempt.kept) let:attempt>
                    {earlier(bench, &attempt, ask)}
                </For>
            </ol>
            {question(
                asking,
                "Go back to this attempt?",
                "You get a new sandbox with the files as they were when this attempt was checked. Images, containers and what you changed in files since your latest check are lost. Results and hints stay.",
                "Stay here",
                "Go back",
                go_back,
            )}
        </details>
    }
    .into_any()
}

fn earlier(bench: Bench, attempt: &Attempt, ask: impl Fn(&AttemptId) + Copy + 'static) -> AnyView {
    let outcome = match (&attempt.verdict, attempt.state) {
        (Some(verdict), _) if verdict.passed => "Solved".to_owned(),
        (Some(verdict), _) => format!("{} of {} points", verdict.points, verdict.of_points),
        (None, AttemptState::Running) => "Being graded".to_owned(),
        (None, _) => "Not graded: the sandbox ended before".to_owned(),
    };
    let failed = attempt.verdict.as_ref().map(|verdict| {
        verdict
            .results
            .iter()
            .filter(|result| result.outcome == domain::verdict::Outcome::Failed)
            .map(|result| view! { <li>{phrase(&result.claim)}</li> })
            .collect_view()
    });
    let (id, number) = (attempt.id.clone(), attempt.number);
    let back = attempt.kept.then(|| {
        view! {
            <button
                r#type="button"
                class="button small"
                aria-label=format!("Go back to it: the files of attempt {number}")
                disabled=move || bench.asking.get() || bench.ending.get() || bench.grading.read().running
                on:click=move |_| ask(&id)
            >
                "Go back to it"
            </button>
        }
    });
    let line = NodeRef::<html::Li>::new();
    Effect::new(move |_| {
        if let Some(line) = line.get() {
            browser::dress(&line);
        }
    });
    view! {
        <li node_ref=line>
            <span>{format!("Attempt {}", attempt.number)}</span> <b>{outcome}</b>
            <time datetime=time::iso(attempt.started_at)>{time::utc(attempt.started_at)}</time>
            {back}
            <ul>{failed}</ul>
        </li>
    }
    .into_any()
}
