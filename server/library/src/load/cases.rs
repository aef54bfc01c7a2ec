//! Cases: the solution and the wrong solutions that prove an exercise's checks.
//! Invariant: pure; a faulty case is left out alone, and a wrong case is never taken for a solution.

use std::collections::BTreeSet;

use domain::{
    exercise::{CaseFile, ExerciseFile},
    id::{CaseId, CheckId},
    problem::Problem,
};

use super::{document::Document, exercise::laid_out, findings::Findings, tree::Tree};
use crate::{
    Case,
    render::{Shape, render},
};

/// Wrong solutions that every exercise has at least.
const WRONG_CASES_MIN: usize = 3;

/// Reads `cases/` of an exercise's folder.
pub(crate) fn parse_cases(folder: &str, tree: &Tree, exercise: &ExerciseFile, findings: &mut Findings) -> Vec<Case> {
    let cases = format!("{folder}/cases");
    let mut names = BTreeSet::new();
    for (path, _) in tree.below(&cases) {
        match path.split_once('/') {
            Some((name, _)) => drop(names.insert(name.to_owned())),
            None => {
                findings.problems.push(Problem::in_file(format!("{cases}/{path}"), "each case is a folder of its own"))
            }
        }
    }
    let read: Vec<Case> = names
        .iter()
        .filter_map(|name| parse_case(&format!("{cases}/{name}"), name, tree, exercise, findings))
        .collect();
    let wrong = names.iter().filter(|name| name.starts_with("wrong-")).count();
    if wrong < WRONG_CASES_MIN {
        let message =
            format!("the exercise has {wrong} wrong solutions (`cases/wrong-…`); it needs at least {WRONG_CASES_MIN}");
        findings.problems.push(Problem::in_file(cases.as_str(), message));
    }
    if wrong == names.len() {
        findings.problems.push(Problem::in_file(cases, "the exercise has no solution (`cases/solved`)"));
    }
    read
}

fn parse_case(folder: &str, name: &str, tree: &Tree, exercise: &ExerciseFile, findings: &mut Findings) -> Option<Case> {
    let file = format!("{folder}/case.toml");
    let Ok(id) = name.parse::<CaseId>() else {
        let message = format!("`{name}` is not a case's name: use lower-case letters, digits and single hyphens");
        findings.problems.push(Problem::in_file(folder, message));
        return None;
    };
    if tree.get(&file).is_none() {
        findings.problems.push(Problem::in_file(file, "the case has no such file"));
        return None;
    }
    let text = tree.text(&file, &mut findings.problems)?;
    let document = Document::parse(&file, &text, 1, &mut findings.problems)?;
    let case: CaseFile = document.read(&mut findings.problems)?;
    findings.blank(&document, &[("title", &case.title)]);
    let sound = judge_fails(&document, name, &case, exercise, &mut findings.problems);
    let mut rendered = render(&document.markdown("explains", &text, &case.explains, Shape::Fragment));
    let explains_html = findings.take(&file, &mut rendered);
    let mut files = laid_out(tree, folder);
    files.retain(|it| it.path != "case.toml" && it.path != "solve.sh");
    let solve_path = format!("{folder}/solve.sh");
    let solve =
        if tree.get(&solve_path).is_some() { Some(tree.text(&solve_path, &mut findings.problems)?) } else { None };
    if files.is_empty() && solve.as_ref().is_none_or(|solve| solve.trim().is_empty()) {
        findings.problems.push(Problem::in_file(folder, "the case does nothing: it has neither `solve.sh` nor files"));
        return None;
    }
    sound.then_some(Case { id, file: case, explains_html, solve, files })
}

fn judge_fails(
    document: &Document<'_>,
    name: &str,
    case: &CaseFile,
    exercise: &ExerciseFile,
    problems: &mut Vec<Problem>,
) -> bool {
    let before = problems.len();
    if name.starts_with("wrong-") && case.fails.is_empty() {
        problems.push(document.problem("fails", "a wrong solution names the checks it fails in `fails`"));
    }
    if !name.starts_with("wrong-") && !case.fails.is_empty() {
        problems.push(
            document.problem("fails", "a case that fails checks is a wrong solution; begin its name with `wrong-`"),
        );
    }
    let mut seen = BTreeSet::new();
    for (index, id) in case.fails.iter().enumerate() {
        let place = format!("fails.{index}");
        let Some(check) = exercise.check.iter().find(|check| check.id == *id) else {
            problems.push(document.problem(&place, format!("the exercise has no check `{id}`")));
            continue;
        };
        if !seen.insert(id) {
            problems.push(document.problem(&place, format!("`{id}` is named twice")));
        }
        if let Some(awaited) =
            waits_for(&check.id, exercise).into_iter().find(|awaited| awaited != id && case.fails.contains(awaited))
        {
            let message =
                format!("`{id}` waits for `{awaited}`, which fails too: it is not looked at, so leave it out");
            problems.push(document.problem(&place, message));
        }
    }
    problems.len() == before
}

/// All checks that must pass before this one, near and far.
fn waits_for(id: &CheckId, exercise: &ExerciseFile) -> BTreeSet<CheckId> {
    let mut awaited = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        for check in exercise.check.iter().filter(|check| check.id == *id) {
            open.extend(check.after.iter().filter(|after| awaited.insert((*after).clone())));
        }
    }
    awaited
}
