//! A backend with content made up for previews and tests.
//! Invariant: it knows a visitor called "somebody" who has done things; everybody else is new.

use app::{
    Backend, BackendError, Query, Visitor,
    api::{EngineState, HitKind, Lease, SearchHit},
    view::*,
};
use async_trait::async_trait;
use domain::{
    attempt::{Attempt, AttemptState},
    chapter::{FrontMatter, Part},
    check::CheckKind,
    exercise::{Level, Need},
    id::{AttemptId, ChapterId, ExerciseId, LeaseId},
    lease::{IsolationLevel, LeaseState},
    progress::ExerciseProgress,
    verdict::{Because, CheckResult, Outcome, Verdict},
};

pub(crate) struct Fixture;

pub(crate) fn somebody() -> Visitor {
    Visitor { learner: Some(domain::id::LearnerId("somebody".into())) }
}

const CHAPTERS: [(&str, &str, &str, u16); 6] = [
    (
        "dockerfile-instructions",
        "What each instruction does",
        "Which instructions make a layer, which only write config, and why the two forms of a command differ.",
        11,
    ),
    (
        "build-context",
        "The build context",
        "What is sent to the builder, what it costs, and how .dockerignore keeps bulk and secrets out.",
        8,
    ),
    (
        "entrypoint-and-cmd",
        "ENTRYPOINT with CMD",
        "One says what runs, the other with which arguments unless told otherwise.",
        9,
    ),
    (
        "build-cache",
        "The build cache",
        "What invalidates a layer, how to order instructions, and how to bust the cache on purpose.",
        12,
    ),
    (
        "flattening-images",
        "Flattening images",
        "Deleting a file in a later layer hides it and removes nothing. How to make one layer of many, what that loses, and how to keep a secret out in the first place.",
        12,
    ),
    ("build-secrets", "Build secrets", "A secret that is there for one instruction and in no layer.", 7),
];

const EXERCISES: [(&str, &str, &str, u16, Level, u16, u32); 5] = [
    (
        "lean-context",
        "Keep the context lean",
        "Build without sending 300 MB and a password file to the builder.",
        2,
        Level::FirstSteps,
        10,
        6,
    ),
    (
        "entrypoint-defaults",
        "Give a tool sensible defaults",
        "A log cleaner that keeps seven days unless told otherwise.",
        7,
        Level::FirstSteps,
        12,
        7,
    ),
    (
        "healthcheck",
        "Tell healthy from running",
        "A service that says when it cannot serve any more.",
        13,
        Level::Everyday,
        15,
        8,
    ),
    (
        "run-as-non-root",
        "Run as somebody else",
        "Take root away from a service that thinks it needs it.",
        14,
        Level::Everyday,
        15,
        8,
    ),
    (
        "flatten-secret-image",
        "Flatten an image that leaks a secret",
        "An image hides a key in a lower layer. Make one that runs the same and holds no trace of it.",
        16,
        Level::Expert,
        20,
        9,
    ),
];

fn part() -> Part {
    Part {
        number: 7,
        title: "Building images".into(),
        summary: "Dockerfiles from the first line to images that are small, cacheable and hard to attack.".into(),
    }
}

fn link(index: usize) -> ChapterLink {
    ChapterLink { id: CHAPTERS[index].0.parse().unwrap(), title: CHAPTERS[index].1.into() }
}

fn known(visitor: &Visitor) -> bool {
    visitor.learner.is_some()
}

fn card(index: usize, known: bool) -> ExerciseCard {
    let (id, title, summary, order, level, minutes, points) = EXERCISES[index];
    let standing = match (known, index) {
        (true, 0 | 1) => Standing::Solved { at: 1_795_000_000 },
        (true, 4) => Standing::Begun { best_points: 5, of_points: 9 },
        _ => Standing::Untouched,
    };
    let offer = if index == 2 {
        Offer::NotOffered { why: "This server's sandboxes cannot join two hosts, which this exercise needs.".into() }
    } else {
        Offer::Offered
    };
    ExerciseCard {
        id: id.parse().unwrap(),
        title: title.into(),
        summary: summary.into(),
        part: 7,
        order,
        level,
        minutes,
        points,
        checks: 5,
        needs: vec![Need::Build, Need::Run],
        standing,
        offer,
    }
}

