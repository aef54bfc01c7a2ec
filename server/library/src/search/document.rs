//! What is searched: one document for each section, entry, error message and exercise.
//! Invariant: made from the library alone, in its order; `place` in the index is the number in this list.

use crate::{Chapter, EntryGroup, Exercise, Library, RenderedEntry, Section, search::Kind};

/// One thing to find.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    pub(crate) kind: Kind,
    /// As in [`super::Hit`].
    pub(crate) title: String,
    pub(crate) section: String,
    pub(crate) url: String,
    pub(crate) command: Option<String>,
    /// What it is about: the section's heading, the entry's task, the exercise's title.
    pub(crate) heading: String,
    /// What it stands in: the chapter's title and the headings above, the group.
    pub(crate) above: String,
    pub(crate) tags: String,
    pub(crate) body: String,
    pub(crate) code: String,
    /// Of an entry that explains a message: what of it is always the same, stretch by stretch.
    pub(crate) messages: Vec<String>,
}

/// How the task of an entry that explains a message begins.
const MESSAGE: &str = "Error: ";

impl Document {
    /// The texts that are searched, as in the index.
    pub(crate) fn texts(&self) -> [&str; 5] {
        [&self.heading, &self.above, &self.tags, &self.body, &self.code]
    }
}

/// Everything there is to find.
pub(crate) fn documents(library: &Library) -> Vec<Document> {
    let mut documents = Vec::new();
    for chapter in library.chapters() {
        documents.extend(chapter.sections.iter().filter(|it| worth(it)).map(|section| of_section(chapter, section)));
    }
    for group in library.groups() {
        documents.extend(group.entries.iter().map(|entry| of_entry(group, entry)));
    }
    documents.extend(library.exercises().iter().map(|exercise| of_exercise(exercise, library)));
    documents
}

/// An empty section between two headings is found by its heading; the opening always stands for the chapter.
fn worth(section: &Section) -> bool {
    section.level == 1 || !section.title.is_empty()
}

fn of_section(chapter: &Chapter, section: &Section) -> Document {
    let title = chapter.meta.title.clone();
    let mut document = Document {
        kind: Kind::Chapter,
        section: section.title.clone(),
        heading: section.title.clone(),
        body: section.text.clone(),
        code: section.code.clone(),
        url: chapter.url(),
        ..Document::default()
    };
    match &section.anchor {
        Some(anchor) => {
            document.url = format!("{}#{anchor}", document.url);
            // An anchor of its own often says in a word what the heading says in a sentence.
            document.tags.clone_from(anchor);
            document.above = section.path.iter().fold(title.clone(), |above, heading| format!("{above}\n{heading}"));
        }
        None => {
            document.heading.clone_from(&title);
            document.tags = chapter.meta.tags.join("\n");
            document.body = format!("{}\n{}", chapter.meta.summary, section.text);
        }
    }
    document.title = title;
    document
}

fn of_entry(group: &EntryGroup, rendered: &RenderedEntry) -> Document {
    let entry = &rendered.entry;
    let mut body = entry.does.clone();
    for text in entry.destroys.iter().chain(entry.flags.iter().map(|flag| &flag.does)) {
        body.push('\n');
        body.push_str(text);
    }
    let flags = entry.flags.iter().map(|flag| flag.flag.as_str());
    let messages = messages(&entry.task, &entry.tags);
    Document {
        kind: if messages.is_empty() { Kind::Entry } else { Kind::Error },
        title: entry.task.clone(),
        section: group.title.clone(),
        url: group.url_of(rendered.id()),
        command: Some(entry.command.trim_end().to_owned()),
        heading: entry.task.clone(),
        above: group.title.clone(),
        tags: entry.tags.join("\n"),
        body,
        code: flags.fold(entry.command.clone(), |code, flag| format!("{code}\n{flag}")),
        messages,
    }
}

/// The message that a task quotes, without what is left out of it, and what the tags quote of it.
fn messages(task: &str, tags: &[String]) -> Vec<String> {
    let Some(message) = task.strip_prefix(MESSAGE) else { return Vec::new() };
    message.split('…').map(str::to_owned).chain(tags.iter().filter(|tag| tag.contains(' ')).cloned()).collect()
}

fn of_exercise(exercise: &Exercise, library: &Library) -> Document {
    let mut body = exercise.file.summary.clone();
    let explained = exercise.file.check.iter().flat_map(|check| [&check.claim, &check.why]);
    for text in [&exercise.task_text].into_iter().chain(explained) {
        body.push('\n');
        body.push_str(text);
    }
    // Marks of code in phrases; snippets are plain text.
    let body = body.replace('`', "");
    Document {
        kind: Kind::Exercise,
        title: exercise.file.title.clone(),
        section: library.part(exercise.file.part).map_or_else(String::new, |part| part.title.clone()),
        url: exercise.url(),
        heading: exercise.file.title.clone(),
        tags: exercise.file.tags.join("\n"),
        body,
        ..Document::default()
    }
}
