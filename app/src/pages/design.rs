//! The design on one page: tokens, and every component in its states. Pictures are taken of it.
//! Invariant: it is made of what the pages are made of, has no style of its own, and is in no release.

use domain::exercise::Level;
use leptos::prelude::*;

use super::{chapter, entry_group, feedback};
use crate::{
    islands::stills,
    parts::{card, icon},
    shell::{Place, Sheet},
    view::{ChapterLink, EntryView, ExerciseCard, FlagView, Heading, Offer, SectionLink, Standing},
};

/// Names of colours in `style/tokens.css`, and what each is for.
const COLOURS: [(&str, &str); 27] = [
    ("paper", "behind everything"),
    ("raised", "behind what can be pressed or filled in"),
    ("sunken", "behind code"),
    ("ink", "words"),
    ("ink-soft", "words beside words"),
    ("line", "between things"),
    ("line-strong", "around what can be pressed or filled in"),
    ("sea", "links, and what to do next"),
    ("sea-strong", "the same under the pointer"),
    ("sea-wash", "behind what is chosen"),
    ("on-sea", "words on it"),
    ("bollard", "marks: where one is"),
    ("bollard-wash", "behind what was found"),
    ("pass", "it holds"),
    ("pass-wash", "behind that"),
    ("fail", "it does not hold; it destroys"),
    ("fail-wash", "behind that"),
    ("unsure", "nobody knows; take care"),
    ("unsure-wash", "behind that"),
    ("focus", "around what has the keyboard"),
    ("selection", "behind selected words"),
    ("code-keyword", "code: keywords and keys"),
    ("code-string", "code: strings"),
    ("code-number", "code: numbers and flags"),
    ("code-variable", "code: variables and types"),
    ("code-command", "code: commands"),
    ("code-comment", "code: comments and prompts"),
];

/// Sizes of `style/tokens.css` in use: the token, the element or class that has it.
const SIZES: [(&str, &str); 6] = [
    ("size-h1", "h1"),
    ("size-h2", "h2"),
    ("size-h3", "h3, h4"),
    ("size-lead", ".lead"),
    ("size-text", "body"),
    ("size-small", ".quiet, .facts, small"),
];

/// Lengths of `style/tokens.css`.
const SPACE: [(&str, &str); 5] = [
    ("page", "the widest page"),
    ("edge", "left and right of a page"),
    ("top", "height of the header"),
    ("radius", "corners of what is small"),
    ("radius-large", "corners of what holds other things"),
];

pub(crate) fn page() -> Sheet {
    Sheet::new(
        Place::Elsewhere,
        "list design",
        "Design",
        "Tokens and components of the pages, in all their states.",
        body,
    )
    .unlisted()
}

fn body() -> AnyView {
    view! {
        <header class="page-head">
            <h1>"Design"</h1>
            <p class="lead">"What the pages are made of, in every state. Switch the theme above; make the window narrow."</p>
        </header>
        {section("Colour", "Each as it is in the theme that is shown.", colours())}
        {section("Type", "One family for words, one for code.", sizes())}
        {section("Space", "Lengths that have a name.", lengths())}
        {section("Buttons", "What can be pressed.", buttons())}
        {section("Fields", "What can be filled in.", fields())}
        {section("Notices", "What needs attention.", notices())}
        {section("Facts", "What is told in few words.", facts())}
        {section("Cards", "What leads on.", cards())}
        {section("Checks", "Every mark.", stills::checks().into_any())}
        {section("Workbench", "Its bar, its notices and what stands below, phase by phase.", workbenches())}
        {section("Palette", "Rows of hits.", stills::palette())}
        {section("Entry", "Of the cheat sheet, with all that one can have.", entries())}
        {section("Text", "A chapter's text.", text())}
        {section("Ways on", "At the end of a chapter.", ways_on())}
        {section("Feedback", "At the end of a chapter.", feedback_form())}
    }
    .into_any()
}

