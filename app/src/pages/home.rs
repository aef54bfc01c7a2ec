//! Home: what to do next.
//! Invariant: whoever has begun something sees that first; a newcomer sees what this is.

use domain::lease::LeaseState;
use leptos::prelude::*;

use crate::{
    parts::{
        card::{count, facts},
        icon,
        phrase::phrase,
        time,
    },
    shell::{Place, Sheet},
    view::{ChapterCard, ExerciseCard, Home, LivingLease, PartCard, Standing, Totals},
};

pub(crate) fn page(home: Home) -> Sheet {
    Sheet::new(
        Place::Home,
        "home",
        "learn containers on a real engine of your own",
        "Chapters to read, a cheat sheet to search, and exercises in a throwaway sandbox that holds a whole private \
         Docker engine, graded on what was really made.",
        move || body(home),
    )
    .at("/")
}

fn body(home: Home) -> AnyView {
    let Home { living, next_exercise, next_chapter, parts, totals } = home;
    let begun = !living.is_empty()
        || totals.solved > 0
        || next_exercise.as_ref().is_some_and(|card| card.standing != Standing::Untouched);
    let head = if begun {
        returning(living, next_exercise, next_chapter, totals).into_any()
    } else {
        newcomer(next_exercise, next_chapter).into_any()
    };
    view! {
        {head}
        <section class="parts" aria-labelledby="parts">
            <h2 id="parts">"The curriculum"</h2>
            <ol class="hull">{parts.into_iter().map(part).collect_view()}</ol>
        </section>
        {ways(totals)}
    }
    .into_any()
}

fn newcomer(exercise: Option<ExerciseCard>, chapter: Option<ChapterCard>) -> AnyView {
    let start = exercise.map(|card| {
        view! { <a class="button strong" href=card.url()>"Start the first exercise" {icon::arrow()}</a> }
    });
    let read = chapter.map(|card| {
        view! { <a class="button" href=format!("/chapters/{}", card.id)>"Read the first chapter"</a> }
    });
    view! {
        <section class="hero">
            <div class="hero-words">
                <h1>"Learn containers on a real engine of your own."</h1>
                <p class="lead">
                    "Read a chapter, press Start, and you have a shell on a private Docker engine that nobody else can see. "
                    "Build what the task asks for. Press Check, and what you really made is taken apart and judged, layer by layer."
                </p>
                <p class="buttons">{start} {read}</p>
                <p class="quiet">"No account needed. What you do is remembered in this browser."</p>
            </div>
            {specimen()}
        </section>
    }.into_any()
}

/// A still picture of what grading looks like, in text.
fn specimen() -> AnyView {
    view! {
        <figure class="specimen" aria-label="An example: a secret that was deleted is still found in a layer">
            <pre tabindex="0"><code>
                <span class="hl-prompt">"$ "</span>"docker build -q -t app:fat .\n"
                <span class="hl-output">"sha256:9f1c2ab05c77…\n"</span>
                <span class="hl-prompt">"$ "</span>"docker run --rm app:fat ls /secret\n"
                <span class="hl-output">"ls: /secret: No such file or directory"</span>
            </code></pre>
            <ul class="specimen-checks">
                <li class="passed">{icon::tick()} <span><b>"The program still runs"</b></span></li>
                <li class="failed">
                    {icon::cross()}
                    <span><b>"The secret is in no layer"</b> <small>"Found in layer 3, path " <code>"/secret"</code> ". A later layer hides it, nothing removes it."</small></span>
                </li>
            </ul>
        </figure>
    }.into_any()
}

