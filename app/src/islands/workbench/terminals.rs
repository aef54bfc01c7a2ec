//! The pane of terminals: tabs, search in the output, the way out for keyboard users.
//! Invariant: the terminal part owns the screens; this pane only says which is shown.

use domain::visible::visible_lines;
use leptos::{ev, html, prelude::*, task::spawn_local};
use serde::Deserialize;

use crate::{
    api::Problem,
    islands::{
        bench::{Bench, LineState, Tab},
        browser,
    },
    parts::icon,
};

/// What the terminal part tells.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Notice {
    Tabs { tabs: Vec<Tab>, shown: u8 },
    Line { state: LineState },
    Files { paths: Vec<String> },
    Waits { waits: bool },
    Problem { detail: String },
    Leave,
    Find,
}

impl Bench {
    fn heard(self, notice: Notice) {
        match notice {
            Notice::Tabs { tabs, shown } => {
                if *self.tabs.read_untracked() != (tabs.clone(), shown) {
                    self.tabs.set((tabs, shown));
                }
            }
            Notice::Line { state } => {
                if state == LineState::Open && self.line.get_untracked() == Some(LineState::Lost) {
                    self.returned.update(|count| *count += 1);
                }
                self.line.set(Some(state));
            }
            Notice::Files { paths } => self.changed.update(|(count, changed)| {
                *count += 1;
                *changed = paths;
            }),
            Notice::Waits { waits } => self.waits.set(waits),
            Notice::Problem { detail } => {
                let detail = visible_lines(&detail).into_owned();
                self.problem.set(Some(Problem { error: "terminal".to_owned(), detail, next: String::new() }));
            }
            Notice::Leave => leave(),
            Notice::Find => self.finding.set(true),
        }
    }
}

/// Puts the focus on the tab of the shown terminal.
fn leave() {
    let tab = document().query_selector(".terminal-tabs [aria-selected=true]").ok().flatten();
    if let Some(tab) = tab.and_then(|tab| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(tab).ok()) {
        let _unfocused = tab.focus();
    }
}

/// The pane; opens the terminals of the bench's lease once it is on the page.
pub(in crate::islands) fn terminals(bench: Bench) -> AnyView {
    let host = NodeRef::<html::Div>::new();
    let broken = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(host) = host.get() else { return };
        let Some(path) = bench.lease_path("/socket") else { return };
        let preview = bench
            .lease
            .with_untracked(|lease| lease.as_ref()?.preview.as_ref().map(|preview| preview.template.clone()));
        let mut takes_focus = bench.takes_focus();
        let tell = move |notice| {
            let there = matches!(&notice, Notice::Tabs { tabs, .. } if !tabs.is_empty());
            bench.heard(notice);
            if there && std::mem::take(&mut takes_focus) && browser::focus_is_lost() {
                with(bench, browser::Terminals::focus);
            }
        };
        spawn_local(async move {
            let url = browser::socket_url(&path);
            let opened = browser::open_terminals(&host, &url, preview, tell).await;
            // The pane may have gone meanwhile, and its signals with it.
            if broken.is_disposed() {
                if let Some(terminals) = opened {
                    terminals.dispose();
                }
                return;
            }
            broken.set(opened.is_none());
            bench.terminals.set_value(opened);
            bench.try_all();
        });
    });
    on_cleanup(move || {
        bench.terminals.update_value(|terminals| {
            if let Some(terminals) = terminals.take() {
                terminals.dispose();
            }
        });
        bench.tabs.set((Vec::new(), 0));
        bench.line.set(None);
        bench.returned.set(0);
        bench.waits.set(false);
        bench.finding.set(false);
    });
    let retry = move || {
        broken.get().then(|| {
            view! { <p class="notice bad" role="alert">"The terminal could not be loaded. Check the network and reload the page; your sandbox goes on."</p> }
        })
    };
    view! {
        <div class="terminal-bar">
            <div class="terminal-tabs" role="tablist" aria-label="Terminals" on:keydown=move |event| arrows(bench, &event)>
                <For each=move || numbers(bench) key=|number| *number let:number>{tab(bench, number)}</For>
            </div>
            <button r#type="button" class="icon" title="One more terminal" on:click=move |_| with(bench, |terminals| terminals.add())>
                {icon::plus()} <span class="visually-hidden">"One more terminal"</span>
            </button>
            <p class="way-out"><kbd>"F6"</kbd> " leaves" <span>" the terminal"</span></p>
            <button r#type="button" class="icon" title="Search the output (Ctrl+Shift+F)" on:click=move |_| if bench.finding.get_untracked() { end_find(bench) } else { bench.finding.set(true) }>
                {icon::magnifier()} <span class="visually-hidden">"Search the output"</span>
            </button>
            {reader(bench)}
        </div>
        {move || bench.finding.get().then(|| find(bench))}
        {retry}
        <div class="screens" node_ref=host></div>
    }.into_any()
}

