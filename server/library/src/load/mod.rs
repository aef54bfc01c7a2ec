//! The content folder into a [`Library`]: read, parse, follow references, report.
//! Invariant: every fault is reported, all at once and in a fixed order; a faulty file leaves out only itself.

mod cases;
mod chapter;
mod checks;
mod curriculum;
mod cycles;
mod disk;
mod document;
mod entries;
mod exercise;
mod findings;
mod references;
mod tree;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use domain::{
    id::{ChapterId, ExerciseId, GroupId},
    problem::Problem,
};

use self::findings::{Findings, Place};
pub use self::{
    disk::{Fingerprint, fingerprint},
    tree::Tree,
};
use crate::{Contents, Image, Library, render::ShownImage};

/// Two pages hold so many entries; that they do is proved by printing them (`tests/browser/print.test.mjs`).
pub const MOST_ESSENTIAL: usize = 110;

/// Pages below `/cheatsheet/` that are no groups, but sheets for paper.
const PAPER: [&str; 2] = ["essential", "whole"];

/// Where the curriculum is; content without one is complete by itself.
const CURRICULUM: &str = "curriculum.toml";

/// Reads the content folder. What cannot be used is left out and told in the problems, which are what
/// `drydock lint` prints; with none, everything is in order.
#[must_use]
pub fn load(root: &Path) -> (Library, Vec<Problem>) {
    let (tree, mut problems) = disk::read(root);
    let (library, more) = load_tree(&tree);
    problems.extend(more);
    problems.sort();
    (library, problems)
}

/// The same from files in memory.
#[must_use]
pub fn load_tree(tree: &Tree) -> (Library, Vec<Problem>) {
    let mut findings = Findings::default();
    let mut contents = Contents::default();
    let images = read_images(tree, &mut findings);
    read_chapters(tree, &images, &mut contents, &mut findings);
    read_entries(tree, &mut contents, &mut findings);
    read_exercises(tree, &mut contents, &mut findings);
    if let Some(text) = tree.get(CURRICULUM).and_then(|_| tree.text(CURRICULUM, &mut findings.problems)) {
        contents.curriculum = curriculum::parse_curriculum(CURRICULUM, &text, &mut findings);
    }
    stray(tree, &mut findings);
    if contents.faulty_chapters.is_empty() {
        unused_images(&images, &mut findings);
    }
    contents.images = images.into_iter().map(|(path, image)| (shown_path(&path), image)).collect();
    let mut problems = std::mem::take(&mut findings.problems);
    problems.extend(clashes(&mut findings.places));
    problems.extend(cycles::cycles(&findings.chapter_edges));
    problems.extend(cycles::cycles(&findings.exercise_edges));
    let library = Library::new(contents);
    problems.extend(findings.references.iter().filter_map(|reference| references::follow(reference, &library)));
    problems.sort();
    problems.dedup();
    (library, problems)
}

/// The parts of `chapters/<folder>/<name>`.
fn chapter_path(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("chapters/")?.split_once('/')
}

/// `07-building-images` as 7 and `building-images`.
fn numbered(name: &str) -> Option<(u8, &str)> {
    let (number, rest) = name.split_once('-')?;
    let digits = (2..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| digits)?, rest))
}

fn is_image(path: &str) -> bool {
    chapter_path(path).is_some_and(|(_, name)| name.starts_with("img/"))
}

/// Where an image is found below `/images/`: its path without `chapters/` and without `img/`.
fn shown_path(path: &str) -> String {
    chapter_path(path)
        .map_or_else(String::new, |(folder, name)| format!("{folder}/{}", name.strip_prefix("img/").unwrap_or(name)))
}

fn read_images(tree: &Tree, findings: &mut Findings) -> BTreeMap<String, Image> {
    let mut images = BTreeMap::new();
    for (path, file) in tree.files().filter(|(path, _)| is_image(path)) {
        match Image::parse(path, file.bytes.clone()) {
            Ok(image) => drop(images.insert(path.to_owned(), image)),
            Err(why) => findings.problems.push(Problem::in_file(path, why)),
        }
    }
    images
}

fn read_chapters(tree: &Tree, images: &BTreeMap<String, Image>, contents: &mut Contents, findings: &mut Findings) {
    let folders: BTreeSet<&str> = tree.files().filter_map(|(path, _)| Some(chapter_path(path)?.0)).collect();
    for folder in folders {
        let below = format!("chapters/{folder}");
        let Some((number, _)) = numbered(folder) else {
            let message = "the folder of a part is named like `07-building-images`";
            findings.problems.push(Problem::in_file(below, message));
            continue;
        };
        read_part(tree, &format!("{below}/part.toml"), number, contents, findings);
        let shown = |address: &str| {
            let path = format!("{below}/{address}");
            let image = images.get(&path)?;
            let src = format!("/images/{}?v={}", shown_path(&path), image.digest);
            Some(ShownImage { src, width: image.width, height: image.height })
        };
        for (name, _) in tree.below(&below).filter(|(name, _)| !name.starts_with("img/") && *name != "part.toml") {
            let path = format!("{below}/{name}");
            let id = name.strip_suffix(".md").and_then(numbered_text).and_then(|name| name.parse::<ChapterId>().ok());
            let Some(id) = id else {
                let message =
                    "a part has `part.toml`, images in `img/`, and chapters named like `09-flattening-images.md`";
                findings.problems.push(Problem::in_file(path, message));
                continue;
            };
            let what = format!("the chapter `{id}`");
            findings.places.push(Place { what, file: path.clone(), line: 1 });
            let chapter = tree
                .text(&path, &mut findings.problems)
                .and_then(|text| chapter::parse_chapter(&path, &text, id.clone(), number, &shown, findings));
            match chapter {
                Some(chapter) if contents.chapters.iter().all(|other| other.id != chapter.id) => {
                    contents.chapters.push(chapter)
                }
                Some(_) => {}
                None => drop(contents.faulty_chapters.insert(id)),
            }
        }
    }
}