fn returning(
    living: Vec<LivingLease>,
    exercise: Option<ExerciseCard>,
    chapter: Option<ChapterCard>,
    totals: Totals,
) -> AnyView {
    let done = totals.solved == totals.exercises && totals.exercises > 0;
    let heading = if done { "Every exercise solved." } else { "Go on where you stopped." };
    let afloat: Vec<_> =
        living.iter().filter_map(|lease| lease.exercise.as_ref().map(|card| card.id.clone())).collect();
    let next = exercise.filter(|card| !afloat.contains(&card.id)).map(|card| {
        let verb = if card.standing == Standing::Untouched { "Next exercise" } else { "Go on with" };
        view! {
            <article class="next">
                <p class="kicker">{verb}</p>
                <h2><a href=card.url()>{card.title.clone()}</a></h2>
                <p>{phrase(&card.summary)}</p>
                {facts(&card)}
            </article>
        }
    });
    let read = chapter.map(|card| {
        view! {
            <article class="next">
                <p class="kicker">"To read"</p>
                <h2><a href=format!("/chapters/{}", card.id)>{card.title}</a></h2>
                <p>{phrase(&card.summary)}</p>
                <p class="facts"><span>{time::minutes(card.minutes.into())}</span></p>
            </article>
        }
    });
    view! {
        <section class="back">
            <h1>{heading}</h1>
            <p class="lead">
                {format!("{} of {} exercises solved, {} of {} points.", totals.solved, totals.exercises, totals.points, totals.of_points)}
                " " <a href="/progress">"See all your progress"</a>
            </p>
            <div class="nexts">{living.into_iter().map(moored).collect_view()} {next} {read}</div>
        </section>
    }.into_any()
}

fn moored(living: LivingLease) -> AnyView {
    let LivingLease { lease, exercise } = living;
    let (title, url) = match &exercise {
        Some(card) => (card.title.clone(), card.url()),
        None => ("A free sandbox".to_owned(), "/cheatsheet".to_owned()),
    };
    let state = match lease.state {
        LeaseState::Queued => "Your sandbox waits for its turn".to_owned(),
        LeaseState::Starting => "Your sandbox is starting".to_owned(),
        LeaseState::Ready | LeaseState::Ended => "Your sandbox is still running".to_owned(),
    };
    view! {
        <article class="next living">
            <p class="kicker">{state}</p>
            <h2><a href=url>{title}</a></h2>
            <p>"Terminal, files and containers are as you left them until " <time datetime=time::iso(lease.expires_at)>{time::utc(lease.expires_at)}</time> "."</p>
            {exercise.as_ref().map(facts)}
        </article>
    }.into_any()
}

fn part(card: PartCard) -> AnyView {
    let PartCard { part, chapters, minutes, exercises, solved } = card;
    let progress = (exercises > 0).then(|| {
        view! { <span>{if solved > 0 { format!("{solved} of {exercises} solved") } else { count(exercises, "exercise", "exercises") }}</span> }
    });
    let text = if chapters > 0 {
        view! { <span>{count(chapters, "chapter", "chapters")}</span> <span>{time::minutes(minutes)}</span> }.into_any()
    } else {
        view! { <span>"In preparation"</span> }.into_any()
    };
    let title = if chapters > 0 {
        view! { <a href=format!("/chapters#part-{}", part.number)>{part.title}</a> }.into_any()
    } else {
        view! { <span>{part.title}</span> }.into_any()
    };
    view! {
        <li>
            <span class="draft" aria-hidden="true">{part.number}</span>
            <div>
                <h3>{title}</h3>
                <p>{phrase(&part.summary)}</p>
                <p class="facts">{text} {progress}</p>
            </div>
        </li>
    }
    .into_any()
}

fn ways(totals: Totals) -> AnyView {
    view! {
        <section class="ways" aria-labelledby="ways">
            <h2 id="ways">"With work waiting?"</h2>
            <div>
                <p><a href="/cheatsheet"><b>"Cheat sheet"</b></a> <br /> {format!("{} commands by task, with what each one destroys.", totals.entries)}</p>
                <p><a href="/search"><b>"Search"</b></a> <br /> "Press " <kbd>"/"</kbd> " anywhere and paste an error message or half a command."</p>
                <p><a href="/exercises"><b>"Exercises"</b></a> <br /> {format!("{} tasks, each in a sandbox of its own.", totals.exercises)}</p>
            </div>
        </section>
    }.into_any()
}
