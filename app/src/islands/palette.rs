//! The search palette: a dialog with a combobox over the search API.
//! Invariant: focus stays in the field; the chosen hit is told by `aria-activedescendant`; Enter acts on hits of the
//! text in the field, never on those of an earlier one.

mod choice;

use std::time::Duration;

use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use self::choice::{for_address, moved, runs, told, with_recent};
use super::browser;
use crate::{
    api::{HitKind, LONGEST_QUERY, Problem, SearchHit, SearchResults},
    parts::icon,
};

const RECENT: &str = "recent-searches";
/// Where the page of an exercise that is to be started is handed over to it.
pub(super) const START: &str = "start-exercise";
/// Silence before a query is asked.
const PAUSE: Duration = Duration::from_millis(90);
const HITS: usize = 12;

/// What Enter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Open,
    /// Copy the command, start the exercise.
    Do,
}

/// What the palette shows.
#[derive(Clone, Copy)]
struct State {
    dialog: NodeRef<html::Dialog>,
    field: NodeRef<html::Input>,
    text: RwSignal<String>,
    /// Its hits by kind, in the order in which they are shown.
    found: RwSignal<SearchResults>,
    /// The text that they belong to.
    answered: RwSignal<String>,
    chosen: RwSignal<usize>,
    problem: RwSignal<Option<Problem>>,
    recent: RwSignal<Vec<String>>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Asked for before there was an answer.
    ahead: StoredValue<Option<Act>>,
}

impl State {
    fn new() -> Self {
        Self {
            dialog: NodeRef::new(),
            field: NodeRef::new(),
            text: RwSignal::new(String::new()),
            found: RwSignal::new(SearchResults::default()),
            answered: RwSignal::new(String::new()),
            chosen: RwSignal::new(0),
            problem: RwSignal::new(None),
            recent: RwSignal::new(Vec::new()),
            timer: StoredValue::new(None),
            ahead: StoredValue::new(None),
        }
    }

    fn typed(self, text: String) {
        self.text.set(text.clone());
        self.ahead.set_value(None);
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        if text.trim().is_empty() {
            self.found.set(SearchResults::default());
            self.answered.set(text);
            self.problem.set(None);
            return;
        }
        let ask = move || spawn_local(self.ask(text));
        self.timer.set_value(set_timeout_with_handle(ask, PAUSE).ok());
    }

    async fn ask(self, text: String) {
        let url = format!("/api/search?q={}&limit={HITS}", encoded(&text));
        let answer: Result<SearchResults, Problem> = browser::call("GET", &url, None::<&()>).await;
        // Somebody has typed on: a later question is on its way.
        if self.text.get_untracked() != text {
            return;
        }
        let ahead = self.ahead.try_update_value(Option::take).flatten();
        let fine = answer.is_ok();
        match answer {
            Ok(found) => {
                let hits = HitKind::group(found.hits).into_iter().flat_map(|(_, hits)| hits).collect();
                self.found.set(SearchResults { hits, ..found });
                self.problem.set(None);
            }
            Err(problem) => {
                self.found.set(SearchResults::default());
                self.problem.set(Some(problem));
            }
        }
        self.chosen.set(0);
        self.answered.set(text);
        if let Some(act) = ahead.filter(|_| fine) {
            self.act(act);
        }
    }

    /// Does what Enter asks for with the chosen hit, now or as soon as the answer for the text is there.
    fn act(self, act: Act) {
        if self.answered.read_untracked() != *self.text.read_untracked() {
            self.ahead.set_value(Some(act));
            return;
        }
        let hit = self.found.with_untracked(|found| found.hits.get(self.chosen.get_untracked()).cloned());
        match (act, hit) {
            (Act::Do, Some(SearchHit { command: Some(command), .. })) => {
                self.copy(command);
                self.close();
            }
            (act, Some(hit)) => {
                if act == Act::Do && hit.kind == HitKind::Exercise {
                    browser::hand_over(START, &hit.url);
                }
                self.close();
                self.go(&hit.url);
            }
            _ if !self.text.read_untracked().trim().is_empty() => self.go(&untrack(move || self.all_results())),
            _ => {}
        }
    }

    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// Searches for a text that nobody typed into the field.
    fn fill(self, text: String) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value(&text);
            let _unfocused = field.focus();
        }
        self.typed(text);
    }

    fn keep(self) {
        let recent = with_recent(self.recent.get_untracked(), &self.text.get_untracked());
        browser::remember(RECENT, &recent);
    }

    fn go(self, url: &str) {
        self.keep();
        let _stays = window().location().set_href(&browser::at(url));
    }

    fn copy(self, command: String) {
        self.keep();
        spawn_local(async move {
            browser::announce(if browser::copy(&command).await {
                "Copied"
            } else {
                "The browser does not let this page copy."
            });
        });
    }

    fn all_results(self) -> String {
        format!("/search?q={}", encoded(&self.text.read()))
    }
}

