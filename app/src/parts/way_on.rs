//! The links to what comes before and after a page.

use leptos::prelude::*;

use super::icon;

/// `label` names them; each is the path of a page and its title.
#[must_use]
pub fn way_on(label: &'static str, previous: Option<(String, String)>, next: Option<(String, String)>) -> AnyView {
    let previous = previous.map(|(url, title)| {
        view! { <a class="before" rel="prev" href=url><small>{icon::arrow_back()} "Previous"</small> <span>{title}</span></a> }
    });
    let next = next.map(|(url, title)| {
        view! { <a class="after" rel="next" href=url><small>"Next" {icon::arrow()}</small> <span>{title}</span></a> }
    });
    view! { <nav class="way-on" aria-label=label>{previous} {next}</nav> }.into_any()
}