fn numbered_text(name: &str) -> Option<&str> {
    numbered(name).map(|(_, rest)| rest)
}

fn read_part(tree: &Tree, path: &str, number: u8, contents: &mut Contents, findings: &mut Findings) {
    if tree.get(path).is_none() {
        findings.problems.push(Problem::in_file(path, "the part has no such file"));
        return;
    }
    findings.places.push(Place { what: format!("part {number}"), file: path.to_owned(), line: 1 });
    let text = tree.text(path, &mut findings.problems);
    let part = text.and_then(|text| chapter::parse_part(path, &text, number, findings));
    contents.parts.extend(part.filter(|part| contents.parts.iter().all(|other| other.number != part.number)));
}

fn read_entries(tree: &Tree, contents: &mut Contents, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    let mut essential = 0;
    for (name, _) in tree.below("cheatsheet") {
        let path = format!("cheatsheet/{name}");
        let Some((number, id)) = group_of(name) else {
            let message = "the cheat sheet has files named like `07-cache-and-stages.toml` and nothing else";
            findings.problems.push(Problem::in_file(path, message));
            continue;
        };
        if PAPER.contains(&id.as_str()) {
            let message = format!("`/cheatsheet/{id}` is a page of the site; give the group another name");
            findings.problems.push(Problem::in_file(path, message));
            continue;
        }
        let text = tree.text(&path, &mut findings.problems);
        let group = text.and_then(|text| entries::parse_entries(&path, (number, id), &text, findings));
        let Some(mut group) = group else { continue };
        group.entries.retain(|entry| seen.insert(entry.id().clone()));
        let before = essential;
        essential += group.entries.iter().filter(|it| it.entry.essential).count();
        if before <= MOST_ESSENTIAL && essential > MOST_ESSENTIAL {
            let message =
                format!("with this file more than {MOST_ESSENTIAL} entries are `essential`; two pages hold no more");
            findings.problems.push(Problem::in_file(path, message));
        }
        // A second one of the name is told by its place.
        if contents.groups.iter().all(|other| other.id != group.id) {
            contents.groups.push(group);
        }
    }
}

/// The number of the part and the name of the group, from the name of a file.
fn group_of(name: &str) -> Option<(u8, GroupId)> {
    let (number, rest) = numbered(name.strip_suffix(".toml")?)?;
    Some((number, rest.parse().ok()?))
}

fn read_exercises(tree: &Tree, contents: &mut Contents, findings: &mut Findings) {
    let names: BTreeSet<&str> =
        tree.below("exercises").map(|(path, _)| path.split('/').next().unwrap_or(path)).collect();
    for name in names {
        let folder = format!("exercises/{name}");
        let id = name.parse::<ExerciseId>().ok().filter(|_| tree.get(&folder).is_none());
        let Some(id) = id else {
            let message = "each exercise is a folder, named in lower-case letters, digits and single hyphens";
            findings.problems.push(Problem::in_file(folder, message));
            continue;
        };
        match exercise::parse_exercise(id.clone(), tree, findings) {
            Some(exercise) => contents.exercises.push(exercise),
            None => drop(contents.faulty_exercises.insert(id)),
        }
    }
}

fn stray(tree: &Tree, findings: &mut Findings) {
    for (path, _) in tree.files() {
        let known = path == "README.md"
            || path == CURRICULUM
            || chapter_path(path).is_some()
            || path.starts_with("cheatsheet/")
            || path.starts_with("exercises/");
        if !known {
            let message =
                "content is in `chapters/`, `cheatsheet/` and `exercises/`; this file belongs to none of them";
            findings.problems.push(Problem::in_file(path, message));
        }
    }
}

fn unused_images(images: &BTreeMap<String, Image>, findings: &mut Findings) {
    for path in images.keys().filter(|path| !findings.images.contains(*path)) {
        findings.problems.push(Problem::in_file(path, "no chapter shows this image"));
    }
}

/// A problem for everything that is where something else is already.
fn clashes(places: &mut [Place]) -> Vec<Problem> {
    places.sort();
    let clash = |pair: &[Place]| match pair {
        [first, second] if first.what == second.what => {
            let message = format!("{} is also at {}:{}; there can be only one", first.what, first.file, first.line);
            Some(Problem::at(&*second.file, second.line, message))
        }
        _ => None,
    };
    places.windows(2).filter_map(clash).collect()
}