fn with(bench: Bench, act: impl FnOnce(&browser::Terminals)) {
    if let Some(terminals) = bench.terminals.get_value() {
        act(&terminals);
    }
}

fn numbers(bench: Bench) -> Vec<u8> {
    bench.tabs.read().0.iter().map(|tab| tab.terminal).collect()
}

/// One tab; it stays the same element while its terminal is there, and keeps the focus.
fn tab(bench: Bench, number: u8) -> AnyView {
    let facts = Memo::new(move |_| bench.tabs.read().0.iter().find(|tab| tab.terminal == number).cloned());
    let selected = Memo::new(move |_| bench.tabs.read().1 == number);
    let alone = Memo::new(move |_| bench.tabs.read().0.len() < 2);
    // People count from one.
    let shown_as = u16::from(number) + 1;
    let name = move || {
        let ended = facts.read().as_ref().is_some_and(|tab| tab.ended);
        format!("Terminal {shown_as}{}", if ended { " (ended)" } else { "" })
    };
    let close = move || {
        (!alone.get()).then(|| {
            view! {
                // Within a list of tabs there may be tabs only: who cannot see it presses Delete, as the tab says.
                <button r#type="button" class="icon tab-close" tabindex="-1" aria-hidden="true" title="Close" on:click=move |_| with(bench, |terminals| terminals.close(number))>
                    {icon::cross()}
                </button>
            }
        })
    };
    view! {
        <span class="terminal-tab" class:selected=selected role="presentation">
            <button
                r#type="button"
                role="tab"
                aria-keyshortcuts=move || (!alone.get()).then_some("Delete")
                aria-selected=move || selected.get().to_string()
                tabindex=move || if selected.get() { "0" } else { "-1" }
                title=move || facts.get().map(|tab| tab.title)
                on:click=move |_| with(bench, |terminals| {
                    terminals.show(number);
                    terminals.focus();
                })
            >
                {name}
            </button>
            {close}
        </span>
    }
    .into_any()
}

/// Arrows choose, Delete closes, Enter goes back into the terminal.
fn arrows(bench: Bench, event: &ev::KeyboardEvent) {
    let (tabs, shown) = bench.tabs.get_untracked();
    let Some(at) = tabs.iter().position(|tab| tab.terminal == shown) else { return };
    let count = tabs.len();
    match event.key().as_str() {
        key @ ("ArrowRight" | "ArrowLeft") => {
            let next = if key == "ArrowRight" { (at + 1) % count } else { (at + count - 1) % count };
            with(bench, |terminals| terminals.show(tabs[next].terminal));
            request_animation_frame(leave);
        }
        "Delete" if count > 1 => {
            with(bench, |terminals| terminals.close(shown));
            request_animation_frame(leave);
        }
        _ => return,
    }
    event.prevent_default();
}

fn reader(bench: Bench) -> AnyView {
    let on = RwSignal::new(false);
    view! {
        <button
            r#type="button"
            class="button small plain reader"
            aria-pressed=move || on.get().to_string()
            title="Reads the terminal's output aloud through a screen reader"
            on:click=move |_| {
                on.update(|on| *on = !*on);
                with(bench, |terminals| terminals.set_reader(on.get_untracked()));
            }
        >
            "Screen reader"
        </button>
    }
    .into_any()
}

/// Closes the search; what it marked is marked no more.
fn end_find(bench: Bench) {
    bench.finding.set(false);
    with(bench, browser::Terminals::end_find);
}

/// The same, for whoever is in the search: its field goes, and the terminal takes the focus.
fn back_from_find(bench: Bench) {
    with(bench, browser::Terminals::focus);
    end_find(bench);
}

fn find(bench: Bench) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let nothing = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _unfocused = field.focus();
        }
    });
    let look = move |back: bool| {
        let text = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        with(bench, |terminals| nothing.set(!text.is_empty() && !terminals.find(&text, back)));
    };
    view! {
        <div class="terminal-find" role="search">
            <input
                node_ref=field
                r#type="text"
                aria-label="Search the output"
                placeholder="Search the output"
                on:input=move |_| look(false)
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" => look(event.shift_key()),
                    "Escape" => back_from_find(bench),
                    _ => {}
                }
            />
            <span role="status">{move || nothing.get().then_some("Not there")}</span>
            <button r#type="button" class="button small" on:click=move |_| look(true)>"Before"</button>
            <button r#type="button" class="button small" on:click=move |_| look(false)>"After"</button>
            <button r#type="button" class="button small" on:click=move |_| back_from_find(bench)>"Close"</button>
        </div>
    }
    .into_any()
}