fn section(title: &'static str, words: &'static str, body: AnyView) -> AnyView {
    let anchor = title.to_lowercase().replace(' ', "-");
    let anchor = format!("design-{anchor}");
    view! {
        <section class="part" aria-labelledby=anchor.clone()>
            <header><h2 id=anchor.clone()>{title}</h2><p>{words}</p></header>
            {body}
        </section>
    }
    .into_any()
}

/// A table of tokens: a picture of each, its name, and what it is for.
fn table(rows: impl Iterator<Item = (AnyView, String, &'static str)>) -> AnyView {
    let rows = rows
        .map(|(picture, name, words)| view! { <tr><td>{picture}</td><td><code>{name}</code></td><td>{words}</td></tr> })
        .collect_view();
    view! {
        <div class="prose">
            <div class="table-scroll" tabindex="0" role="group" aria-label="Tokens">
                <table><thead><tr><th scope="col">"Looks"</th><th scope="col">"Token"</th><th scope="col">"For"</th></tr></thead><tbody>{rows}</tbody></table>
            </div>
        </div>
    }
    .into_any()
}

fn colours() -> AnyView {
    table(COLOURS.into_iter().map(|(name, words)| {
        let fill = format!("var(--{name})");
        let swatch = view! {
            <svg width="72" height="28" viewBox="0 0 72 28" aria-hidden="true">
                <rect x="0.5" y="0.5" width="71" height="27" rx="4" fill=fill stroke="var(--line-strong)" />
            </svg>
        };
        (swatch.into_any(), format!("--{name}"), words)
    }))
}

fn sizes() -> AnyView {
    let families = [("text", "Figtree, for words"), ("mono", "the system's, for code")];
    let sizes = SIZES.into_iter().map(|(name, words)| {
        let sample = view! {
            <svg width="260" height="56" viewBox="0 0 260 56" aria-hidden="true">
                <text x="0" y="40" fill="var(--ink)" font-size=format!("var(--{name})") font-weight="650">"Containers"</text>
            </svg>
        };
        (sample.into_any(), format!("--{name}"), words)
    });
    let families = families.into_iter().map(|(name, words)| {
        let sample = view! {
            <svg width="260" height="36" viewBox="0 0 260 36" aria-hidden="true">
                <text x="0" y="24" fill="var(--ink)" font-size="17" font-family=format!("var(--{name})")>"docker run --rm 0O1lI"</text>
            </svg>
        };
        (sample.into_any(), format!("--{name}"), words)
    });
    table(sizes.chain(families))
}

fn lengths() -> AnyView {
    table(SPACE.into_iter().map(|(name, words)| {
        // The widest is far wider than its cell, which cuts it.
        let bar = view! {
            <svg width="160" height="28" viewBox="0 0 160 28" aria-hidden="true">
                <rect x="0" y="4" width=format!("var(--{name})") height="20" fill="var(--sea)" />
            </svg>
        };
        (bar.into_any(), format!("--{name}"), words)
    }))
}

fn buttons() -> AnyView {
    let row = |class: &'static str, words: &'static str| {
        view! {
            <p class="buttons">
                <button r#type="button" class=class>{words}</button>
                <button r#type="button" class=class>{icon::tick()} "With a sign"</button>
                <button r#type="button" class=class disabled>"Not now"</button>
                <a class=class href="/design">"A link"</a>
            </p>
        }
    };
    view! {
        {row("button strong", "What to do next")}
        {row("button", "What one can do")}
        {row("button danger", "What destroys")}
        {row("button small", "Something small")}
        {row("button small plain", "Something plain")}
        <p class="buttons">
            <button class="icon" r#type="button">{icon::sun()}<span class="visually-hidden">"A sign alone"</span></button>
            <kbd>"Ctrl"</kbd> <kbd>"K"</kbd>
        </p>
    }
    .into_any()
}

fn fields() -> AnyView {
    view! {
        <p class="filter">
            <label for="design-field">"Filter"</label>
            <input id="design-field" r#type="search" autocomplete="off" placeholder="cache, secret, --chown …" />
            <span role="status">"12 of 310"</span>
        </p>
        <p><progress aria-label="Something is on its way"></progress></p>
        <p><progress value="0.4" aria-label="Something is on its way, and how far"></progress></p>
    }
    .into_any()
}

fn notices() -> AnyView {
    view! {
        <p class="notice"><span><b>"Something to know."</b> " And what follows from it."</span></p>
        <p class="notice bad"><span><b>"Something went wrong."</b> " What to do now."</span></p>
        <p class="not-offered">"This cannot be offered here, and why."</p>
        <p class="empty">"There is nothing yet, and what to do about it."</p>
    }
    .into_any()
}

fn facts() -> AnyView {
    let levels = [Level::FirstSteps, Level::Everyday, Level::Expert].map(card::level);
    view! { <p class="facts">{levels.into_iter().collect_view()} <span>"15 min"</span> <span>"9 points"</span></p> }
        .into_any()
}

fn cards() -> AnyView {
    let standings = [Standing::Untouched, Standing::Begun { best_points: 5, of_points: 9 }, Standing::Solved { at: 0 }];
    let mut rows: Vec<_> = standings.into_iter().filter_map(|standing| exercise(standing, Offer::Offered)).collect();
    let refused = Offer::NotOffered { why: "This host cannot join two hosts.".to_owned() };
    rows.extend(exercise(Standing::Untouched, refused));
    view! { <ol class="rows">{rows.iter().map(card::row).collect_view()}</ol> }.into_any()
}

/// `None` when the made-up name is none.
fn exercise(standing: Standing, offer: Offer) -> Option<ExerciseCard> {
    Some(ExerciseCard {
        id: "flatten-secret-image".parse().ok()?,
        title: "Flatten an image that leaks a secret".to_owned(),
        summary: "A secret lies in a layer below. Make an image without it that `starts` as before.".to_owned(),
        part: 7,
        order: 1,
        level: Level::Everyday,
        minutes: 15,
        points: 9,
        checks: 5,
        needs: Vec::new(),
        standing,
        offer,
    })
}

fn workbenches() -> AnyView {
    stills::workbenches()
        .into_iter()
        .map(|(name, still)| {
            view! { <h3>{name}</h3> <section class="workbench" aria-label=name>{still}</section> }
        })
        .collect_view()
        .into_any()
}

fn entries() -> AnyView {
    let entry = || {
        Some(EntryView {
            id: "flatten-by-export".parse().ok()?,
            essential: true,
            task: "Flatten an image into one layer".to_owned(),
            command_html: "<span class=\"hl-command\">docker</span> export old | <span class=\"hl-command\">docker</span> import - app:flat".to_owned(),
            does_html: "Writes the file system of a container as one archive and makes an image of it.".to_owned(),
            flags: vec![FlagView { flag: "--change".to_owned(), does_html: "Sets config.".to_owned() }],
            destroys_html: Some("History and all config.".to_owned()),
            section: SectionLink { url: "/chapters".to_owned(), chapter: "Flattening images".to_owned(), heading: None },
            tags: Vec::new(),
            may_try: true,
        })
    };
    view! { <div data-may-try="">{entry().map(|it| entry_group::entry(it, entry_group::Level::Third))}</div> }
        .into_any()
}

fn text() -> AnyView {
    view! { <div class="prose" inner_html=include_str!("../../examples/preview/chapter.html")></div> }.into_any()
}

fn ways_on() -> AnyView {
    let link = |id: &str, title: &str| Some(ChapterLink { id: id.parse().ok()?, title: title.to_owned() });
    chapter::way_on(link("build-cache", "The build cache"), link("build-secrets", "Build secrets"))
}

fn feedback_form() -> AnyView {
    let headings = [Heading { level: 2, anchor: "layers-remember".to_owned(), title: "Layers remember".to_owned() }];
    "flattening-images".parse().ok().map(|id| feedback::form(&id, &headings, true)).into_any()
}
