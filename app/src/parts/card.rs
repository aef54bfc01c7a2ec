//! What lists say of an exercise: its standing, its facts.
//! Invariant: standing is told in words, never by colour alone.

use domain::exercise::Level;
use leptos::prelude::*;

use super::{icon, phrase::phrase, time};
use crate::view::{ExerciseCard, Offer, Standing};

/// "Solved", "2 of 8 points", or nothing.
#[must_use]
pub fn standing(standing: Standing) -> AnyView {
    match standing {
        Standing::Untouched => ().into_any(),
        Standing::Begun { best_points, of_points } => {
            let words =
                if of_points == 0 { "Begun".to_owned() } else { format!("{best_points} of {of_points} points") };
            view! { <span class="standing begun">{words}</span> }.into_any()
        }
        Standing::Solved { .. } => view! { <span class="standing solved">{icon::tick()} "Solved"</span> }.into_any(),
    }
}

/// The level as one to three draft marks and a word.
#[must_use]
pub fn level(level: Level) -> AnyView {
    let class = match level {
        Level::FirstSteps => "level one",
        Level::Everyday => "level two",
        Level::Expert => "level three",
    };
    view! { <span class=class>{level.label()}</span> }.into_any()
}

/// Level, time, points.
#[must_use]
pub fn facts(card: &ExerciseCard) -> AnyView {
    view! {
        <p class="facts">{lasting_facts(card)} {standing(card.standing)}</p>
    }
    .into_any()
}

/// Those facts that nothing the visitor does changes.
#[must_use]
pub fn lasting_facts(card: &ExerciseCard) -> AnyView {
    view! {
        {level(card.level)}
        <span>{time::minutes(card.minutes.into())}</span>
        <span>{count(card.points, "point", "points")}</span>
    }
    .into_any()
}

/// A row of the exercise list.
#[must_use]
pub fn row(card: &ExerciseCard) -> AnyView {
    let not_offered = match &card.offer {
        Offer::Offered => None,
        Offer::NotOffered { why } => Some(view! { <p class="not-offered">{why.clone()}</p> }),
    };
    view! {
        <li class="row">
            <div>
                <h3><a href=card.url()>{card.title.clone()}</a></h3>
                <p>{phrase(&card.summary)}</p>
                {not_offered}
            </div>
            {facts(card)}
        </li>
    }
    .into_any()
}

/// A number with its noun.
#[must_use]
pub fn count(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
