//! What readers say of a section: from the page's script, and from its form where there is none.

use axum::{
    Form, Json,
    extract::{State as Shared, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    chapter::SectionRef,
    feedback::{Feedback, Opinion},
    id::LearnerId,
};
use serde::Deserialize;

use super::{error::Error, who::Learner};
use crate::state::State;

/// `POST /api/feedback`
pub(super) async fn say(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    Json(feedback): Json<Feedback>,
) -> Result<StatusCode, Error> {
    keep(&state, &learner, &feedback).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A chapter's form.
#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    section: String,
    opinion: String,
    #[serde(default)]
    text: String,
}

/// `POST /feedback`: the same from a form; the reader goes back to where they were.
pub(super) async fn say_by_form(
    Shared(state): Shared<State>,
    Learner(learner): Learner,
    filled: Result<Form<Filled>, FormRejection>,
) -> Response {
    let feedback = filled.ok().and_then(|Form(Filled { section, opinion, text })| {
        // Browsers end lines of a form's text with both.
        let text = text.replace("\r\n", "\n");
        Some(Feedback { section: SectionRef::try_from(section).ok()?, opinion: Opinion::parse(&opinion)?, text })
    });
    let Some(feedback) = feedback else {
        return Error::invalid("Say of which part, and whether it was clear.").page(&state.site);
    };
    match keep(&state, &learner, &feedback).await {
        Ok(()) => Redirect::to(&format!("/chapters/{}?said#feedback", feedback.section.chapter)).into_response(),
        Err(error) => error.page(&state.site),
    }
}

async fn keep(state: &State, learner: &LearnerId, feedback: &Feedback) -> Result<(), Error> {
    if let Some(fault) = feedback.fault() {
        return Err(Error::invalid(fault));
    }
    let shelf = state.content.shelf();
    let section = &feedback.section;
    let chapter = shelf.library.chapter(&section.chapter);
    let is_there = |chapter: &library::Chapter| section.anchor.as_ref().is_none_or(|it| chapter.anchors.contains(it));
    if !chapter.is_some_and(|chapter| is_there(chapter)) {
        return Err(Error::not_found("There is no such section."));
    }
    if !state.store.say(learner, feedback, state.clock.now()).await? {
        let next = "Write it to whoever runs this server, or come back tomorrow.";
        return Err(Error::new(StatusCode::TOO_MANY_REQUESTS, "too_many", "That is a lot for one day.", next));
    }
    Ok(())
}
