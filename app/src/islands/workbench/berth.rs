//! The workbench without a living sandbox: before it, on the way to it, after it.
//! Invariant: whoever waits sees for what and for how long.

use leptos::prelude::*;

use crate::{
    desk::Phase,
    islands::{bench::Bench, browser},
    parts::{icon, time},
    view::{Offer, StarterFile},
};

/// Before the first Start.
pub(super) fn idle(bench: Bench, offer: &Offer, files: &[StarterFile], images: &[String]) -> AnyView {
    let start = match offer {
        Offer::Offered => start_button(bench, "Start").into_any(),
        Offer::NotOffered { why } => view! { <p class="not-offered">{why.clone()}</p> }.into_any(),
    };
    let files = (!files.is_empty()).then(|| {
        let names = files.iter().map(|file| view! { <li><code>{file.path.clone()}</code></li> }).collect_view();
        view! { <div><dt>"Files"</dt><dd><ul>{names}</ul></dd></div> }
    });
    let images = (!images.is_empty()).then(|| {
        let names = images.iter().map(|image| view! { <li><code>{image.clone()}</code></li> }).collect_view();
        view! { <div><dt>"Images"</dt><dd><ul>{names}</ul></dd></div> }
    });
    view! {
        <div class="berth">
            <h2>"Your sandbox"</h2>
            <p>"A shell as root on a Docker engine of your own. Nothing you do there reaches anybody else, and Reset puts everything back."</p>
            <dl class="given">{files} {images}</dl>
            {start}
            <noscript><p class="not-offered">"A sandbox needs JavaScript. The task and the checks can be read without it."</p></noscript>
        </div>
    }.into_any()
}

fn start_button(bench: Bench, word: &'static str) -> AnyView {
    view! {
        <p class="buttons">
            <button
                r#type="button"
                class="button strong large"
                disabled=move || !bench.awake.get() || bench.asking.get() || bench.ending.get()
                on:click=move |_| bench.start()
            >
                {icon::prompt()}
                {move || if bench.asking.get() { "Asking for a sandbox…" } else { word }}
            </button>
        </p>
    }
    .into_any()
}

/// In the queue, or being made.
pub(super) fn waiting(bench: Bench) -> AnyView {
    let words = move || match bench.phase() {
        Phase::Queued { position, eta_seconds } => {
            let place = match position {
                Some(1) => "You are next.".to_owned(),
                Some(position) => format!("You are number {position} in the queue."),
                None => "You are in the queue.".to_owned(),
            };
            format!("{place}{}", eta_seconds.map(|eta| format!(" About {} to go.", bare(eta))).unwrap_or_default())
        }
        Phase::Starting { eta_seconds: Some(eta) } if eta > 1 => format!("Usually ready in {}.", time::waiting(eta)),
        _ => "Ready in a moment.".to_owned(),
    };
    let queued = move || matches!(bench.phase(), Phase::Queued { .. });
    view! {
        <div class="berth waiting" aria-live="polite">
            <h2>{move || if queued() { "All places are taken" } else { "Your sandbox is being made" }}</h2>
            <p>{words}</p>
            <progress aria-label="Waiting for the sandbox"></progress>
            <p class="quiet">{move || if queued() { "You can go on reading; your place is kept while this page is open." } else { "" }}</p>
        </div>
    }.into_any()
}

fn bare(seconds: u32) -> String {
    time::waiting(seconds).trim_start_matches("about ").to_owned()
}

/// After the end.
pub(super) fn ended(bench: Bench) -> AnyView {
    // Ended by a press on a button that is gone now; a reset goes on to a terminal.
    if !bench.asking.get_untracked() && bench.takes_focus() {
        browser::focus_soon(".berth");
    }
    let reason = move || match bench.phase() {
        Phase::Ended(outcome) => outcome.reason,
        _ => String::new(),
    };
    view! {
        <div class="berth" role="status" tabindex="-1">
            <h2>"The sandbox has ended"</h2>
            <p>{reason}</p>
            <p>"Your results are kept, and the files of the working folder come back with the next sandbox. Images and containers are gone."</p>
            {start_button(bench, "Start again")}
        </div>
    }.into_any()
}