/// As the value of a parameter.
fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(&for_address(text.trim())).into()
}

/// Search as you type.
#[island]
pub fn Palette() -> impl IntoView {
    let state = State::new();
    let (dialog, field) = (state.dialog, state.field);
    Effect::new(move |_| {
        browser::on_document("drydock:find", move |text| {
            let Some(dialog) = dialog.get_untracked() else { return };
            if dialog.open() {
                return;
            }
            state.recent.set(browser::recall(RECENT));
            if dialog.show_modal().is_err() {
                return;
            }
            if !text.is_empty() {
                // Typed on the way here: it goes on behind its last letter.
                state.fill(text);
            } else if let Some(field) = field.get_untracked() {
                let _unfocused = field.focus();
                field.select();
            }
        });
    });
    let key = move |event: ev::KeyboardEvent| {
        let count = state.found.read_untracked().hits.len();
        if let Some(next) = moved(state.chosen.get_untracked(), count, &event.key()) {
            event.prevent_default();
            state.chosen.set(next);
            reveal(next);
            return;
        }
        if event.key() != "Enter" {
            return;
        }
        event.prevent_default();
        state.act(if event.ctrl_key() || event.meta_key() { Act::Do } else { Act::Open });
    };
    let has_hits = move || !state.found.read().hits.is_empty();
    let backdrop = move |event: ev::MouseEvent| {
        // A press on the dialog itself, not on anything in it, is a press beside it.
        let on_dialog = event.target().zip(event.current_target()).is_some_and(|(target, current)| target == current);
        if on_dialog {
            state.close();
        }
    };
    view! {
        <dialog class="palette" node_ref=dialog aria-label="Search" on:mousedown=backdrop on:close=move |_| state.ahead.set_value(None)>
            <div class="palette-in">
                <div class="palette-field">
                    {icon::magnifier()}
                    <input
                        node_ref=field
                        r#type="text"
                        role="combobox"
                        aria-label="Search chapters, commands and error messages"
                        aria-autocomplete="list"
                        aria-controls="palette-hits"
                        aria-describedby="palette-keys"
                        aria-expanded=move || has_hits().to_string()
                        aria-activedescendant=move || has_hits().then(|| option_id(state.chosen.get()))
                        placeholder="A command, a question, an error message"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        maxlength=LONGEST_QUERY.to_string()
                        on:input=move |event| state.typed(event_target_value(&event))
                        on:keydown=key
                    />
                    <button r#type="button" class="button small plain" on:click=move |_| state.close()>"Close"</button>
                </div>
                <div class="palette-hits" id="palette-hits" role="listbox" aria-label="Hits">
                    {move || groups(state)}
                </div>
                <div class="palette-note">
                    <p role="status" class:palette-problem=move || state.problem.read().is_some()>{move || said(state)}</p>
                    {move || further(state)}
                </div>
                {legend(has_hits)}
            </div>
        </dialog>
    }
}

fn option_id(index: usize) -> String {
    format!("palette-hit-{index}")
}

fn reveal(index: usize) {
    if let Some(option) = document().get_element_by_id(&option_id(index)) {
        let how = web_sys::ScrollIntoViewOptions::new();
        how.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&how);
    }
}

fn groups(state: State) -> AnyView {
    let found = state.found.get();
    let mut index = 0..;
    HitKind::group(found.hits.clone())
        .into_iter()
        .map(|(kind, hits)| {
            let options = hits.iter().zip(index.by_ref()).map(|(hit, index)| option(state, index, hit)).collect_view();
            let (heading, all) = (format!("palette-{}", kind.as_str()), found.count(Some(kind)));
            view! {
                <div role="group" aria-labelledby=heading.clone()>
                    <p class="palette-group" role="presentation" id=heading.clone()>{kind.label()} " " <span>{all}</span></p>
                    {options}
                </div>
            }
        })
        .collect_view()
        .into_any()
}

