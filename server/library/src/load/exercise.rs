//! An exercise's folder: definition, task, starter files.
//! Invariant: pure; what is given back can be graded: its checks, scenarios and probes refer to each other rightly.

use domain::{
    check::Check,
    exercise::{ExerciseFile, Scenario},
    expectation::Expectation,
    id::ExerciseId,
    probe::Probe,
    problem::Problem,
};

use super::{
    cases::parse_cases,
    checks,
    document::Document,
    findings::{Edge, Findings, Target},
    tree::{Tree, TreeFile},
};
use crate::{
    ContentFile, Exercise,
    render::{Shape, Source, render},
};

/// Reads the folder `exercises/<id>`.
pub(crate) fn parse_exercise(id: ExerciseId, tree: &Tree, findings: &mut Findings) -> Option<Exercise> {
    let folder = format!("exercises/{id}");
    let file = format!("{folder}/exercise.toml");
    let task_path = format!("{folder}/task.md");
    for path in [&file, &task_path] {
        if tree.get(path).is_none() {
            findings.problems.push(Problem::in_file(path.as_str(), "the exercise has no such file"));
        }
    }
    let text = tree.text(&file, &mut findings.problems)?;
    let task = tree.text(&task_path, &mut findings.problems);
    let document = Document::parse(&file, &text, 1, &mut findings.problems)?;
    let definition = read_definition(&document, findings)?;
    judge(&file, &document, &definition, &id, findings);
    let sound = checks::judge(&document, &definition, &mut findings.problems);
    let hints_html = hints(&file, &text, &document, &definition, findings);
    let cases = parse_cases(&folder, tree, &definition, findings);
    let mut start = laid_out(tree, &format!("{folder}/start"));
    let setup = start.iter().position(|it| it.path == "setup.sh").map(|place| start.remove(place));
    let setup = setup.and_then(|_| tree.text(&format!("{folder}/start/setup.sh"), &mut findings.problems));
    stray(&folder, tree, findings);
    near_misses(&folder, tree, findings);
    let task = task?;
    let mut rendered = render(&Source::new(&task_path, 1, &task, Shape::Page));
    if task.trim().is_empty() {
        findings.problems.push(Problem::in_file(task_path.as_str(), "the task has no text"));
    }
    let task_text = rendered.text();
    let task_html = findings.take(&task_path, &mut rendered);
    let tries = rendered.tries;
    sound.then_some(Exercise { id, file: definition, task_html, task_text, tries, hints_html, start, setup, cases })
}

/// The definition; every fault in every check, hint and scenario is found before giving up.
fn read_definition(document: &Document<'_>, findings: &mut Findings) -> Option<ExerciseFile> {
    let problems = &mut findings.problems;
    let header: Option<ExerciseFile> = document.read_without_lists(&["check", "hint", "scenario"], problems);
    let checks: Vec<Option<Check>> =
        (0..document.length("check")).map(|index| read_check(document, index, problems)).collect();
    let scenarios: Vec<Option<Scenario>> = (0..document.length("scenario"))
        .map(|index| document.read_at(&format!("scenario.{index}"), problems))
        .collect();
    let hints: Vec<_> =
        (0..document.length("hint")).map(|index| document.read_at(&format!("hint.{index}"), problems)).collect();
    let mut definition = header?;
    definition.check = checks.into_iter().collect::<Option<_>>()?;
    definition.scenario = scenarios.into_iter().collect::<Option<_>>()?;
    definition.hint = hints.into_iter().collect::<Option<_>>()?;
    Some(definition)
}

/// What is inside first: a fault there is told with its own line.
fn read_check(document: &Document<'_>, index: usize, problems: &mut Vec<Problem>) -> Option<Check> {
    let path = format!("check.{index}");
    let before = problems.len();
    let probe = format!("{path}.probe");
    if document.value(&probe).is_some() {
        let _: Option<Probe> = document.read_at(&probe, problems);
    }
    for index in 0..document.length(&format!("{path}.expect")) {
        let place = format!("{path}.expect.{index}");
        if document.read_at::<Expectation>(&place, problems).is_some() {
            checks::expectation_keys(document, &place, problems);
        }
    }
    if problems.len() > before {
        return None;
    }
    document.read_at(&path, problems)
}

