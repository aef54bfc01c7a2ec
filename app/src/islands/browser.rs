//! What islands ask of the browser.
//! Invariant: called from event handlers and effects only, never while a page is rendered on the server; but for `at` and
//! `within`, which there leave things as they are. Paths are told from the site's own root, and `at` alone makes addresses of them.

mod http;
mod parts;
mod sse;

pub(super) use http::{abandon_reads, call, get_text, put_text, read, send};
pub(super) use parts::{Editor, Terminals, announce, at, copy, dress, open_editor, open_terminals, show_tab, within};
pub(super) use sse::Events;

use wasm_bindgen::{JsCast, closure::Closure};

/// Now, in Unix seconds.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
pub(super) fn now() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}

/// Calls back on every event of this name that is sent to the document, with its text; for as long as the page lives.
pub(super) fn on_document(name: &str, mut then: impl FnMut(String) + 'static) {
    let call = Closure::<dyn FnMut(web_sys::CustomEvent)>::new(move |event: web_sys::CustomEvent| {
        then(event.detail().as_string().unwrap_or_default());
    });
    let added = leptos::prelude::document().add_event_listener_with_callback(name, call.as_ref().unchecked_ref());
    if added.is_ok() {
        call.forget();
    }
}

/// The socket address of a path on this site.
pub(super) fn socket_url(path: &str) -> String {
    let location = leptos::prelude::window().location();
    let scheme = if location.protocol().is_ok_and(|scheme| scheme == "https:") { "wss" } else { "ws" };
    format!("{scheme}://{}{}", location.host().unwrap_or_default(), at(path))
}

/// A list of texts kept in this browser.
pub(super) fn recall(key: &str) -> Vec<String> {
    let storage = leptos::prelude::window().local_storage().ok().flatten();
    let text = storage.and_then(|storage| storage.get_item(key).ok().flatten()).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Keeps a list of texts in this browser, an empty one not at all; a browser that keeps nothing is left alone.
pub(super) fn remember(key: &str, texts: &[String]) {
    let Some(storage) = leptos::prelude::window().local_storage().ok().flatten() else { return };
    if texts.is_empty() {
        let _locked = storage.remove_item(key);
    } else if let Ok(text) = serde_json::to_string(texts) {
        let _full = storage.set_item(key, &text);
    }
}

/// Hands a text over to the next page of this tab.
pub(super) fn hand_over(key: &str, text: &str) {
    if let Some(storage) = leptos::prelude::window().session_storage().ok().flatten() {
        let _full = storage.set_item(key, text);
    }
}

/// Takes what the page before handed over; it is gone then.
pub(super) fn take_over(key: &str) -> Option<String> {
    let storage = leptos::prelude::window().session_storage().ok().flatten()?;
    let text = storage.get_item(key).ok().flatten()?;
    let _locked = storage.remove_item(key);
    Some(text)
}

/// Puts the focus on the first element that a selector finds, once what is under way is drawn.
pub(super) fn focus_soon(selector: &'static str) {
    leptos::prelude::request_animation_frame(move || {
        let found = leptos::prelude::document().query_selector(selector).ok().flatten();
        if let Some(found) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _unfocused = found.focus();
        }
    });
}

/// Marks what stays on the page while everything in it may go; has a `tabindex` of -1.
const STAYS: &str = "[data-stays]";

/// Gives the focus to the part of the page around what has it, before that goes or is switched off.
pub(super) fn hold_focus() {
    let active = leptos::prelude::document().active_element();
    focus_in_place(active.and_then(|active| active.closest(STAYS).ok().flatten()));
}

/// The same, if what has the focus is what a selector says.
pub(super) fn hold_focus_of(selector: &str) {
    let active = leptos::prelude::document().active_element();
    if active.is_some_and(|active| active.matches(selector).unwrap_or_default()) {
        hold_focus();
    }
}

/// The same, where what has the focus is outside of the part that changes.
pub(super) fn hold_focus_at(selector: &str) {
    focus_in_place(leptos::prelude::document().query_selector(selector).ok().flatten());
}

fn focus_in_place(part: Option<web_sys::Element>) {
    if let Some(part) = part {
        parts::focus_in_place(&part);
    }
}

/// Nothing on the page has the focus, or only a part that holds it for what comes.
pub(super) fn focus_is_lost() -> bool {
    let document = leptos::prelude::document();
    document.active_element().is_none_or(|active| {
        document.body().is_some_and(|body| *body == active) || active.matches(STAYS).unwrap_or_default()
    })
}
