//! All exercises, by part.
//! Invariant: one that this server cannot offer stays listed and says why.

use leptos::prelude::*;

use crate::{
    parts::{card::row, phrase::phrase},
    shell::{Place, Sheet},
    view::{Exercises, PartOfExercises},
};

pub(crate) fn page(exercises: Exercises) -> Sheet {
    Sheet::new(
        Place::Exercises,
        "list",
        "Exercises",
        "Tasks to do in a throwaway sandbox with a Docker engine of its own, graded on what was really made.",
        move || body(exercises),
    )
    .at("/exercises")
}

fn body(exercises: Exercises) -> AnyView {
    let empty = exercises.parts.is_empty().then(|| {
        view! { <p class="empty">"There are no exercises yet. Put the first one into " <code>"content/exercises"</code> "."</p> }
    });
    view! {
        <header class="page-head">
            <h1>"Exercises"</h1>
            <p class="lead">"Each one gives you a sandbox with a Docker engine of its own. Break what you like; reset it when you want."</p>
        </header>
        {empty}
        {exercises.parts.into_iter().map(part).collect_view()}
    }.into_any()
}

fn part(part: PartOfExercises) -> AnyView {
    let PartOfExercises { part, exercises } = part;
    let anchor = format!("part-{}", part.number);
    let number = part.number;
    let rows = exercises.iter().map(row).collect_view();
    view! {
        <section class="part" aria-labelledby=anchor.clone()>
            <header>
                <span class="draft" aria-hidden="true">{number}</span>
                <h2 id=anchor.clone()>{part.title}</h2>
                <p>{phrase(&part.summary)}</p>
            </header>
            <ol class="rows">{rows}</ol>
        </section>
    }
    .into_any()
}
