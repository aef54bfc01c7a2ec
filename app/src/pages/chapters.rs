//! All chapters, by part.
//! Invariant: numbers are the curriculum's, so that "7.9" is the same everywhere.

use leptos::prelude::*;

use crate::{
    parts::{card::standing, phrase::phrase, time},
    shell::{Place, Sheet},
    view::{ChapterCard, Chapters, PartOfChapters},
};

pub(crate) fn page(chapters: Chapters) -> Sheet {
    Sheet::new(Place::Chapters, "list", "Chapters", "Every chapter of the book on containers, by part.", move || {
        body(chapters)
    })
    .at("/chapters")
}

fn body(chapters: Chapters) -> AnyView {
    let empty = chapters.parts.is_empty().then(|| {
        view! { <p class="empty">"There are no chapters yet. Put the first one into " <code>"content/chapters"</code> "."</p> }
    });
    view! {
        <header class="page-head">
            <h1>"Chapters"</h1>
            <p class="lead">"Short enough to read at one sitting. Each ends in an exercise where there is something to do."</p>
        </header>
        {empty}
        {chapters.parts.into_iter().map(part).collect_view()}
        <p class="book" data-book="" hidden>
            <button r#type="button" class="button">"Keep all of it for reading offline"</button>
            <span data-book-said=""></span>
        </p>
    }.into_any()
}

fn part(part: PartOfChapters) -> AnyView {
    let PartOfChapters { part, chapters } = part;
    let anchor = format!("part-{}", part.number);
    let number = part.number;
    let print = (!chapters.is_empty()).then(|| {
        view! { <p class="quiet"><a href=format!("/chapters/part/{number}")>"Print this part"</a></p> }
    });
    view! {
        <section class="part" aria-labelledby=anchor.clone()>
            <header>
                <span class="draft" aria-hidden="true">{number}</span>
                <h2 id=anchor.clone()>{part.title}</h2>
                <p>{phrase(&part.summary)}</p>
                {print}
            </header>
            <ol class="rows">{chapters.into_iter().map(|card| row(number, card)).collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn row(part: u8, card: ChapterCard) -> AnyView {
    let exercises = card
        .exercises
        .iter()
        .map(|exercise| {
            view! { <li><a href=exercise.url()>{exercise.title.clone()}</a> " " {standing(exercise.standing)}</li> }
        })
        .collect_view();
    let practise =
        (!card.exercises.is_empty()).then(|| view! { <ul class="practise" aria-label="Exercises">{exercises}</ul> });
    view! {
        <li class="row numbered">
            <span class="number" aria-hidden="true">{format!("{part}.{}", card.order)}</span>
            <div>
                <h3><a href=format!("/chapters/{}", card.id)>{card.title}</a></h3>
                <p>{phrase(&card.summary)}</p>
                {practise}
            </div>
            <p class="facts"><span>{time::minutes(card.minutes.into())}</span></p>
        </li>
    }
    .into_any()
}
