//! The mark and the icons, drawn inline so that no file is fetched for them.
//! Invariant: every icon is decoration; the words beside it say what it means.

use leptos::prelude::*;

fn stroked(paths: &'static str) -> AnyView {
    view! {
        <svg
            class="i"
            viewBox="0 0 24 24"
            width="20"
            height="20"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            focusable="false"
            inner_html=paths
        ></svg>
    }
    .into_any()
}

/// The mark: a hull on its blocks, with the dock's walls either side.
#[must_use]
pub fn mark() -> AnyView {
    let paths = concat!(
        r#"<path class="mark-hull" d="M7 7h18l-2.2 8H9.2z"/>"#,
        r#"<path class="mark-keel" d="M9.5 16.5h13l-1.1 4a2 2 0 0 1-1.9 1.5h-7a2 2 0 0 1-1.9-1.5z"/>"#,
        r#"<path class="mark-dock" d="M2 12v13a3 3 0 0 0 3 3h22a3 3 0 0 0 3-3V12" fill="none" stroke-width="2.6" stroke-linecap="round"/>"#,
    );
    view! { <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false" inner_html=paths></svg> }.into_any()
}

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $paths:expr;)*) => {
        $($(#[$doc])* #[must_use] pub fn $name() -> impl IntoView { stroked($paths) })*
    };
}

icons! {
    /// Search.
    magnifier = r#"<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5 5"/>"#;
    /// Light theme.
    sun = r#"<circle cx="12" cy="12" r="4"/><path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1"/>"#;
    /// Dark theme.
    moon = r#"<path d="M20 14.2A8.3 8.3 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2z"/>"#;
    /// Passed, solved.
    tick = r#"<path d="m5 12.5 4.5 4.5L19 7.5"/>"#;
    /// Failed.
    cross = r#"<path d="m7 7 10 10M17 7 7 17"/>"#;
    /// Could not run, waits.
    dash = r#"<path d="M6 12h12"/>"#;
    /// On to something.
    arrow = r#"<path d="M5 12h13M13 6.5 18.5 12 13 17.5"/>"#;
    /// Back to something.
    arrow_back = r#"<path d="M19 12H6M11 6.5 5.5 12l5.5 5.5"/>"#;
    /// Time.
    clock = r#"<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>"#;
    /// A terminal.
    prompt = r#"<path d="m5 7 5 5-5 5M12.5 17H19"/>"#;
    /// Files.
    sheets = r#"<path d="M13.5 3.5H7a1.5 1.5 0 0 0-1.5 1.5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5zM13.5 3.5v5h5"/>"#;
    /// A preview.
    window = r#"<rect x="3.5" y="5" width="17" height="14" rx="1.5"/><path d="M3.5 9h17"/>"#;
    /// Add.
    plus = r#"<path d="M12 6v12M6 12h12"/>"#;
    /// A chapter.
    book = r#"<path d="M12 6.5C10 5 7 4.7 4 5v13c3-.3 6 0 8 1.5 2-1.5 5-1.8 8-1.5V5c-3-.3-6 0-8 1.5zM12 6.5v13"/>"#;
    /// An error message.
    alert = r#"<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.1"/>"#;
    /// Again from the start.
    again = r#"<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 4v4h-4"/>"#;
}