fn progress_of(index: usize, known: bool) -> ExerciseProgress {
    let none = ExerciseProgress::none(EXERCISES[index].0.parse().unwrap());
    match (known, index) {
        (true, 0 | 1) => ExerciseProgress {
            best_points: EXERCISES[index].6,
            of_points: EXERCISES[index].6,
            attempts: 2,
            solved_at: Some(1_795_000_000),
            hints: 1,
            ..none
        },
        (true, 4) => ExerciseProgress { best_points: 5, of_points: 9, attempts: 3, hints: 1, ..none },
        _ => none,
    }
}

fn section(anchor: &str, heading: &str) -> SectionLink {
    SectionLink {
        url: format!("/chapters/flattening-images#{anchor}"),
        chapter: "Flattening images".into(),
        heading: Some(heading.into()),
    }
}

fn totals(known: bool) -> Totals {
    let (solved, points) = if known { (2, 18) } else { (0, 0) };
    Totals { chapters: 16, entries: 64, exercises: 5, solved, points, of_points: 38 }
}

pub(crate) fn lease(id: &str, exercise: Option<ExerciseId>, state: LeaseState, expires_at: i64) -> Lease {
    Lease {
        id: LeaseId(id.into()),
        exercise,
        state,
        position: None,
        eta_seconds: None,
        expires_at,
        may_extend: true,
        engine: EngineState::Ready,
        level: IsolationLevel::Userns,
        message: None,
        end_reason: None,
        preview: None,
    }
}

pub(crate) fn checks() -> Vec<CheckView> {
    [
        ("image-there", "There is an image app:flat", 1, CheckKind::State, None),
        ("one-layer", "It has one layer", 1, CheckKind::Artifact, Some("image-there")),
        (
            "still-runs",
            "It runs as before: same output, same user, same default arguments",
            2,
            CheckKind::Rerun,
            Some("image-there"),
        ),
        (
            "secret-in-no-layer",
            "The secret is in no layer, config or history of any image you leave",
            4,
            CheckKind::Artifact,
            None,
        ),
        ("nothing-dangles", "No dangling image is left behind", 1, CheckKind::State, None),
    ]
    .into_iter()
    .map(|(id, claim, points, kind, after)| CheckView {
        id: id.parse().unwrap(),
        claim: claim.into(),
        points,
        kind,
        after: after.into_iter().map(|id| id.parse().unwrap()).collect(),
        section: section("layers-remember", "Layers remember"),
    })
    .collect()
}

pub(crate) fn results() -> Vec<CheckResult> {
    checks()
        .into_iter()
        .enumerate()
        .map(|(index, check)| {
            let (outcome, because, expected, observed) = match index {
                3 => (
                    Outcome::Failed,
                    None,
                    "the secret is found nowhere",
                    "found in app:flat, layer 1 of 1, path /tmp/deploy_key, and in app:fat, layer 2",
                ),
                2 => (
                    Outcome::CouldNotRun,
                    Some(Because::Fault { reason: "The fresh sandbox did not start in time.".into() }),
                    "the same output as app:fat",
                    "",
                ),
                _ => (Outcome::Passed, None, "what the task asks for", "just that"),
            };
            CheckResult {
                check: check.id,
                claim: check.claim,
                kind: check.kind,
                outcome,
                because,
                expected: expected.into(),
                observed: observed.into(),
                why: "Whoever pulls the image can read every layer of it.".into(),
                section: "flattening-images#layers-remember".to_owned().try_into().unwrap(),
                points: check.points,
                after: check.after,
            }
        })
        .collect()
}

pub(crate) fn attempts() -> Vec<Attempt> {
    [(2, 1_795_462_000, AttemptState::Graded), (1, 1_795_461_000, AttemptState::Abandoned)]
        .into_iter()
        .map(|(number, at, state)| Attempt {
            id: AttemptId(format!("a{number}")),
            exercise: "flatten-secret-image".parse().unwrap(),
            revision: 1,
            lease: LeaseId("l1".into()),
            number,
            state,
            started_at: at,
            graded_at: (state == AttemptState::Graded).then_some(at + 4),
            verdict: (state == AttemptState::Graded).then(|| Verdict::of(results())),
            kept: state == AttemptState::Graded,
        })
        .collect()
}

