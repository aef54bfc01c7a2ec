//! An exercise: task, checks and help on one side, the workbench on the other.
//! Invariant: the task and the checks can be read without a script.

use domain::lease::IsolationLevel;
use leptos::prelude::*;

use crate::{
    islands::{Checks, Help, Stands, Workbench},
    parts::{card::lasting_facts, icon, way_on},
    shell::{Place, Sheet},
    view::{ExerciseCard, ExercisePage, Offer},
};

pub(crate) fn page(page: ExercisePage) -> Sheet {
    let (title, summary, path) = (page.card.title.clone(), page.card.summary.clone(), page.card.url());
    Sheet::new(Place::Exercises, "exercise", title, summary, move || body(page)).at(path).awake()
}

fn body(page: ExercisePage) -> AnyView {
    let ExercisePage {
        card,
        part,
        task_html,
        section,
        prerequisites,
        checks,
        hints_total,
        hints,
        attempts,
        files,
        images,
        level,
        limits_hold,
        lease,
        previous,
        next,
        ..
    } = page;
    let first = (!prerequisites.is_empty()).then(|| {
        let links = prerequisites
            .iter()
            .map(|card| view! { <li><a href=card.url()>{card.title.clone()}</a></li> })
            .collect_view();
        view! { <div class="first"><p>"Do first"</p><ul>{links}</ul></div> }
    });
    let may_try = card.offer == Offer::Offered;
    let checks_label = format!("Checks ({})", checks.len());
    view! {
        <div class="bench" data-may-try=may_try.then_some("")>
            <div class="task-side" data-tabs="">
                <header class="task-head">
                    <p class="kicker">
                        <a href=format!("/exercises#part-{}", part.number)>{part.title}</a> <span>{format!("{}.{}", part.number, card.order)}</span>
                    </p>
                    <h1>{card.title.clone()}</h1>
                    <p class="facts">{lasting_facts(&card)} <Stands told=card.standing /></p>
                    <p class="taught"><a href=section.url.clone()>{icon::book()} {section.label()}</a></p>
                    {first}
                </header>
                <div class="task-tabs" data-tab-list="" aria-label="Exercise" hidden>
                    <button r#type="button" id="tab-task" aria-controls="task">"Task"</button>
                    <button r#type="button" id="tab-checks" aria-controls="checks">{checks_label}</button>
                    <button r#type="button" id="tab-help" aria-controls="help">"Help"</button>
                </div>
                <section id="task" class="task-panel">
                    <div class="prose" inner_html=task_html></div>
                    {way_on(previous, next)}
                </section>
                <section id="checks" class="task-panel"><Checks checks attempts /></section>
                <section id="help" class="task-panel"><Help exercise=card.id.clone() hints hints_total /> {about_sandbox(level, limits_hold)}</section>
            </div>
            <Workbench exercise=card.id lease offer=card.offer files images />
        </div>
    }.into_any()
}

/// What a sandbox here is, and where it differs from an engine of one's own.
fn about_sandbox(level: IsolationLevel, limits_hold: bool) -> AnyView {
    let limits = (!limits_hold).then(|| {
        view! {
            <p>
                "Limits that you set on a container in it ("<code>"--memory"</code>", "<code>"--cpus"</code>", "<code>"--pids-limit"</code>") are recorded, and checks see them, but they are not enforced here: this host hands no control groups on. Those of the sandbox itself hold."
            </p>
        }
    });
    view! {
        <div class="help about-sandbox">
            <h2>"Your sandbox"</h2>
            <p>{format!("Isolation level {}: {}.", level.as_str(), level.label())}</p>
            {limits}
        </div>
    }
    .into_any()
}

fn way_on(previous: Option<ExerciseCard>, next: Option<ExerciseCard>) -> AnyView {
    let link = |it: ExerciseCard| (it.url(), it.title);
    way_on::way_on("Previous and next exercise", previous.map(link), next.map(link))
}
