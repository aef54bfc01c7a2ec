//! Whether an exercise's checks, scenarios and probes fit together.
//! Invariant: [`judge`] gives false whenever grading would be wrong or impossible, and only then.

use std::collections::BTreeSet;

use domain::{
    check::Host,
    exercise::{ExerciseFile, FORMAT, Need, Scenario},
    id::{CheckId, ScenarioId},
    probe::Probe,
    problem::Problem,
    template::Values,
};

use super::{cycles::cycles, document::Document, findings::Edge};

/// The longest that a step of a scenario may take, in seconds.
const STEP_MAX_SECONDS: u32 = 120;
/// The longest that a container of a probe may run, in seconds.
const RUN_MAX_SECONDS: u32 = 60;

/// Adds what is wrong; false when the exercise cannot be graded.
pub(crate) fn judge(document: &Document<'_>, it: &ExerciseFile, problems: &mut Vec<Problem>) -> bool {
    let before = problems.len();
    if it.format != FORMAT {
        problems.push(document.problem("format", format!("this version reads format {FORMAT}, not {}", it.format)));
    }
    if it.check.is_empty() {
        problems.push(document.problem("check", "the exercise has no `[[check]]`"));
    }
    unique(document, "check", it.check.iter().map(|check| check.id.as_str()), problems);
    unique(document, "scenario", it.scenario.iter().map(|scenario| scenario.id.as_str()), problems);
    order(document, it, problems);
    for (index, scenario) in it.scenario.iter().enumerate() {
        judge_scenario(document, &format!("scenario.{index}"), scenario, problems);
    }
    for index in 0..it.check.len() {
        judge_check(document, it, index, problems);
    }
    let sound = problems.len() == before;
    advise(document, it, problems);
    sound
}

fn unique<'n>(document: &Document<'_>, list: &str, names: impl Iterator<Item = &'n str>, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        if !seen.insert(name) {
            problems
                .push(document.problem(&format!("{list}.{index}.id"), format!("there are two of the name `{name}`")));
        }
    }
}

fn order(document: &Document<'_>, it: &ExerciseFile, problems: &mut Vec<Problem>) {
    let mut edges = Vec::new();
    for (index, check) in it.check.iter().enumerate() {
        for (place, after) in check.after.iter().enumerate() {
            let path = format!("check.{index}.after.{place}");
            if it.check.iter().all(|check| check.id != *after) {
                problems.push(document.problem(&path, format!("there is no check `{after}`")));
            }
            let (file, line) = (document.file().to_owned(), document.line(&path));
            edges.push(Edge { file, line, from: check.id.to_string(), to: after.to_string() });
        }
    }
    problems.extend(cycles(&edges));
}

fn judge_scenario(document: &Document<'_>, path: &str, scenario: &Scenario, problems: &mut Vec<Problem>) {
    unique(document, &format!("{path}.step"), scenario.step.iter().map(|step| step.id.as_str()), problems);
    for (index, step) in scenario.step.iter().enumerate() {
        let at = |field: &str| format!("{path}.step.{index}.{field}");
        if step.run.trim().is_empty() {
            problems.push(document.problem(&at("run"), "the step runs nothing"));
        }
        seconds(document, &at("timeout_seconds"), step.timeout_seconds, STEP_MAX_SECONDS, problems);
    }
    for (index, source) in scenario.sources.iter().enumerate() {
        if !is_inside(source) {
            let message = format!("`{source}` must be a path in the working folder, without `..`");
            problems.push(document.problem(&format!("{path}.sources.{index}"), message));
        }
    }
    for (index, plant) in scenario.plant.iter().enumerate() {
        let path = format!("{path}.plant.{index}");
        if plant.path.is_empty() || plant.path.split('/').any(|name| name == "..") {
            problems.push(document.problem(&format!("{path}.path"), "a path without `..` is needed"));
        }
        if u32::from_str_radix(&plant.mode, 8).is_err() || plant.mode.len() != 4 {
            problems.push(document.problem(&format!("{path}.mode"), "a mode is four octal digits, such as `0644`"));
        }
    }
}

fn is_inside(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && path.split('/').all(|name| name != "..")
}

