//! What invites to print a page.
//! Invariant: nothing is offered that a browser without scripts could not do; there its own menu prints.

use leptos::prelude::*;

/// The button; a script shows it.
#[must_use]
pub fn button() -> AnyView {
    view! {
        <p class="to-print" data-print="" hidden>
            <button r#type="button" class="button">"Print, or save as PDF"</button>
        </p>
    }
    .into_any()
}
