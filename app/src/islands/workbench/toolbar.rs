//! The bar above the workbench: how it stands, the time left, Check, Reset, End; and what needs attention.
//! Invariant: what cannot be done now is not offered.

use leptos::{html, prelude::*};

use crate::{
    api::EngineState,
    desk::Phase,
    islands::{
        bench::{Bench, LineState},
        browser,
        dialog::{open, question},
    },
    parts::{icon, time},
};

/// Seconds before the end at which the time left stands out.
const SHORT: i64 = 300;

pub(super) fn toolbar(bench: Bench) -> AnyView {
    let resetting = NodeRef::<html::Dialog>::new();
    let ending = NodeRef::<html::Dialog>::new();
    let ready = Memo::new(move |_| bench.phase().is_ready());
    let busy = move || bench.asking.get() || bench.ending.get();
    let state = move || match bench.phase() {
        Phase::Ready { engine: EngineState::Ready | EngineState::Asleep } => "state good",
        Phase::Ready { engine: EngineState::Failed } => "state bad",
        Phase::Ready { .. } | Phase::Queued { .. } | Phase::Starting { .. } => "state busy",
        Phase::Idle | Phase::Ended(_) => "state",
    };
    view! {
        <div class="toolbar" hidden=move || matches!(bench.phase(), Phase::Idle)>
            <p class=state role="status"><span class="dot" aria-hidden="true"></span> {move || bench.phase().words()}</p>
            {move || ready.get().then(|| time_left(bench))}
            <div class="toolbar-end">
                {move || ready.get().then(|| view! {
                    <button r#type="button" class="button small plain" disabled=busy on:click=move |_| open(resetting)>
                        {icon::again()} "Reset"
                    </button>
                    <button r#type="button" class="button small plain" disabled=busy on:click=move |_| open(ending)>"End"</button>
                    <button
                        r#type="button"
                        class="button strong check-now"
                        // Not disabled, which would take the focus away; `check` minds itself.
                        aria-disabled=move || bench.grading.read().running.then_some("true")
                        on:click=move |_| {
                            browser::show_tab("checks");
                            bench.check();
                        }
                    >
                        {icon::tick()}
                        {move || if bench.grading.read().running { "Checking…" } else { "Check" }}
                    </button>
                })}
            </div>
            {question(
                resetting,
                "Reset this exercise?",
                "You get a new engine and the starter files as they were. Images, containers and changed files of this sandbox are lost. Results and hints stay.",
                "Keep it",
                "Reset",
                move || bench.reset(),
            )}
            {question(
                ending,
                "End this sandbox?",
                "Its containers are lost. The files of the working folder are kept for the next time, and so are small images and your results.",
                "Keep it",
                "End",
                move || bench.end(),
            )}
        </div>
    }.into_any()
}

/// The time left, with more of it for the asking.
pub(in crate::islands) fn time_left(bench: Bench) -> AnyView {
    let left = move || {
        let now = bench.now.get();
        let expires_at = bench.lease.read().as_ref().map(|lease| lease.expires_at);
        expires_at.filter(|_| now > 0).map(|at| at - now)
    };
    let may_extend = Memo::new(move |_| bench.lease.read().as_ref().is_some_and(|lease| lease.may_extend));
    view! {
        <p class="time-left" class:short=move || left().is_some_and(|left| left < SHORT)>
            {icon::clock()} <span class="visually-hidden">"Time left: "</span>
            <span>{move || left().map(time::countdown)}</span>
            {move || may_extend.get().then(|| view! {
                <button
                    r#type="button"
                    class="button small more-time"
                    aria-disabled=move || bench.asking.get().then_some("true")
                    on:click=move |_| bench.extend()
                >
                    "More time"
                </button>
            })}
        </p>
    }
    .into_any()
}

/// What needs attention: a fault, a warning, a lost line, commands that wait.
pub(in crate::islands) fn notices(bench: Bench) -> AnyView {
    let problem = move || {
        bench.problem.get().map(|problem| {
            view! {
                <div class="notice bad" role="alert">
                    <p><b>{problem.detail}</b> " " {problem.next}</p>
                    <button r#type="button" class="button small" on:click=move |_| {
                        browser::hold_focus();
                        bench.problem.set(None);
                    }>"Close"</button>
                </div>
            }
        })
    };
    let warning = move || {
        bench.warning.get().map(|message| {
            view! {
                <div class="notice" role="alert">
                    <p>{message}</p>
                    <button r#type="button" class="button small" on:click=move |_| {
                        browser::hold_focus();
                        bench.warning.set(None);
                    }>"Close"</button>
                </div>
            }
        })
    };
    let lost = Memo::new(move |_| bench.phase().is_ready() && bench.line.get() == Some(LineState::Lost));
    let line = move || {
        lost.get().then(|| {
            view! {
                <div class="notice" role="status">
                    <p><b>"The connection is lost."</b> " Your sandbox goes on; this page reconnects by itself."</p>
                </div>
            }
        })
    };
    let waits = move || {
        bench.waits.get().then(|| {
            view! { <div class="notice" role="status"><p>"Your commands are kept: they run as soon as the engine answers."</p></div> }
        })
    };
    view! { <div class="notices">{problem} {warning} {line} {waits}</div> }.into_any()
}
