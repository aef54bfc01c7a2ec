//! The search palette.
use leptos::prelude::*;
/// Search as you type.
#[island]
pub fn Palette() -> impl IntoView {
    view! { <div></div> }
}