fn entry(id: &str, task: &str, html: &str, does: &str, destroys: Option<&str>) -> EntryView {
    EntryView {
        id: id.parse().unwrap(),
        task: task.into(),
        essential: id != "no-cache",
        command_html: html.into(),
        does_html: format!("<p>{does}</p>"),
        flags: vec![FlagView {
            flag: "--change".into(),
            does_html: "Sets config in <code>Dockerfile</code> syntax.".into(),
        }],
        destroys_html: destroys.map(Into::into),
        section: section("export-and-import", "Export and import"),
        tags: vec!["flatten".into(), "squash".into()],
        may_try: true,
    }
}

#[async_trait]
impl Backend for Fixture {
    async fn home(&self, visitor: &Visitor) -> Result<Home, BackendError> {
        let known = known(visitor);
        let living = if known {
            let card = card(4, true);
            vec![LivingLease {
                lease: lease("l1", Some(card.id.clone()), LeaseState::Ready, 1_795_466_909),
                exercise: Some(card),
            }]
        } else {
            Vec::new()
        };
        let parts = [
            (part(), 16, 140, 5),
            (
                Part {
                    number: 8,
                    title: "Registries and repositories".into(),
                    summary: "Names, tags, digests, and a registry of your own.".into(),
                },
                3,
                25,
                3,
            ),
            (
                Part {
                    number: 9,
                    title: "Compose".into(),
                    summary: "Several containers from one file, with data that outlives them.".into(),
                },
                7,
                60,
                6,
            ),
            (
                Part {
                    number: 10,
                    title: "DevOps operations".into(),
                    summary: "Pipelines, other hosts, old machines turned into images.".into(),
                },
                0,
                0,
                0,
            ),
            (
                Part {
                    number: 11,
                    title: "Security".into(),
                    summary: "What access to Docker means, and how to give less of it.".into(),
                },
                9,
                80,
                10,
            ),
        ];
        Ok(Home {
            living,
            next_exercise: Some(card(if known { 3 } else { 0 }, known)),
            next_chapter: self.chapters(visitor).await?.parts[0].chapters.get(if known { 4 } else { 0 }).cloned(),
            parts: parts
                .into_iter()
                .map(|(part, chapters, minutes, exercises)| {
                    let solved = if known && part.number == 7 { 2 } else { 0 };
                    PartCard { part, chapters, minutes, exercises, solved }
                })
                .collect(),
            totals: totals(known),
        })
    }

    async fn chapters(&self, visitor: &Visitor) -> Result<Chapters, BackendError> {
        let known = known(visitor);
        let chapters = CHAPTERS.iter().enumerate().map(|(index, (id, title, summary, minutes))| ChapterCard {
            id: id.parse().unwrap(),
            order: index as u16 + 1,
            title: (*title).into(),
            summary: (*summary).into(),
            minutes: *minutes,
            exercises: match index {
                1 => vec![card(0, known)],
                2 => vec![card(1, known)],
                4 => vec![card(4, known), card(3, known)],
                _ => Vec::new(),
            },
        });
        Ok(Chapters { parts: vec![PartOfChapters { part: part(), chapters: chapters.collect() }] })
    }

    async fn chapter(&self, visitor: &Visitor, id: &ChapterId) -> Result<ChapterPage, BackendError> {
        let index = CHAPTERS.iter().position(|chapter| chapter.0 == id.as_str());
        let Some(index) = index else {
            return Err(BackendError::NotFound { what: "chapter", name: id.to_string() });
        };
        if index == 5 {
            return Err(BackendError::Unavailable {
                reason: "The chapter “Build secrets” is being mended.".into(),
                next: "Come back in a while.".into(),
            });
        }
        let heading = |level, anchor: &str, title: &str| Heading { level, anchor: anchor.into(), title: title.into() };
        Ok(ChapterPage {
            id: id.clone(),
            meta: FrontMatter {
                title: CHAPTERS[index].1.into(),
                order: index as u16 + 1,
                summary: CHAPTERS[index].2.into(),
                tags: vec!["flatten".into()],
                prerequisites: vec!["build-cache".parse().unwrap()],
                exercises: vec!["flatten-secret-image".parse().unwrap()],
                teaches: vec!["7.2.9".into()],
                minutes: 12,
                checked_with: "Engine 26.1".into(),
            },
            part: part(),
            html: include_str!("chapter.html").into(),
            contents: vec![
                heading(2, "layers-remember", "Layers remember"),
                heading(3, "history-remembers-too", "History remembers too"),
                heading(2, "export-and-import", "Export and import"),
                heading(2, "better-never-let-it-in", "Better: never let it in"),
                heading(3, "what-you-lose", "What you lose"),
            ],
            previous: index.checked_sub(1).map(link),
            next: (index + 1 < CHAPTERS.len()).then(|| link(index + 1)),
            siblings: (0..CHAPTERS.len()).map(link).collect(),
            prerequisites: vec![link(3)],
            exercises: vec![card(4, known(visitor))],
            may_try: true,
        })
    }

