//! Following references once everything is read.
//! Invariant: a reference to something that is there but faulty is no problem of its own: it is mended elsewhere.

use domain::problem::Problem;

use super::{
    PAPER,
    findings::{Reference, Target},
};
use crate::Library;

/// The site's own pages that links may name besides chapters and exercises.
const PAGES: [&str; 6] = ["/", "/chapters", "/exercises", "/cheatsheet", "/search", "/progress"];

/// A problem when the reference leads nowhere.
pub(super) fn follow(reference: &Reference, library: &Library) -> Option<Problem> {
    let message = match &reference.to {
        Target::Part(number) if library.part(*number).is_some() => return None,
        Target::Part(number) => format!("there is no part {number}"),
        Target::Chapter(id) => chapter(id, library)?,
        Target::Exercise(id) => exercise(id, library)?,
        Target::Section(section) => match &section.anchor {
            None => chapter(&section.chapter, library)?,
            Some(anchor) => chapter_anchor(&section.chapter, anchor, library, true)?,
        },
        Target::Taught(id, row) => not_taught(id, row, library)?,
        Target::Path(path) => path_fault(path, library)?,
    };
    Some(Problem::at(&*reference.file, reference.line, message))
}

fn chapter(id: &domain::id::ChapterId, library: &Library) -> Option<String> {
    match library.chapter(id) {
        Some(_) => None,
        None if library.is_faulty_chapter(id) => None,
        None => Some(format!("there is no chapter `{id}`")),
    }
}

/// A chapter that is not there is told by another reference.
fn not_taught(id: &domain::id::ChapterId, row: &str, library: &Library) -> Option<String> {
    let chapter = library.chapter(id)?;
    (!chapter.meta.teaches.iter().any(|it| it == row))
        .then(|| format!("the chapter `{id}` does not say that it teaches {row}"))
}

fn exercise(id: &domain::id::ExerciseId, library: &Library) -> Option<String> {
    match library.exercise(id) {
        Some(_) => None,
        None if library.is_faulty_exercise(id) => None,
        None => Some(format!("there is no exercise `{id}`")),
    }
}

/// A section opens at `##` and `###` only; a link may also name a deeper heading.
fn chapter_anchor(id: &domain::id::ChapterId, anchor: &str, library: &Library, section: bool) -> Option<String> {
    let Some(it) = library.chapter(id) else { return chapter(id, library) };
    let found = if section { it.section(anchor).is_some() } else { it.anchors.contains(anchor) };
    if found {
        return None;
    }
    let near = it.anchors.iter().filter(|other| !section || it.section(other).is_some());
    let near = near.max_by(|a, b| closeness(anchor, a).total_cmp(&closeness(anchor, b)));
    let hint = near.map_or_else(String::new, |near| format!("; the nearest is `#{near}`"));
    Some(format!("the chapter `{id}` has no heading with the anchor `#{anchor}`{hint}"))
}

fn closeness(a: &str, b: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(a, b)
}

fn path_fault(path: &str, library: &Library) -> Option<String> {
    let (page, anchor) = path.split_once('#').map_or((path, None), |(page, anchor)| (page, Some(anchor)));
    let page = page.split('?').next().unwrap_or(page);
    if let Some(id) = page.strip_prefix("/chapters/") {
        let Ok(id) = id.parse() else { return Some(format!("there is no chapter `{id}`")) };
        return match anchor {
            Some(anchor) => chapter_anchor(&id, anchor, library, false),
            None => chapter(&id, library),
        };
    }
    if let Some(id) = page.strip_prefix("/exercises/") {
        let Ok(id) = id.parse() else { return Some(format!("there is no exercise `{id}`")) };
        return exercise(&id, library);
    }
    let sheet = page.strip_prefix("/cheatsheet/");
    if let Some(group) = sheet.filter(|name| !PAPER.contains(name)) {
        return group_fault(group, anchor, library);
    }
    match anchor {
        _ if sheet.is_none() && !PAGES.contains(&page) => Some(format!("the site has no page `{page}`")),
        Some(anchor) if page == "/cheatsheet" => Some(entry_hint(anchor, library)),
        Some(anchor) => Some(format!("the page `{page}` has no anchor `#{anchor}`")),
        None => None,
    }
}

fn group_fault(group: &str, anchor: Option<&str>, library: &Library) -> Option<String> {
    let Some(found) = library.groups().iter().find(|it| it.id.as_str() == group) else {
        return Some(format!("the cheat sheet has no group `{group}`"));
    };
    let anchor = anchor?;
    (!found.entries.iter().any(|entry| entry.id().as_str() == anchor)).then(|| entry_hint(anchor, library))
}

/// Where an entry is that was looked for elsewhere.
fn entry_hint(anchor: &str, library: &Library) -> String {
    let entry = anchor.parse().ok().and_then(|id| library.entry(&id));
    entry.map_or_else(
        || format!("the cheat sheet has no entry `#{anchor}`"),
        |(group, it)| format!("the entry `#{anchor}` is at `{}`", group.url_of(it.id())),
    )
}
