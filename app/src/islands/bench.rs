//! What the islands of one page share: the lease, the grading, the time.
//! Invariant: only this module talks to the API about leases and attempts; islands read signals and press buttons.

mod attempts;
mod kept;
mod leases;
mod trying;

use std::{pin::Pin, rc::Rc};

use domain::{attempt::Attempt, id::ExerciseId};
use leptos::prelude::*;
use serde::Deserialize;

use self::trying::Wanted;
use super::browser::{self, Events, Terminals};
use crate::{
    api::{Lease, Problem},
    desk::{Grading, Phase},
};

/// How the line to the terminals stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LineState {
    /// Being made.
    Connecting,
    /// There.
    Open,
    /// Gone; it comes back by itself.
    Lost,
}

/// One terminal's tab.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Tab {
    /// Its number.
    pub(super) terminal: u8,
    /// What the shell calls itself; may be empty.
    pub(super) title: String,
    /// Its shell has ended.
    pub(super) ended: bool,
}

/// Writes what the editor has not saved yet.
pub(super) type Flush = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = ()>>>>;

/// The shared state; `Copy`, and alive as long as the page.
#[derive(Clone, Copy)]
pub(super) struct Bench {
    /// The exercise of this page; `None` for a free sandbox.
    pub(super) exercise: RwSignal<Option<ExerciseId>>,
    /// The lease, once asked for.
    pub(super) lease: RwSignal<Option<Lease>>,
    /// A request about the lease is under way.
    pub(super) asking: RwSignal<bool>,
    /// The end of the sandbox is asked for.
    pub(super) ending: RwSignal<bool>,
    /// A button was pressed that goes with what it did: what comes in its place takes the focus.
    pub(super) pressed: StoredValue<bool>,
    /// The sandbox is about to go: nothing more is read from it.
    pub(super) leaving: StoredValue<bool>,
    /// What went wrong last.
    pub(super) problem: RwSignal<Option<Problem>>,
    /// What the server wants the learner to know.
    pub(super) warning: RwSignal<Option<String>>,
    /// Counts sandboxes, so that a reset is told from a change of the same sandbox.
    pub(super) generation: RwSignal<u32>,
    /// Now, Unix seconds; moves every second once the islands are awake.
    pub(super) now: RwSignal<i64>,
    /// The islands are awake.
    pub(super) awake: RwSignal<bool>,
    /// The grading that is shown.
    pub(super) grading: RwSignal<Grading>,
    /// What went wrong with the last press of Check.
    pub(super) check_problem: RwSignal<Option<Problem>>,
    /// Attempts, newest first.
    pub(super) attempts: RwSignal<Vec<Attempt>>,
    /// Paths that changed in the sandbox, as last told, and how often that was.
    pub(super) changed: RwSignal<(u32, Vec<String>)>,
    /// Tabs of the terminals, and which is shown.
    pub(super) tabs: RwSignal<(Vec<Tab>, u8)>,
    /// How the line to the terminals stands; `None` before there is one.
    pub(super) line: RwSignal<Option<LineState>>,
    /// How often the line came back: anything may have happened while it was lost.
    pub(super) returned: RwSignal<u32>,
    /// Commands are kept until the engine answers.
    pub(super) waits: RwSignal<bool>,
    /// The search field of the terminals is open.
    pub(super) finding: RwSignal<bool>,
    /// The terminals, once open.
    pub(super) terminals: StoredValue<Option<Terminals>, LocalStorage>,
    /// What is to be tried as soon as there are terminals.
    to_try: StoredValue<Vec<Wanted>>,
    /// What an entry of the cheat sheet needs is being made.
    pub(super) laying: RwSignal<bool>,
    /// Writes what the editor has not saved yet; none without an editor.
    pub(super) flush: StoredValue<Option<Flush>, LocalStorage>,
    lease_events: StoredValue<Option<Events>, LocalStorage>,
    attempt_events: StoredValue<Option<Events>, LocalStorage>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            exercise: RwSignal::new(None),
            lease: RwSignal::new(None),
            asking: RwSignal::new(false),
            ending: RwSignal::new(false),
            pressed: StoredValue::new(false),
            leaving: StoredValue::new(false),
            problem: RwSignal::new(None),
            warning: RwSignal::new(None),
            generation: RwSignal::new(0),
            now: RwSignal::new(0),
            awake: RwSignal::new(false),
            grading: RwSignal::new(Grading::default()),
            check_problem: RwSignal::new(None),
            attempts: RwSignal::new(Vec::new()),
            changed: RwSignal::new((0, Vec::new())),
            tabs: RwSignal::new((Vec::new(), 0)),
            line: RwSignal::new(None),
            returned: RwSignal::new(0),
            waits: RwSignal::new(false),
            finding: RwSignal::new(false),
            terminals: StoredValue::new_local(None),
            to_try: StoredValue::new(Vec::new()),
            laying: RwSignal::new(false),
            flush: StoredValue::new_local(None),
            lease_events: StoredValue::new_local(None),
            attempt_events: StoredValue::new_local(None),
        }
    }

    /// The page's bench. On the server each rendering has its own; in the browser all islands share one.
    #[cfg(not(feature = "hydrate"))]
    pub(super) fn of_page() -> Self {
        Self::new()
    }

    /// The page's bench. On the server each rendering has its own; in the browser all islands share one.
    #[cfg(feature = "hydrate")]
    pub(super) fn of_page() -> Self {
        thread_local! {
            static BENCH: Bench = {
                let owner = Owner::new();
                let bench = owner.with(Bench::new);
                // It lives as long as the page.
                std::mem::forget(owner);
                bench
            };
        }
        BENCH.with(|bench| *bench)
    }

    /// The clock and the awakening; called by an effect, once for each island, and does its work once.
    pub(super) fn wake(self) {
        if self.awake.get_untracked() {
            return;
        }
        self.awake.set(true);
        self.now.set(browser::now());
        let tick = move || self.now.set(browser::now());
        // Without a clock the time left stands still; everything else works.
        let _no_clock = set_interval_with_handle(tick, std::time::Duration::from_secs(1));
    }

    /// Where the learner stands with the sandbox.
    pub(super) fn phase(self) -> Phase {
        Phase::of(self.lease.read().as_ref())
    }

    /// The path of this lease in the API.
    pub(super) fn lease_path(self, below: &str) -> Option<String> {
        self.lease.with_untracked(|lease| lease.as_ref().map(|lease| format!("/api/leases/{}{below}", lease.id)))
    }

    /// The path of something to read from the sandbox; none while it is going.
    pub(super) fn reading_path(self, below: &str) -> Option<String> {
        if self.leaving.get_value() { None } else { self.lease_path(below) }
    }

    /// Nothing is read from the sandbox any more, or again.
    fn leave(self, leaving: bool) {
        self.leaving.set_value(leaving);
        if leaving {
            browser::abandon_reads();
        }
    }

    /// Whether what is made now takes the focus; asked once for each press.
    pub(super) fn takes_focus(self) -> bool {
        self.pressed.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// Writes what the editor has not saved yet, before the sandbox's files count.
    async fn flush(self) {
        if let Some(flush) = self.flush.get_value() {
            flush().await;
        }
    }
}