    async fn part(&self, number: u8) -> Result<WholePart, BackendError> {
        if number != 7 {
            return Err(BackendError::NotFound { what: "part", name: number.to_string() });
        }
        let chapters = ["flattening-images", "build-cache"].map(|id| WholeChapter {
            id: id.parse().unwrap(),
            meta: FrontMatter {
                title: id.into(),
                order: 1,
                summary: "A chapter among others.".into(),
                tags: Vec::new(),
                prerequisites: Vec::new(),
                exercises: Vec::new(),
                teaches: Vec::new(),
                minutes: 12,
                checked_with: "Engine 26.1".into(),
            },
            html: format!("<p>Text.</p>\n<h3 id=\"{id}:why\">Why</h3>\n<p><a href=\"#{id}:why\">Why</a></p>"),
        });
        Ok(WholePart { part: part(), chapters: chapters.into() })
    }

    async fn search(&self, _: &Visitor, query: &Query) -> Result<SearchResults, BackendError> {
        if query.text.is_empty() || query.text.contains("nothing") {
            return Ok(SearchResults { hits: Vec::new(), facets: Vec::new(), instead: vec!["flatten".into()] });
        }
        let hits =
            hits().into_iter().filter(|hit| query.kind.is_none_or(|kind| kind == hit.kind)).take(query.limit).collect();
        let facets = [(HitKind::Entry, 5), (HitKind::Chapter, 2), (HitKind::Exercise, 1), (HitKind::Error, 1)];
        Ok(SearchResults {
            hits,
            facets: facets.map(|(kind, count)| Facet { kind, count }).to_vec(),
            instead: Vec::new(),
        })
    }

    async fn cheat_sheet(&self, _: &Visitor) -> Result<CheatSheet, BackendError> {
        let flatten = "<span class=\"hl-variable\">id</span>=$(<span class=\"hl-command\">docker</span> create app:fat)\n<span class=\"hl-command\">docker</span> export <span class=\"hl-string\">\"$id\"</span> | <span class=\"hl-command\">docker</span> import <span class=\"hl-flag\">--change</span> <span class=\"hl-string\">'CMD [\"/app\"]'</span> - app:flat\n<span class=\"hl-command\">docker</span> rm <span class=\"hl-string\">\"$id\"</span>\n";
        let group = |title: &str, id: &str, entries: Vec<EntryView>| EntryGroup {
            id: id.parse().unwrap(),
            part: 7,
            part_title: "Building images".into(),
            title: title.into(),
            entries,
        };
        Ok(CheatSheet {
            groups: vec![
                group(
                    "Make an image smaller",
                    "make-an-image-smaller",
                    vec![
                        entry(
                            "flatten-by-export",
                            "Flatten an image into one layer",
                            flatten,
                            "Writes the file system of a container as one archive and makes an image with a single layer of it.",
                            Some(
                                "History and all config (<code>CMD</code>, <code>ENV</code>, <code>USER</code>) that <code>--change</code> does not restore.",
                            ),
                        ),
                        entry(
                            "save-and-look",
                            "See what is in each layer",
                            "<span class=\"hl-command\">docker</span> history <span class=\"hl-flag\">--no-trunc</span> app:fat",
                            "Lists the layers with the instruction that made each.",
                            None,
                        ),
                    ],
                ),
                group(
                    "Build again without the cache",
                    "build-again",
                    vec![
                        entry(
                            "no-cache",
                            "Build from nothing",
                            "<span class=\"hl-command\">docker</span> build <span class=\"hl-flag\">--no-cache --pull -t</span> app .",
                            "Runs every instruction again and asks for a newer base image.",
                            None,
                        ),
                        entry(
                            "prune-cache",
                            "Throw the build cache away",
                            "<span class=\"hl-command\">docker</span> builder prune <span class=\"hl-flag\">--all</span>",
                            "Frees the space that the build cache takes.",
                            Some("The whole build cache; the next build of anything starts from nothing."),
                        ),
                    ],
                ),
            ],
            may_try: true,
        })
    }

