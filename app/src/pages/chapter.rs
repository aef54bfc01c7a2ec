//! A chapter to read: text, on-page contents, the way on.
//! Invariant: everything works without a script; copying and trying are added by one.

use leptos::prelude::*;

use super::feedback;
use crate::{
    islands::Drawer,
    parts::{
        card::{facts, standing},
        icon,
        phrase::phrase,
        time, way_on,
    },
    shell::{Place, Sheet},
    view::{ChapterLink, ChapterPage, ExerciseCard, Heading, Offer, Standing},
};

pub(crate) fn page(page: ChapterPage, said: bool) -> Sheet {
    let (title, summary, path) = (page.meta.title.clone(), page.meta.summary.clone(), format!("/chapters/{}", page.id));
    Sheet::new(Place::Chapters, "chapter", title, summary, move || body(page, said)).at(path)
}

fn body(page: ChapterPage, said: bool) -> AnyView {
    let ChapterPage { id, meta, part, html, contents, previous, next, siblings, prerequisites, exercises, may_try } =
        page;
    let first = (!prerequisites.is_empty()).then(|| {
        let links = prerequisites
            .iter()
            .map(|link| view! { <li><a href=link.url()>{link.title.clone()}</a></li> })
            .collect_view();
        view! { <div class="first"><p>"Read first"</p><ul>{links}</ul></div> }
    });
    let practise = (!exercises.is_empty()).then(|| {
        view! {
            <section class="practise-now" aria-labelledby="practise">
                <h2 id="practise">"Now do it"</h2>
                <ul>{exercises.iter().map(exercise).collect_view()}</ul>
            </section>
        }
    });
    let contents_twice = contents.clone();
    view! {
        <div class="reading">
            <nav class="in-part" aria-labelledby="in-part">
                <p id="in-part"><a href=format!("/chapters#part-{}", part.number)>{format!("{} {}", part.number, part.title)}</a></p>
                <ol>
                    {siblings
                        .iter()
                        .map(|link| {
                            let current = (link.id == id).then_some("page");
                            view! { <li><a href=link.url() aria-current=current>{link.title.clone()}</a></li> }
                        })
                        .collect_view()}
                </ol>
            </nav>
            <article class="text" data-may-try=may_try.then_some("")>
                <header class="page-head">
                    <p class="kicker">
                        <a href=format!("/chapters#part-{}", part.number)>{part.title.clone()}</a>
                        <span>{format!("{}.{}", part.number, meta.order)}</span>
                    </p>
                    <h1>{meta.title}</h1>
                    <p class="lead">{phrase(&meta.summary)}</p>
                    <p class="facts">
                        <span>{time::minutes(meta.minutes.into())} " to read"</span>
                        <span>"Checked with " {meta.checked_with}</span>
                        {exercises.iter().map(|card| {
                            let name = if exercises.len() > 1 { card.title.clone() } else { "Exercise".to_owned() };
                            view! { <span><a href=card.url()>{name}</a> " " {standing(card.standing)}</span> }
                        }).collect_view()}
                    </p>
                    {first}
                </header>
                {on_this_page(contents, true)}
                <div class="prose" inner_html=html></div>
                {practise}
                {feedback::form(&id, &contents_twice, said)}
                {way_on(previous, next)}
            </article>
            {on_this_page(contents_twice, false)}
        </div>
        {may_try.then(|| view! { <Drawer /> })}
    }.into_any()
}

/// The on-page contents: folded above the text on narrow pages, beside it on wide ones.
fn on_this_page(contents: Vec<Heading>, folded: bool) -> AnyView {
    if contents.is_empty() {
        return if folded { ().into_any() } else { view! { <div></div> }.into_any() };
    }
    let list = contents
        .into_iter()
        .map(|heading| {
            let class = if heading.level > 2 { "deeper" } else { "" };
            view! { <li class=class><a href=format!("#{}", heading.anchor)>{heading.title}</a></li> }
        })
        .collect_view();
    if folded {
        view! {
            <details class="contents-folded">
                <summary>"On this page"</summary>
                <nav aria-label="On this page, folded"><ol>{list}</ol></nav>
            </details>
        }
        .into_any()
    } else {
        view! {
            <nav class="contents" aria-labelledby="contents" data-follow="">
                <p id="contents">"On this page"</p>
                <ol>{list}</ol>
                <p class="say"><a href="#feedback">"Was this section clear?"</a></p>
            </nav>
        }
        .into_any()
    }
}

fn exercise(card: &ExerciseCard) -> AnyView {
    let action = match (&card.offer, card.standing) {
        (Offer::NotOffered { why }, _) => view! { <p class="not-offered">{why.clone()}</p> }.into_any(),
        (Offer::Offered, Standing::Untouched) => go(card, "Start"),
        (Offer::Offered, Standing::Begun { .. }) => go(card, "Go on"),
        (Offer::Offered, Standing::Solved { .. }) => go(card, "Do it again"),
    };
    view! {
        <li>
            <h3><a href=card.url()>{card.title.clone()}</a></h3>
            <p>{phrase(&card.summary)}</p>
            <div class="go">{facts(card)} {action}</div>
        </li>
    }
    .into_any()
}

fn go(card: &ExerciseCard, word: &'static str) -> AnyView {
    // As text, not as a label: whoever goes through the links of a page, a search engine too, learns where it leads.
    let where_to = format!(": {}", card.title);
    view! { <a class="button strong" href=card.url()><span>{word}<span class="visually-hidden">{where_to}</span></span> {icon::arrow()}</a> }
        .into_any()
}

/// The links to the chapters beside this one.
pub(super) fn way_on(previous: Option<ChapterLink>, next: Option<ChapterLink>) -> AnyView {
    let link = |it: ChapterLink| (it.url(), it.title);
    way_on::way_on("Previous and next chapter", previous.map(link), next.map(link))
}
