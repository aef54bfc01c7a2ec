//! Progress: what this visitor has done, and what is left.
//! Invariant: every exercise is listed, so that "left" is as plain as "done".

use domain::attempt::AttemptState;
use leptos::prelude::*;

use crate::{
    parts::{
        card::{count, standing},
        time,
    },
    shell::{Place, Sheet},
    view::{AttemptLine, PartOfProgress, ProgressLine, ProgressPage, Totals},
};

pub(crate) fn page(progress: ProgressPage) -> Sheet {
    Sheet::new(Place::Progress, "list", "Progress", "What you have solved and what is left.", move || body(progress))
        .unlisted()
}

fn body(progress: ProgressPage) -> AnyView {
    let ProgressPage { totals, parts, latest } = progress;
    let nothing = latest.is_empty().then(|| {
        view! {
            <div class="empty">
                <p><b>"Nothing tried yet."</b></p>
                <p>"Start " <a href="/exercises">"an exercise"</a> "; every press of Check is kept here, and the best one counts."</p>
            </div>
        }
    });
    let recent = (!latest.is_empty()).then(|| {
        view! {
            <section class="part" aria-labelledby="latest">
                <header><h2 id="latest">"Latest attempts"</h2></header>
                <ol class="rows attempts">{latest.into_iter().map(attempt).collect_view()}</ol>
            </section>
        }
    });
    view! {
        <header class="page-head">
            <h1>"Progress"</h1>
            {sums(totals)}
        </header>
        {nothing}
        {parts.into_iter().map(part).collect_view()}
        {recent}
    }
    .into_any()
}

fn sums(totals: Totals) -> AnyView {
    let sum = |name: &'static str, done: u32, of: u32| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>
                    {done} <small>{format!(" of {of}")}</small>
                    <progress value=done.to_string() max=of.max(1).to_string() aria-label=name></progress>
                </dd>
            </div>
        }
    };
    view! {
        <dl class="sums">
            {sum("Exercises solved", totals.solved, totals.exercises)} {sum("Points", totals.points, totals.of_points)}
        </dl>
    }
    .into_any()
}

fn part(part: PartOfProgress) -> AnyView {
    let PartOfProgress { part, lines } = part;
    let anchor = format!("part-{}", part.number);
    let solved = lines.iter().filter(|line| line.progress.solved_at.is_some()).count();
    view! {
        <section class="part" aria-labelledby=anchor.clone()>
            <header>
                <span class="draft" aria-hidden="true">{part.number}</span>
                <h2 id=anchor.clone()>{part.title}</h2>
                <p>{format!("{solved} of {} solved", lines.len())}</p>
            </header>
            <ol class="rows">{lines.into_iter().map(line).collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn line(line: ProgressLine) -> AnyView {
    let ProgressLine { card, progress } = line;
    let tried = if progress.attempts > 0 {
        let points = format!("{} of {} points", progress.best_points, progress.of_points);
        view! { <span>{count(progress.attempts, "attempt", "attempts")}</span> <span>{points}</span> }.into_any()
    } else {
        view! { <span>"Not tried yet"</span> }.into_any()
    };
    let hints = (progress.hints > 0).then(|| view! { <span>{count(progress.hints, "hint", "hints")}</span> });
    let when = progress.solved_at.map(|at| view! { <time datetime=time::iso(at)>{time::utc(at)}</time> });
    let solved = progress.solved_at.map(|_| standing(card.standing));
    view! {
        <li class="row">
            <div><h3><a href=card.url()>{card.title.clone()}</a></h3></div>
            <p class="facts">{tried} {hints} {solved} {when}</p>
        </li>
    }
    .into_any()
}

fn attempt(line: AttemptLine) -> AnyView {
    let AttemptLine { title, attempt } = line;
    let outcome = match (attempt.state, &attempt.verdict) {
        (AttemptState::Graded, Some(verdict)) if verdict.passed => "Solved".to_owned(),
        (AttemptState::Graded, Some(verdict)) => format!("{} of {} points", verdict.points, verdict.of_points),
        (AttemptState::Running, _) => "Being graded".to_owned(),
        (AttemptState::Graded | AttemptState::Abandoned, _) => "Not graded: the sandbox ended before".to_owned(),
    };
    view! {
        <li class="row">
            <div><h3><a href=format!("/exercises/{}", attempt.exercise)>{title}</a></h3></div>
            <p class="facts">
                <span>{format!("Attempt {}", attempt.number)}</span> <span>{outcome}</span>
                <time datetime=time::iso(attempt.started_at)>{time::utc(attempt.started_at)}</time>
            </p>
        </li>
    }
    .into_any()
}