fn judge(file: &str, document: &Document<'_>, it: &ExerciseFile, id: &ExerciseId, findings: &mut Findings) {
    findings.blank(document, &[("title", &it.title), ("summary", &it.summary)]);
    findings.tags(document, "tags", &it.tags);
    if it.minutes == 0 {
        findings.problems.push(document.problem("minutes", "`minutes` must be at least 1"));
    }
    findings.order(document, file, "exercise", (it.part, it.order));
    findings.refer(file, document.line("part"), Target::Part(it.part));
    findings.refer(file, document.line("section"), Target::Section(it.section.clone()));
    for (index, check) in it.check.iter().enumerate() {
        let line = document.line(&format!("check.{index}.section"));
        findings.refer(file, line, Target::Section(check.section.clone()));
    }
    for (index, before) in it.prerequisites.iter().enumerate() {
        let line = document.line(&format!("prerequisites.{index}"));
        findings.refer(file, line, Target::Exercise(before.clone()));
        let (from, to) = (id.to_string(), before.to_string());
        findings.exercise_edges.push(Edge { file: file.to_owned(), line, from, to });
    }
    if it.hint.is_empty() {
        findings.problems.push(Problem::in_file(file, "the exercise has no `[[hint]]`"));
    }
}

fn hints(file: &str, text: &str, document: &Document<'_>, it: &ExerciseFile, findings: &mut Findings) -> Vec<String> {
    let hint = |(index, hint): (usize, &domain::exercise::Hint)| {
        let path = format!("hint.{index}.text");
        findings.blank(document, &[(&path, &hint.text)]);
        let mut rendered = render(&document.markdown(&path, text, &hint.text, Shape::Fragment));
        findings.take(file, &mut rendered)
    };
    it.hint.iter().enumerate().map(hint).collect()
}

/// The files below a folder as they are laid into the working folder.
pub(super) fn laid_out(tree: &Tree, folder: &str) -> Vec<ContentFile> {
    let file = |(path, file): (&str, &TreeFile)| ContentFile {
        path: path.to_owned(),
        mode: if file.executable { 0o755 } else { 0o644 },
        bytes: file.bytes.clone(),
    };
    tree.below(folder).map(file).collect()
}

fn stray(folder: &str, tree: &Tree, findings: &mut Findings) {
    for (path, _) in tree.below(folder) {
        let known =
            matches!(path, "exercise.toml" | "task.md") || path.starts_with("start/") || path.starts_with("cases/");
        if !known {
            let message = "an exercise has `exercise.toml`, `task.md`, `start/` and `cases/`, and this is none of them";
            findings.problems.push(Problem::in_file(format!("{folder}/{path}"), message));
        }
    }
}

/// Names of values, spelled or placed so that they would stay as they are.
fn near_misses(folder: &str, tree: &Tree, findings: &mut Findings) {
    for (path, file) in tree.below(folder) {
        let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            for inside in line.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(inside, _)| inside) {
                let meant = inside.trim().to_lowercase();
                let name = meant.strip_suffix(".sha256").unwrap_or(&meant);
                let message = match name {
                    "canary" | "nonce" | "fresh" if meant != inside => {
                        format!("`{{{{{inside}}}}}` is left as it is; write `{{{{{meant}}}}}`")
                    }
                    "fresh" if path != "exercise.toml" => {
                        format!("`{{{{{inside}}}}}` is left as it is: only checks and scenarios know it")
                    }
                    _ => continue,
                };
                findings.problems.push(Problem::at(format!("{folder}/{path}"), number, message));
            }
        }
    }
}
