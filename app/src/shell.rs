//! The document around every page: head, header, landmarks, footer.
//! Invariant: one `h1` per page comes from the page itself; the shell has none.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::prelude::*;

use crate::{Site, api::LONGEST_QUERY, islands::Palette, parts::icon, policy::THEME_SCRIPT};

mod preview;

use preview::Preview;

/// Name of the product, as in titles.
pub(crate) const NAME: &str = "Drydock";

/// Where in the site a page is; marks the entry in the navigation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// None of the sections.
    #[default]
    Elsewhere,
    /// The home page.
    Home,
    /// Chapters.
    Chapters,
    /// The cheat sheet.
    CheatSheet,
    /// Exercises.
    Exercises,
    /// Progress.
    Progress,
    /// The results page of the search.
    Search,
}

/// When the islands of a page are brought to life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Wake {
    /// When somebody reaches for one.
    #[default]
    OnIntent,
    /// As soon as the page is there.
    AtOnce,
}

impl Wake {
    fn as_str(self) -> &'static str {
        match self {
            Self::OnIntent => "intent",
            Self::AtOnce => "now",
        }
    }
}

/// One page, ready to be put into the document.
pub(crate) struct Sheet {
    /// Without the site's name.
    pub(crate) title: String,
    /// For search engines and link previews.
    pub(crate) description: String,
    /// Where it is.
    pub(crate) place: Place,
    /// When its islands wake.
    pub(crate) wake: Wake,
    /// Class of `<body>`, for the page's own style.
    pub(crate) class: &'static str,
    /// Search engines may list it.
    pub(crate) listed: bool,
    /// Its one path below the site's root, whatever was added to the address that was asked for.
    pub(crate) path: Option<String>,
    /// What is inside `<main>`; made inside the reactive owner.
    pub(crate) body: Box<dyn FnOnce() -> AnyView>,
}

impl Sheet {
    /// A page that search engines may list.
    pub(crate) fn new<V: IntoView + 'static>(
        place: Place,
        class: &'static str,
        title: impl Into<String>,
        description: impl Into<String>,
        body: impl FnOnce() -> V + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            // Shown as plain text, where marks of code would be in the way.
            description: description.into().replace('`', ""),
            place,
            wake: Wake::OnIntent,
            class,
            listed: true,
            path: None,
            body: Box::new(move || body().into_any()),
        }
    }

    /// Not for search engines: it is about one visitor or one query.
    pub(crate) fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    /// Where it is at home.
    pub(crate) fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Its islands wake at once.
    pub(crate) fn awake(mut self) -> Self {
        self.wake = Wake::AtOnce;
        self
    }
}

/// The whole document as text; its addresses are told from the site's own root, the base is named for its scripts.
pub(crate) fn document(site: &Site, sheet: Sheet) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| html(site, sheet).to_html());
    owner.unset();
    format!("<!DOCTYPE html>{html}")
}

fn html(site: &Site, sheet: Sheet) -> AnyView {
    let Sheet { title, description, place, wake, class, listed, path, body } = sheet;
    let (assets, base, public_url) = (&*site.assets, &site.base, site.public_url.as_deref());
    let full_title = if place == Place::Home { format!("{NAME}: {title}") } else { format!("{title} · {NAME}") };
    let robots = (!listed).then(|| view! { <meta name="robots" content="noindex" /> });
    let url = |name: &str| assets.url(name);
    let base = (!base.is_root()).then(|| base.to_string());
    view! {
        <html lang="en" data-base=base>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>{full_title.clone()}</title>
                <meta name="description" content=description.clone() />
                {robots}
                {Preview { title: full_title, description, article: class == "chapter", path, public_url }.html(assets)}
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#fbfcfc" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#0e161b" media="(prefers-color-scheme: dark)" />
                <script inner_html=THEME_SCRIPT></script>
                <link rel="preload" href=url("figtree-latin-wght-normal.woff2") r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <link rel="stylesheet" href=url("site.css") />
                <link rel="icon" href=url("icon-32.png") r#type="image/png" sizes="32x32" />
                <link rel="icon" href=url("mark.svg") r#type="image/svg+xml" sizes="any" />
                <link rel="apple-touch-icon" href=url("icon-180.png") />
                <link rel="manifest" href="/manifest.webmanifest" />
                <link rel="search" href="/opensearch.xml" r#type="application/opensearchdescription+xml" title=NAME />
                <script
                    id="site"
                    r#type="module"
                    src=url("site.js")
                    data-wake=wake.as_str()
                    data-glue=url("app.js")
                    data-wasm=url("app_bg.wasm")
                    data-terminal=url("terminal.js")
                    data-editor=url("editor.js")
                ></script>
            </head>
            <body class=class>
                <a class="skip" href="#main">"Skip to the text"</a>
                {header(place)}
                <p id="offline" class="offline" role="status" hidden>
                    "You are offline. Pages that you have opened, or kept, can be read; sandboxes wait for the network."
                </p>
                <main id="main" tabindex="-1">{body()}</main>
                {footer()}
                <Palette />
                <div id="announce" class="visually-hidden" role="status" aria-live="polite"></div>
            </body>
        </html>
    }.into_any()
}

fn header(place: Place) -> AnyView {
    let entry = move |here: Place, href: &'static str, text: &'static str| {
        let current = (place == here).then_some("page");
        view! { <li><a href=href aria-current=current>{text}</a></li> }
    };
    view! {
        <header class="top">
            <div class="top-in">
                <a class="brand" href="/" aria-current=(place == Place::Home).then_some("page")>
                    {icon::mark()} <span>{NAME}</span>
                </a>
                <nav class="sections" aria-label="Sections">
                    <ul>
                        {entry(Place::Chapters, "/chapters", "Chapters")}
                        {entry(Place::CheatSheet, "/cheatsheet", "Cheat sheet")}
                        {entry(Place::Exercises, "/exercises", "Exercises")}
                        {entry(Place::Progress, "/progress", "Progress")}
                    </ul>
                </nav>
                {(place != Place::Search).then(search_box)}
                <button class="icon theme" r#type="button" data-theme-switch="" hidden>
                    <span class="when-light">{icon::moon()}</span>
                    <span class="when-dark">{icon::sun()}</span>
                    <span class="visually-hidden">"Switch between light and dark"</span>
                </button>
            </div>
        </header>
    }
    .into_any()
}

fn search_box() -> AnyView {
    view! {
        <search class="find">
            <form action="/search" data-search="">
                <label class="visually-hidden" for="find">"Search chapters, commands and error messages"</label>
                {icon::magnifier()}
                <input id="find" name="q" r#type="search" placeholder="Search" autocomplete="off" maxlength=LONGEST_QUERY.to_string() />
                <kbd aria-hidden="true">"/"</kbd>
            </form>
        </search>
    }
    .into_any()
}

fn footer() -> AnyView {
    view! {
        <footer class="bottom">
            <div class="bottom-in">
                <p>"Drydock runs on this server alone. Pages ask no other host for anything."</p>
                <p><a href="/chapters">"Chapters"</a> " · " <a href="/cheatsheet">"Cheat sheet"</a> " · " <a href="/exercises">"Exercises"</a></p>
            </div>
        </footer>
    }.into_any()
}
