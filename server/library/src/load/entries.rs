//! Cheat-sheet files into groups of entries.
//! Invariant: pure; a faulty entry is left out alone, the others of its file stay.

use domain::{
    entry::{Entry, EntryFile, Fixture},
    id::GroupId,
};

use super::{
    document::Document,
    findings::{Findings, Place, Target},
};
use crate::{
    EntryGroup, RenderedEntry, RenderedFlag,
    render::{
        Shape,
        highlight::{Language, highlight_html},
        render,
    },
};

/// A command of the essential sheet has at most so many lines: it has a third of a page's width.
const ESSENTIAL_LINES: usize = 8;

/// Reads one file of the cheat sheet.
pub(crate) fn parse_entries(
    file: &str,
    (number, id): (u8, GroupId),
    text: &str,
    findings: &mut Findings,
) -> Option<EntryGroup> {
    let document = Document::parse(file, text, 1, &mut findings.problems)?;
    let header: EntryFile = document.read_without_lists(&["entry"], &mut findings.problems)?;
    findings.blank(&document, &[("group", &header.group)]);
    findings.refer(file, document.line("part"), Target::Part(header.part));
    if header.part != number {
        let message = format!("the file's name says part {number}, and this says {}", header.part);
        findings.problems.push(document.problem("part", message));
    }
    findings.order(&document, file, "group", (number, header.order));
    let what = format!("`#{id}` on the cheat sheet");
    findings.places.push(Place { what, file: file.to_owned(), line: document.line("group") });
    let count = document.length("entry");
    if count == 0 {
        findings.problems.push(document.problem("entry", "the file has no `[[entry]]`"));
    }
    let entries = (0..count).filter_map(|index| {
        let path = format!("entry.{index}");
        let entry: Entry = document.read_at(&path, &mut findings.problems)?;
        Some(render_entry(file, text, &document, &path, entry, findings))
    });
    let entries = entries.collect();
    Some(EntryGroup {
        id,
        part: header.part,
        order: header.order,
        title: header.group,
        given: header.given,
        entries,
        file: file.to_owned(),
    })
}

fn render_entry(
    file: &str,
    text: &str,
    document: &Document<'_>,
    path: &str,
    entry: Entry,
    findings: &mut Findings,
) -> RenderedEntry {
    judge(file, document, path, &entry, findings);
    let mut inline = |field: &str, markdown: &str| {
        let mut rendered = render(&document.markdown(&format!("{path}.{field}"), text, markdown, Shape::Inline));
        findings.take(file, &mut rendered)
    };
    let does_html = inline("does", &entry.does);
    let destroys_html = entry.destroys.as_ref().map(|destroys| inline("destroys", destroys));
    let flags = entry.flags.iter().enumerate().map(|(index, flag)| RenderedFlag {
        flag: flag.flag.clone(),
        does_html: inline(&format!("flags.{index}.does"), &flag.does),
    });
    let flags = flags.collect();
    let command_html = highlight_html(&entry.language, entry.command.trim_end());
    let line = document.line(&format!("{path}.command"));
    RenderedEntry { entry, line, command_html, does_html, destroys_html, flags }
}

fn judge(file: &str, document: &Document<'_>, path: &str, entry: &Entry, findings: &mut Findings) {
    let at = |field: &str| format!("{path}.{field}");
    findings
        .blank(document, &[(&at("task"), &entry.task), (&at("command"), &entry.command), (&at("does"), &entry.does)]);
    if let Some(destroys) = &entry.destroys {
        findings.blank(document, &[(&at("destroys"), destroys)]);
    }
    for (index, flag) in entry.flags.iter().enumerate() {
        let (name, does) = (at(&format!("flags.{index}.flag")), at(&format!("flags.{index}.does")));
        findings.blank(document, &[(&name, &flag.flag), (&does, &flag.does)]);
    }
    findings.tags(document, &at("tags"), &entry.tags);
    findings.refer(file, document.line(&at("section")), Target::Section(entry.section.clone()));
    let what = format!("`#{}` on the cheat sheet", entry.id);
    findings.places.push(Place { what, file: file.to_owned(), line: document.line(&at("id")) });
    if Language::named(&entry.language).is_none() {
        let message = format!("there is no language `{}`; use one of {}", entry.language, Language::names());
        findings.problems.push(document.problem(&at("language"), message));
    }
    if entry.essential && entry.task.starts_with("Error: ") {
        findings
            .problems
            .push(document.problem(&at("essential"), "an error message is looked up and is not `essential`"));
    }
    if entry.essential && entry.command.trim_end().lines().count() > ESSENTIAL_LINES {
        let message = format!("an `essential` command has at most {ESSENTIAL_LINES} lines");
        findings.problems.push(document.problem(&at("essential"), message));
    }
    if let Some(fixture) = &entry.fixture {
        judge_fixture(document, &at("fixture"), entry, fixture, findings);
    }
}

fn judge_fixture(document: &Document<'_>, path: &str, entry: &Entry, fixture: &Fixture, findings: &mut Findings) {
    let at = |field: &str| format!("{path}.{field}");
    let mut fault = |field: &str, message: &str| findings.problems.push(document.problem(&at(field), message));
    if let Some(why) = &fixture.not_here {
        if why.trim().is_empty() {
            fault("not_here", "`not_here` says why it cannot be done in a sandbox");
        }
        if *fixture != (Fixture { not_here: fixture.not_here.clone(), ..Fixture::default() }) {
            fault("not_here", "what is not done needs no other field");
        }
        return;
    }
    if (entry.language != "sh" || fixture.file) && fixture.then.trim().is_empty() {
        fault("then", "what is no command for `sh` is proved by `then`, which uses the file /tmp/entry");
    }
    if fixture.interrupt_after.is_some_and(|seconds| !(1..=30).contains(&seconds)) {
        fault("interrupt_after", "`interrupt_after` is a number of seconds from 1 to 30");
    }
}
