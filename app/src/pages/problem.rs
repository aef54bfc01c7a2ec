//! Error pages: what happened and what to do next.
//! Invariant: nothing of the cause is shown.

use leptos::prelude::*;

use crate::shell::{Place, Sheet};

pub(crate) fn page(status: u16, title: &str, detail: &str, next: &str) -> Sheet {
    let (heading, detail, next) = (title.to_owned(), detail.to_owned(), next.to_owned());
    Sheet::new(Place::Elsewhere, "problem", title, detail.clone(), move || {
        view! {
            <div class="problem-in">
                <p class="draft" aria-hidden="true">{status}</p>
                <h1>{heading}</h1>
                <p class="lead">{detail}</p>
                <p>{next}</p>
                <p class="buttons">
                    <a class="button strong" href="/search">"Search"</a> <a class="button" href="/chapters">"Chapters"</a>
                    <a class="button" href="/">"Home"</a>
                </p>
            </div>
        }
    })
    .unlisted()
}
