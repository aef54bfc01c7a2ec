//! A part on one page, for paper: all its chapters, one after the other.
//! Invariant: every name on the page is unique, for each begins with its chapter's.

use leptos::prelude::*;

use crate::{
    parts::{phrase::phrase, print},
    shell::{Place, Sheet},
    view::{WholeChapter, WholePart},
};

pub(crate) fn page(whole: WholePart) -> Sheet {
    let title = format!("{} {}, whole", whole.part.number, whole.part.title);
    let summary = whole.part.summary.clone();
    // Its text is at home elsewhere.
    Sheet::new(Place::Chapters, "whole", title, summary, move || body(whole)).unlisted()
}

fn body(whole: WholePart) -> AnyView {
    let WholePart { part, chapters } = whole;
    let number = part.number;
    let contents = chapters
        .iter()
        .map(|it| {
            view! {
                <li>
                    <span class="number" aria-hidden="true">{format!("{number}.{}", it.meta.order)}</span>
                    <a href=format!("#{}", it.id)>{it.meta.title.clone()}</a>
                </li>
            }
        })
        .collect_view();
    let back = format!("/chapters#part-{number}");
    view! {
        <header class="page-head">
            <p class="kicker"><a href=back>"Chapters"</a> <span>{format!("Part {number}")}</span></p>
            <h1>{part.title}</h1>
            <p class="lead">{phrase(&part.summary)}</p>
            {print::button()}
            <nav class="whole-contents" aria-label="Chapters of this part"><ol>{contents}</ol></nav>
        </header>
        {chapters.into_iter().map(|it| chapter(number, it)).collect_view()}
    }
    .into_any()
}

fn chapter(part: u8, chapter: WholeChapter) -> AnyView {
    let WholeChapter { id, meta, html } = chapter;
    view! {
        <article class="whole-chapter" aria-labelledby=id.to_string()>
            <header>
                <p class="kicker"><span>{format!("{part}.{}", meta.order)}</span> <span>"Checked with " {meta.checked_with}</span></p>
                <h2 id=id.to_string()>{meta.title}</h2>
                <p class="lead">{phrase(&meta.summary)}</p>
            </header>
            <div class="prose" inner_html=html></div>
        </article>
    }
    .into_any()
}