fn judge_check(document: &Document<'_>, it: &ExerciseFile, index: usize, problems: &mut Vec<Problem>) {
    let Some(check) = it.check.get(index) else { return };
    let at = |field: &str| format!("check.{index}.{field}");
    let scenario = check.scenario.as_ref().and_then(|id| it.scenario.iter().find(|scenario| scenario.id == *id));
    if let (Some(id), None) = (&check.scenario, scenario) {
        problems.push(document.problem(&at("in"), format!("there is no scenario `{id}`")));
    }
    if check.on == Host::Second {
        if !it.needs.contains(&Need::TwoHosts) {
            problems.push(document.problem(&at("on"), "there is a second host only with `two-hosts` in `needs`"));
        }
        if check.scenario.is_some() {
            problems
                .push(document.problem(&at("on"), "a scenario's fresh sandbox has one host: leave out `in` or `on`"));
        }
    }
    if check.expect.is_empty() {
        problems.push(document.problem(&at("expect"), "the check expects nothing, so it could not fail"));
    }
    // Patterns are compiled after the lease's own words are put in.
    let values =
        Values { canary: "Canary0123456789abcdefghijklmnop", nonce: "noncenonceno", fresh: Some("freshfreshfr") };
    for (place, expectation) in check.expect.iter().enumerate() {
        let fault = values.fill_all(expectation).map_or_else(|error| Some(error.to_string()), |filled| filled.fault());
        if let Some(fault) = fault {
            problems.push(document.problem(&at(&format!("expect.{place}")), fault));
        }
    }
    let place = at("probe");
    match &check.probe {
        Probe::Step { step } => judge_step(document, &place, step, check.scenario.as_ref(), scenario, problems),
        Probe::Script { script, timeout_seconds } => {
            if check.scenario.is_none() {
                problems.push(document.problem(&place, "a script looks at a fresh sandbox: name a scenario with `in`"));
            }
            if script.trim().is_empty() {
                problems.push(document.problem(&place, "the script is empty"));
            }
            seconds(document, &format!("{place}.timeout_seconds"), *timeout_seconds, RUN_MAX_SECONDS, problems);
        }
        Probe::Run { timeout_seconds, .. } => {
            seconds(document, &format!("{place}.timeout_seconds"), *timeout_seconds, RUN_MAX_SECONDS, problems);
        }
        Probe::SecretSearch { needles, .. } if needles.iter().all(|needle| needle.trim().is_empty()) => {
            problems.push(document.problem(&place, "name what to search for in `needles`"));
        }
        Probe::Engine { path } if !path.starts_with('/') => {
            problems.push(document.problem(&place, "a path of the engine's API begins with `/`"));
        }
        _ => {}
    }
}

fn judge_step(
    document: &Document<'_>,
    place: &str,
    step: &CheckId,
    named: Option<&ScenarioId>,
    scenario: Option<&Scenario>,
    problems: &mut Vec<Problem>,
) {
    let message = match (named, scenario) {
        (None, _) => "a step belongs to a scenario: name it with `in`".to_owned(),
        (Some(id), Some(scenario)) if scenario.step.iter().all(|it| it.id != *step) => {
            format!("the scenario `{id}` has no step `{step}`")
        }
        _ => return,
    };
    problems.push(document.problem(&format!("{place}.step"), message));
}

fn seconds(document: &Document<'_>, path: &str, seconds: u32, most: u32, problems: &mut Vec<Problem>) {
    if seconds == 0 || seconds > most {
        problems.push(document.problem(path, format!("between 1 and {most} seconds are possible, not {seconds}")));
    }
}

/// What is wrong without spoiling the grading.
fn advise(document: &Document<'_>, it: &ExerciseFile, problems: &mut Vec<Problem>) {
    if it.points() == 0 {
        problems.push(document.problem("check", "no check is worth a point"));
    }
    for (index, check) in it.check.iter().enumerate() {
        for (field, text) in [("claim", &check.claim), ("why", &check.why)] {
            if text.trim().is_empty() {
                problems
                    .push(document.problem(&format!("check.{index}.{field}"), format!("`{field}` must not be empty")));
            }
        }
    }
    for (index, scenario) in it.scenario.iter().enumerate() {
        if it.check.iter().all(|check| check.scenario.as_ref() != Some(&scenario.id)) {
            let message = format!("no check looks into the scenario `{}`", scenario.id);
            problems.push(document.problem(&format!("scenario.{index}"), message));
        }
    }
    for (index, need) in it.needs.iter().enumerate() {
        if it.needs.iter().take(index).any(|before| before == need) {
            problems.push(document.problem(&format!("needs.{index}"), "this need is there twice"));
        }
    }
    for (need, word, used) in [
        (Need::Run, "run", runs(it)),
        (Need::Build, "build", steps_say(it, &["docker build", "docker buildx build", "docker image build"])),
        (Need::Compose, "compose", steps_say(it, &["docker compose"])),
    ] {
        if used && !it.needs.contains(&need) {
            problems.push(document.problem("needs", format!("the checks need `{word}`; add it to `needs`")));
        }
    }
}

fn runs(it: &ExerciseFile) -> bool {
    it.check.iter().any(|check| {
        matches!(
            check.probe,
            Probe::Run { .. } | Probe::Service { .. } | Probe::Container { .. } | Probe::ContainerLogs { .. }
        )
    }) || steps_say(it, &["docker run"])
}

fn steps_say(it: &ExerciseFile, words: &[&str]) -> bool {
    it.scenario.iter().flat_map(|scenario| &scenario.step).any(|step| words.iter().any(|word| step.run.contains(word)))
}

/// The keys of an expectation, of which serde checks only that there are enough.
const STATEMENTS: [&str; 10] =
    ["equals", "not_equals", "one_of", "matches", "not_matches", "contains", "lacks", "at_least", "at_most", "is"];

/// Adds a problem for a key too many.
pub(crate) fn expectation_keys(document: &Document<'_>, path: &str, problems: &mut Vec<Problem>) {
    let Some(table) = document.value(path).and_then(|value| value.get_ref().as_table()) else { return };
    let mut statements = 0;
    for key in table.keys() {
        let name: &str = key.get_ref();
        statements += usize::from(STATEMENTS.contains(&name));
        if statements > 1 || !STATEMENTS.contains(&name) && !["at", "say", "seen"].contains(&name) {
            let message = format!(
                "`{name}` is too much: an expectation has `at`, perhaps `say` and `seen`, and one of {}",
                STATEMENTS.join(", ")
            );
            problems.push(document.problem(&format!("{path}.{name}"), message));
        }
    }
}