fn option(state: State, index: usize, hit: &SearchHit) -> AnyView {
    let snippet = runs(&hit.snippet)
        .into_iter()
        .map(|run| if run.marked { view! { <mark>{run.text}</mark> }.into_any() } else { run.text.into_any() })
        .collect_view();
    let class = if hit.command.is_some() { "palette-snippet command" } else { "palette-snippet" };
    let (url, title, section) = (hit.url.clone(), hit.title.clone(), hit.section.clone());
    view! {
        <div
            class="palette-hit"
            role="option"
            id=option_id(index)
            aria-selected=move || (state.chosen.get() == index).to_string()
            on:mousemove=move |_| if state.chosen.get_untracked() != index { state.chosen.set(index) }
            on:click=move |_| {
                state.close();
                state.go(&url);
            }
        >
            <p class="palette-title"><b>{title}</b> <span>{section}</span></p>
            <p class=class>{snippet}</p>
        </div>
    }
    .into_any()
}

/// What a screen reader says by itself: what came of the search, never that it is under way.
fn said(state: State) -> String {
    if let Some(problem) = state.problem.get() {
        return format!("{} {}", problem.detail, problem.next);
    }
    let text = state.text.read();
    if text.trim().is_empty() || *text != *state.answered.read() {
        return String::new();
    }
    let found = state.found.read();
    told(found.hits.len(), found.count(None))
}

/// What there is to do beside choosing a hit.
fn further(state: State) -> AnyView {
    if state.problem.read().is_some() {
        return ().into_any();
    }
    let text = state.text.get();
    if text.trim().is_empty() {
        let recent = state.recent.get();
        if recent.is_empty() {
            return view! { <p>"Half a command, a question, or a whole error message: paste it as it is."</p> }
                .into_any();
        }
        let links = recent.into_iter().map(|text| again(state, text)).collect_view();
        return view! { <p>"Lately"</p> <div class="palette-recent">{links}</div> }.into_any();
    }
    if text != state.answered.get() {
        return view! { <p>"Searching…"</p> }.into_any();
    }
    let found = state.found.get();
    let instead = (!found.instead.is_empty()).then(|| {
        let others = found.instead.iter().map(|text| again(state, text.clone())).collect_view();
        view! { <p>"Did you mean"</p> <div class="palette-recent">{others}</div> }
    });
    if found.hits.is_empty() {
        return view! {
            <p>
                "Try fewer words or the bare command, or look through the " <a href=browser::at("/cheatsheet")>"cheat sheet"</a> " and the "
                <a href=browser::at("/chapters")>"chapters"</a> "."
            </p>
            {instead}
        }
        .into_any();
    }
    let shown = u32::try_from(found.hits.len()).unwrap_or(u32::MAX);
    let more = (found.count(None) > shown)
        .then(|| view! { <p><a href=browser::at(&state.all_results())>"All results"</a></p> });
    view! { {more} {instead} }.into_any()
}

/// A text to search for at a press.
fn again(state: State, text: String) -> AnyView {
    let wanted = text.clone();
    view! { <button r#type="button" class="button small" on:click=move |_| state.fill(wanted.clone())>{text}</button> }
        .into_any()
}

/// The keys, seen with the hits; the field is described by them always.
fn legend(has_hits: impl Fn() -> bool + Send + 'static) -> AnyView {
    view! {
        <p class="palette-legend" id="palette-keys" hidden=move || !has_hits()>
            <span><kbd>"↑"</kbd> " " <kbd>"↓"</kbd> " choose"</span> " "
            <span><kbd>"Enter"</kbd> " open"</span> " "
            <span><kbd>"Ctrl"</kbd> " " <kbd>"Enter"</kbd> " copy the command or start the exercise"</span> " "
            <span><kbd>"Esc"</kbd> " close"</span>
        </p>
    }
    .into_any()
}

/// The palette's rows for these hits, held still.
#[cfg(all(feature = "ssr", debug_assertions))]
pub(super) fn still(hits: Vec<SearchHit>) -> AnyView {
    let state = State::new();
    let groups_of = HitKind::group(hits.clone()).into_iter();
    let facets =
        groups_of.map(|(kind, hits)| crate::api::Facet { kind, count: u32::try_from(hits.len()).unwrap_or(u32::MAX) });
    state.found.set(SearchResults { facets: facets.collect(), hits, ..SearchResults::default() });
    view! {
        <div class="palette-in">
            <div class="palette-hits" role="listbox" aria-label="Hits, held still">{groups(state)}</div>
        </div>
    }
    .into_any()
}
