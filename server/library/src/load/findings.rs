//! What comes to light while files are read, and what can be judged only when all are.
//! Invariant: everything here knows its file and line.

use std::collections::BTreeSet;

use domain::{
    chapter::SectionRef,
    id::{ChapterId, ExerciseId},
    problem::Problem,
};

use super::document::Document;
use crate::render::Rendered;

/// Collected over all files.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) problems: Vec<Problem>,
    pub(crate) references: Vec<Reference>,
    /// Chapters to read before others.
    pub(crate) chapter_edges: Vec<Edge>,
    /// Exercises to do before others.
    pub(crate) exercise_edges: Vec<Edge>,
    pub(crate) places: Vec<Place>,
    /// Paths of images that something shows.
    pub(crate) images: BTreeSet<String>,
}

/// One mention of something elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) to: Target,
}

/// What is mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Part(u8),
    Chapter(ChapterId),
    Exercise(ExerciseId),
    Section(SectionRef),
    /// A chapter that says it teaches a row of the curriculum.
    Taught(ChapterId, String),
    /// A link in Markdown: a path below the site's root.
    Path(String),
}

/// `from` asks for `to` first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Something that must be alone in its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// What and where, e.g. "chapter 3 of part 7".
    pub(crate) what: String,
    pub(crate) file: String,
    pub(crate) line: u32,
}

impl Findings {
    pub(crate) fn refer(&mut self, file: &str, line: u32, to: Target) {
        self.references.push(Reference { file: file.to_owned(), line, to });
    }

    /// Takes over what rendering a text of `file` brought up, and gives its HTML.
    pub(crate) fn take(&mut self, file: &str, rendered: &mut Rendered) -> String {
        self.problems.append(&mut rendered.problems);
        for (line, path) in std::mem::take(&mut rendered.links) {
            self.refer(file, line, Target::Path(path));
        }
        std::mem::take(&mut rendered.html)
    }

    /// A problem for each of these texts that is blank.
    pub(crate) fn blank(&mut self, document: &Document<'_>, fields: &[(&str, &str)]) {
        for (path, _) in fields.iter().filter(|(_, text)| text.trim().is_empty()) {
            self.problems.push(document.problem(path, format!("`{}` must not be empty", last_name(path))));
        }
    }

    /// A place within a part counts from 1, and there is one `kind` of thing in it.
    pub(crate) fn order(&mut self, document: &Document<'_>, file: &str, kind: &str, (part, order): (u8, u16)) {
        if order == 0 {
            self.problems.push(document.problem("order", "`order` counts from 1"));
        }
        let what = format!("{kind} {order} of part {part}");
        self.places.push(Place { what, file: file.to_owned(), line: document.line("order") });
    }

    /// Tags are lower case, not empty, each once.
    pub(crate) fn tags(&mut self, document: &Document<'_>, path: &str, tags: &[String]) {
        let mut seen = BTreeSet::new();
        for (index, tag) in tags.iter().enumerate() {
            let wrong = if tag.trim().is_empty() || tag.trim() != tag || tag.chars().any(char::is_control) {
                "is empty or has blanks around it"
            } else if tag.chars().any(char::is_uppercase) {
                "must be in lower case"
            } else if !seen.insert(tag) {
                "is there twice"
            } else {
                continue;
            };
            self.problems.push(document.problem(&format!("{path}.{index}"), format!("the tag `{tag}` {wrong}")));
        }
    }
}

fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
