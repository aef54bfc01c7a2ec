//! The panes of a living sandbox: files or preview above, terminals below; one at a time where it is narrow.
//! Invariant: all panes stay alive while hidden, so that nothing in them is lost.

use leptos::prelude::*;

use super::{files, preview, terminals::terminals};
use crate::{islands::bench::Bench, parts::icon};

/// Which pane was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pane {
    /// Tree and editor.
    Files,
    /// What containers serve.
    Preview,
    /// Shells.
    Terminal,
}

pub(super) fn panes(bench: Bench) -> AnyView {
    let chosen = RwSignal::new(Pane::Terminal);
    let upper = RwSignal::new(Pane::Files);
    let tall = RwSignal::new(false);
    let choose = move |pane: Pane| {
        chosen.set(pane);
        if pane != Pane::Terminal {
            upper.set(pane);
            tall.set(false);
        }
    };
    let tab = move |pane: Pane, words: &'static str, icon: AnyView| {
        view! {
            <button
                r#type="button"
                class="pane-tab"
                class:only-narrow=pane == Pane::Terminal
                class:chosen=move || chosen.get() == pane
                class:upper=move || upper.get() == pane && !tall.get()
                aria-pressed=move || (if pane == Pane::Terminal { chosen.get() == pane } else { upper.get() == pane }).to_string()
                on:click=move |_| choose(pane)
            >
                {icon} {words}
            </button>
        }
    };
    let class = move || match chosen.get() {
        Pane::Terminal => "panes show-terminal",
        Pane::Files | Pane::Preview => "panes show-upper",
    };
    view! {
        <div class=class class:tall=tall>
            <div class="pane-tabs" role="group" aria-label="Panes">
                {tab(Pane::Files, "Files", icon::sheets().into_any())}
                {tab(Pane::Preview, "Preview", icon::window().into_any())}
                {tab(Pane::Terminal, "Terminal", icon::prompt().into_any())}
                <button r#type="button" class="button small plain only-wide" aria-pressed=move || tall.get().to_string() on:click=move |_| tall.update(|tall| *tall = !*tall)>
                    {move || if tall.get() { "Show files" } else { "Only terminal" }}
                </button>
            </div>
            <div class="pane upper-pane" hidden=move || upper.get() != Pane::Files>{files::files(bench)}</div>
            <div class="pane upper-pane" hidden=move || upper.get() != Pane::Preview>{preview::preview(bench, upper)}</div>
            <div class="pane lower-pane">{terminals(bench)}</div>
        </div>
    }.into_any()
}
