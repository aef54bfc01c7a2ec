//! The workbench: everything about one sandbox, from Start to its end.
//! Invariant: panes are made anew for each sandbox and for nothing else.

mod berth;
mod files;
mod panes;
mod preview;
mod terminals;
mod toolbar;

use domain::id::ExerciseId;
use leptos::prelude::*;

use super::{bench::Bench, browser, palette};
use crate::{
    api::Lease,
    desk::Phase,
    view::{Offer, StarterFile},
};

pub(super) use terminals::terminals;
pub(super) use toolbar::{notices, time_left};

/// Which of its faces the workbench shows; a sandbox is told from the next by its generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Idle,
    Waiting,
    Ready(u32),
    Ended,
}

/// Start, wait, work, end.
#[island]
pub fn Workbench(
    exercise: ExerciseId,
    lease: Option<Lease>,
    offer: Offer,
    files: Vec<StarterFile>,
    images: Vec<String>,
) -> impl IntoView {
    let bench = Bench::of_page();
    let offered = offer == Offer::Offered;
    bench.exercise.set(Some(exercise));
    bench.lease.set(lease);
    Effect::new(move |_| {
        bench.wake();
        if let Some(lease) = bench.lease.get_untracked() {
            bench.resume(lease);
        }
        // Asked for in the palette of the page before. An address alone never starts anything.
        let here = window().location().pathname().ok();
        if browser::take_over(palette::START).is_some_and(|page| Some(page) == here)
            && offered
            && untrack(move || matches!(bench.phase(), Phase::Idle | Phase::Ended(_)))
        {
            bench.start();
        }
        browser::on_document("drydock:try", move |wanted| {
            bench.wants(&wanted);
            if matches!(bench.phase(), Phase::Idle | Phase::Ended(_)) && !bench.asking.get_untracked() {
                bench.start();
            }
        });
    });
    let face = Memo::new(move |_| match bench.phase() {
        Phase::Idle => Face::Idle,
        Phase::Queued { .. } | Phase::Starting { .. } => Face::Waiting,
        Phase::Ready { .. } => Face::Ready(bench.generation.get()),
        Phase::Ended(_) => Face::Ended,
    });
    view! {
        <section class="workbench" aria-label="Workbench" tabindex="-1" data-stays="">
            {toolbar::toolbar(bench)}
            {toolbar::notices(bench)}
            {move || match face.get() {
                Face::Idle => berth::idle(bench, &offer, &files, &images).into_any(),
                Face::Waiting => berth::waiting(bench).into_any(),
                Face::Ready(_) => panes::panes(bench).into_any(),
                Face::Ended => berth::ended(bench).into_any(),
            }}
        </section>
    }
}

/// The workbench of a bench, held still: its bar and its notices, and what stands below them unless there is a sandbox.
#[cfg(all(feature = "ssr", debug_assertions))]
pub(super) fn still(bench: Bench) -> AnyView {
    let below = match bench.phase() {
        Phase::Idle => berth::idle(bench, &Offer::Offered, &[], &["busybox".to_owned()]),
        Phase::Queued { .. } | Phase::Starting { .. } => berth::waiting(bench),
        Phase::Ended(_) => berth::ended(bench),
        Phase::Ready { .. } => ().into_any(),
    };
    view! { {toolbar::toolbar(bench)} {toolbar::notices(bench)} {below} }.into_any()
}
