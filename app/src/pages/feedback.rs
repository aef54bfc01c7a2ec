//! "Was this clear?": a form at the end of a chapter, for readers without an account.
//! Invariant: it works without a script; one chooses the section that was read, and sends it without leaving the page.

use domain::{
    feedback::{LONGEST_TEXT, Opinion},
    id::ChapterId,
};
use leptos::prelude::*;

use crate::view::Heading;

/// The form, or thanks when it was just sent.
pub(crate) fn form(chapter: &ChapterId, headings: &[Heading], said: bool) -> AnyView {
    let sections = headings
        .iter()
        .map(|heading| {
            let indent = if heading.level > 2 { "\u{a0}\u{a0}" } else { "" };
            view! { <option value=format!("{chapter}#{}", heading.anchor)>{indent} {heading.title.clone()}</option> }
        })
        .collect_view();
    let opinions = Opinion::ALL.map(|opinion| {
        view! { <label><input r#type="radio" name="opinion" value=opinion.as_str() required /> {words(opinion)}</label> }
    });
    let thanks = said.then_some(THANKS);
    view! {
        <section class="feedback" aria-labelledby="feedback">
            <h2 id="feedback" tabindex="-1">"Was this clear?"</h2>
            <p class="feedback-said" data-said=THANKS>{thanks}</p>
            <form method="post" action="/feedback" data-feedback="">
                <p class="feedback-row">
                    <label for="feedback-section">"What you read"</label>
                    <select id="feedback-section" name="section">
                        <option value=chapter.to_string()>"The whole chapter"</option>
                        {sections}
                    </select>
                </p>
                <fieldset>
                    <legend class="visually-hidden">"Was it clear?"</legend>
                    {opinions.into_iter().collect_view()}
                </fieldset>
                <p class="feedback-words">
                    <label for="feedback-text">"What is unclear or wrong, in your words"</label>
                    <textarea id="feedback-text" name="text" rows="3" maxlength=LONGEST_TEXT.to_string()></textarea>
                </p>
                <p class="feedback-end">
                    <button class="button">"Send"</button>
                    <small>"It goes to the authors of this site, without your name."</small>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn words(opinion: Opinion) -> &'static str {
    match opinion {
        Opinion::Clear => "It was clear",
        Opinion::Unclear => "Something is unclear",
        Opinion::Mistake => "Something is wrong",
    }
}

const THANKS: &str = "Thank you. The authors will read it.";
