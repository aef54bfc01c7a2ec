//! An exercise: the task beside its workbench.
//! Invariant: the task and the checks can be read without a script.

use leptos::prelude::*;

use crate::{
    shell::{Place, Sheet},
    view::ExercisePage,
};

pub(crate) fn page(page: ExercisePage) -> Sheet {
    let (title, summary) = (page.card.title.clone(), page.card.summary.clone());
    Sheet::new(Place::Exercises, "exercise", title, summary, move || {
        view! { <h1>{page.card.title.clone()}</h1> <div inner_html=page.task_html></div> }
    })
    .awake()
}
