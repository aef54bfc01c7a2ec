//! Islands held still in a state each, for the page that shows the design.
//! Invariant: they are the islands' own parts, given made-up signals; nothing here is in a release.

use domain::{
    chapter::SectionRef,
    check::CheckKind,
    id::{CheckId, LeaseId},
    lease::{IsolationLevel, LeaseState},
    verdict::{Because, CheckResult, Outcome, Verdict},
};
use leptos::prelude::*;

use super::{bench::Bench, checks, palette, workbench};
use crate::{
    api::{EngineState, HitKind, Lease, Problem, SearchHit},
    desk::Grading,
    view::{CheckView, SectionLink},
};

/// Now, as the stills have it.
const NOW: i64 = 1_795_463_309;

/// The workbench in each of its phases, but for the panes, which want a sandbox.
pub(crate) fn workbenches() -> Vec<(&'static str, AnyView)> {
    let ready = |engine| Lease { engine, ..lease(LeaseState::Ready) };
    vec![
        ("No sandbox yet", workbench::still(bench(None))),
        ("In the queue", workbench::still(bench(Some(lease(LeaseState::Queued))))),
        ("Being made", workbench::still(bench(Some(lease(LeaseState::Starting))))),
        ("Ready", workbench::still(bench(Some(ready(EngineState::Ready))))),
        ("Ready, soon at its end", {
            let short = Lease { expires_at: NOW + 122, may_extend: true, ..ready(EngineState::Ready) };
            workbench::still(bench(Some(short)))
        }),
        ("Being checked", {
            let bench = bench(Some(ready(EngineState::Starting)));
            bench.grading.set(Grading::begin(None));
            workbench::still(bench)
        }),
        ("Engine failed, with all notices", {
            let bench = bench(Some(ready(EngineState::Failed)));
            bench.problem.set(Some(Problem {
                error: "engine_failed".to_owned(),
                detail: "The engine did not come up.".to_owned(),
                next: "Press Reset for a new one.".to_owned(),
            }));
            bench.warning.set(Some("This sandbox ends in two minutes.".to_owned()));
            bench.waits.set(true);
            workbench::still(bench)
        }),
        ("Ended", {
            let end_reason = Some("Its time was up.".to_owned());
            workbench::still(bench(Some(Lease { end_reason, ..lease(LeaseState::Ended) })))
        }),
    ]
}

/// Checks with every mark there is: of an attempt that has ended, of one that goes on, and before the first.
/// `None` when a made-up name is none.
pub(crate) fn checks() -> Option<AnyView> {
    let waits = Because::Waits { check: "secret".parse().ok()? };
    let fault = Because::Fault { reason: "The sandbox did not answer.".to_owned() };
    let results = vec![
        result("open", "There is an image `app:flat`", Outcome::Passed, None)?,
        result("secret", "The secret is in no layer of it", Outcome::Failed, None)?,
        result("starts", "It starts as it did", Outcome::CouldNotRun, Some(waits))?,
        result("rebuilds", "It can be built again", Outcome::CouldNotRun, Some(fault))?,
    ];
    let ended = bench(None);
    let seen = results.iter().map(|result| check(result.check.clone(), &result.claim)).collect();
    let verdict = Some(Verdict::of(results.clone()));
    ended.grading.set(Grading { results, verdict, ..Grading::default() });

    let (now, next): (CheckId, CheckId) = ("now".parse().ok()?, "next".parse().ok()?);
    let going = bench(None);
    going.grading.set(Grading { looking: Some(now.clone()), ..Grading::begin(None) });
    let running = vec![check(now, "This one is looked at"), check(next, "The turn of this one comes")];
    let never = vec![check("never".parse().ok()?, "Nobody has looked at this one")];
    let lists =
        view! { {checks::still(ended, seen)} {checks::still(going, running)} {checks::still(bench(None), never)} };
    Some(lists.into_any())
}

/// Rows of the palette, the first one chosen.
pub(crate) fn palette() -> AnyView {
    let hit = |kind, title: &str, section: &str, snippet: &str, command: Option<&str>| SearchHit {
        kind,
        title: title.to_owned(),
        section: section.to_owned(),
        url: "/".to_owned(),
        snippet: snippet.to_owned(),
        score: 1.0,
        command: command.map(str::to_owned),
    };
    let export = "docker export old | docker import - app:<mark>flat</mark>";
    palette::still(vec![
        hit(HitKind::Entry, "Flatten an image into one layer", "Building images", export, Some("docker export")),
        hit(HitKind::Chapter, "Flattening images", "Export and import", "What you get is <mark>flat</mark>.", None),
        hit(HitKind::Exercise, "Flatten an image that leaks a secret", "Building images", "A secret is left.", None),
    ])
}

fn bench(lease: Option<Lease>) -> Bench {
    let bench = Bench::new();
    bench.now.set(NOW);
    bench.awake.set(true);
    bench.lease.set(lease);
    bench
}

fn lease(state: LeaseState) -> Lease {
    Lease {
        id: LeaseId("still".to_owned()),
        exercise: None,
        state,
        position: Some(2),
        eta_seconds: Some(38),
        expires_at: NOW + 2527,
        may_extend: false,
        engine: EngineState::Asleep,
        level: IsolationLevel::Userns,
        message: None,
        end_reason: None,
        preview: None,
    }
}

fn check(id: CheckId, claim: &str) -> CheckView {
    CheckView {
        id,
        claim: claim.to_owned(),
        points: 2,
        kind: CheckKind::Artifact,
        after: Vec::new(),
        section: SectionLink {
            url: "/chapters".to_owned(),
            chapter: "Flattening images".to_owned(),
            heading: Some("Layers remember".to_owned()),
        },
    }
}

fn result(name: &str, claim: &str, outcome: Outcome, because: Option<Because>) -> Option<CheckResult> {
    Some(CheckResult {
        check: name.parse().ok()?,
        claim: claim.to_owned(),
        kind: CheckKind::Artifact,
        outcome,
        because,
        expected: "the secret is found nowhere".to_owned(),
        observed: "found in layer 3, path `/secret`".to_owned(),
        why: "Whoever pulls the image can read every layer of it.".to_owned(),
        section: SectionRef { chapter: "flattening-images".parse().ok()?, anchor: None },
        points: 2,
        after: Vec::new(),
    })
}