    async fn exercises(&self, visitor: &Visitor) -> Result<Exercises, BackendError> {
        let exercises = (0..EXERCISES.len()).map(|index| card(index, known(visitor))).collect();
        Ok(Exercises { parts: vec![PartOfExercises { part: part(), exercises }] })
    }

    async fn exercise(&self, visitor: &Visitor, id: &ExerciseId) -> Result<ExercisePage, BackendError> {
        let index = EXERCISES.iter().position(|exercise| exercise.0 == id.as_str());
        let Some(index) = index else {
            return Err(BackendError::NotFound { what: "exercise", name: id.to_string() });
        };
        let known = known(visitor);
        Ok(ExercisePage {
            card: card(index, known),
            part: part(),
            revision: 1,
            task_html: include_str!("task.html").into(),
            section: section("layers-remember", "Layers remember"),
            prerequisites: vec![card(0, known)],
            checks: checks(),
            hints_total: 3,
            hints: if known {
                vec![
                    "<p>Look at <code>docker history --no-trunc app:fat</code> first. Which layer brought the key?</p>"
                        .into(),
                ]
            } else {
                Vec::new()
            },
            attempts: if known { attempts() } else { Vec::new() },
            progress: progress_of(index, known),
            files: vec![
                StarterFile { path: "Dockerfile".into(), size: 214 },
                StarterFile { path: "app/run".into(), size: 96 },
                StarterFile { path: "deploy_key".into(), size: 32 },
            ],
            images: vec!["debian:13".into(), "busybox:1".into()],
            level: IsolationLevel::Userns,
            limits_hold: false,
            lease: None,
            previous: index.checked_sub(1).map(|index| card(index, known)),
            next: (index + 1 < EXERCISES.len()).then(|| card(index + 1, known)),
        })
    }

    async fn progress(&self, visitor: &Visitor) -> Result<ProgressPage, BackendError> {
        let known = known(visitor);
        let lines = (0..EXERCISES.len())
            .map(|index| ProgressLine { card: card(index, known), progress: progress_of(index, known) });
        let latest = if known { attempts() } else { Vec::new() };
        Ok(ProgressPage {
            totals: totals(known),
            parts: vec![PartOfProgress { part: part(), lines: lines.collect() }],
            latest: latest.into_iter().map(|attempt| AttemptLine { title: EXERCISES[4].1.into(), attempt }).collect(),
        })
    }
}

pub(crate) fn hits() -> Vec<SearchHit> {
    let hit = |kind, title: &str, section: &str, url: &str, snippet: &str, command: Option<&str>| SearchHit {
        kind,
        title: title.into(),
        section: section.into(),
        url: url.into(),
        snippet: snippet.into(),
        score: 9.5,
        command: command.map(Into::into),
    };
    vec![
        hit(
            HitKind::Entry,
            "Flatten an image into one layer",
            "Make an image smaller",
            "/cheatsheet/make-an-image-smaller#flatten-by-export",
            "docker export &quot;$id&quot; | docker import - app:<mark>flat</mark>",
            Some("docker export \"$id\" | docker import - app:flat"),
        ),
        hit(
            HitKind::Entry,
            "See what is in each layer",
            "Make an image smaller",
            "/cheatsheet/make-an-image-smaller#save-and-look",
            "docker history --no-trunc app:fat",
            Some("docker history --no-trunc app:fat"),
        ),
        hit(
            HitKind::Chapter,
            "Flattening images",
            "Export and import",
            "/chapters/flattening-images#export-and-import",
            "A container has one file system: what all the layers add up to. Write that as one archive, and you have <mark>flattened</mark> the image.",
            None,
        ),
        hit(
            HitKind::Chapter,
            "Flattening images",
            "What you lose",
            "/chapters/flattening-images#what-you-lose",
            "Ten <mark>flat</mark> images of 200 MB are two gigabytes.",
            None,
        ),
        hit(
            HitKind::Exercise,
            "Flatten an image that leaks a secret",
            "Building images",
            "/exercises/flatten-secret-image",
            "An image hides a key in a lower layer.",
            None,
        ),
        hit(
            HitKind::Error,
            "Error: no space left on device",
            "Messages of a build",
            "/cheatsheet/build-again#error-no-space",
            "docker system df",
            Some("docker system df"),
        ),
    ]
}
