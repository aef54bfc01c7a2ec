//! One check: its claim, its sign, and why it does not hold.
//! Invariant: a failed check says what was expected, what was seen, why it matters and where to read on.

use domain::{
    id::CheckId,
    verdict::{Because, CheckResult},
};
use leptos::prelude::*;

use crate::{
    desk::Mark,
    islands::{bench::Bench, browser},
    parts::{card::count, icon, phrase::phrase},
    view::{CheckView, SectionLink},
};

type Claims = StoredValue<Vec<(CheckId, String)>>;

pub(super) fn line(bench: Bench, check: CheckView, claims: Claims) -> AnyView {
    let CheckView { id, claim, points, section, .. } = check;
    let of_mark = id.clone();
    let mark = Memo::new(move |_| bench.grading.read().mark(&of_mark));
    let result = Memo::new(move |_| bench.grading.read().result(&id).cloned());
    let details = move || match (mark.get(), result.get()) {
        (Mark::Failed, Some(result)) => Some(failed(&result, &section).into_any()),
        (Mark::Waits | Mark::Fault, Some(result)) => Some(could_not_run(&result, claims).into_any()),
        _ => None,
    };
    view! {
        <li class=move || mark.get().class()>
            <span class="check-sign">{move || sign(mark.get())} <span class="visually-hidden">{move || mark.get().word()} ": "</span></span>
            <div>
                <p class="claim"><span>{phrase(&claim)}</span> <small>{count(points, "point", "points")}</small></p>
                {details}
            </div>
        </li>
    }.into_any()
}

fn sign(mark: Mark) -> AnyView {
    match mark {
        Mark::Passed => icon::tick().into_any(),
        Mark::Failed => icon::cross().into_any(),
        Mark::Waits => icon::dash().into_any(),
        Mark::Fault => icon::alert().into_any(),
        Mark::Looking => view! { <span class="spinner"></span> }.into_any(),
        Mark::Open | Mark::Next => view! { <span class="ring"></span> }.into_any(),
    }
}

fn failed(result: &CheckResult, section: &SectionLink) -> AnyView {
    let observed =
        (!result.observed.is_empty()).then(|| view! { <div><dt>"Seen"</dt><dd>{phrase(&result.observed)}</dd></div> });
    view! {
        <dl class="found">
            <div><dt>"Expected"</dt><dd>{phrase(&result.expected)}</dd></div>
            {observed}
            <div><dt>"Why"</dt><dd>{phrase(&result.why)}</dd></div>
        </dl>
        <p class="read-on"><a href=browser::at(&section.url) target="_blank">{section.label()} <span class="visually-hidden">" (opens in a new tab)"</span></a></p>
    }.into_any()
}

fn could_not_run(result: &CheckResult, claims: Claims) -> AnyView {
    match &result.because {
        Some(Because::Waits { check }) => {
            let claim =
                claims.with_value(|claims| claims.iter().find(|(id, _)| id == check).map(|(_, claim)| claim.clone()));
            let on = claim.unwrap_or_else(|| check.to_string());
            view! { <p class="because">"Looked at once this holds: " {phrase(&on)} "."</p> }.into_any()
        }
        Some(Because::Fault { reason }) => {
            view! { <p class="because">{phrase(reason)} " This is no fault of yours; check again in a moment."</p> }
                .into_any()
        }
        None => view! { <p class="because">"This could not be looked at. Check again in a moment."</p> }.into_any(),
    }
}
