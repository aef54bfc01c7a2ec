//! Parts and chapters: their files into what is shown.
//! Invariant: pure; a chapter whose front matter can be read is always shown, whatever is wrong in its text.

use domain::{
    chapter::{FrontMatter, Part},
    id::ChapterId,
};

use super::{
    curriculum::is_row_number,
    document::Document,
    findings::{Edge, Findings, Target},
};
use crate::{
    Chapter,
    render::{Shape, ShownImage, Source, render},
};

/// Reads `part.toml`.
pub(crate) fn parse_part(file: &str, text: &str, number: u8, findings: &mut Findings) -> Option<Part> {
    let document = Document::parse(file, text, 1, &mut findings.problems)?;
    let part: Part = document.read(&mut findings.problems)?;
    findings.blank(&document, &[("title", &part.title), ("summary", &part.summary)]);
    if part.number != number {
        let message = format!("the folder's name says part {number}, and this says {}", part.number);
        findings.problems.push(document.problem("number", message));
        return None;
    }
    Some(part)
}

/// Reads a chapter. `images` tells what a relative address means.
pub(crate) fn parse_chapter(
    file: &str,
    text: &str,
    id: ChapterId,
    part: u8,
    images: &dyn Fn(&str) -> Option<ShownImage>,
    findings: &mut Findings,
) -> Option<Chapter> {
    let (front, body, body_line) = match split_front_matter(text) {
        Ok(split) => split,
        Err((line, why)) => {
            findings.problems.push(domain::problem::Problem::at(file, line, why));
            return None;
        }
    };
    let document = Document::parse(file, front, 2, &mut findings.problems)?;
    let meta: FrontMatter = document.read(&mut findings.problems)?;
    judge(file, &document, &meta, &id, part, findings);
    let source = Source { file, first_line: body_line, last_line: u32::MAX, text: body, shape: Shape::Page, images };
    let mut rendered = render(&source);
    if rendered.sections.iter().all(|section| section.text.is_empty() && section.code.is_empty()) {
        findings.problems.push(domain::problem::Problem::at(file, body_line, "the chapter has no text"));
    }
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    findings.images.extend(rendered.images.iter().map(|image| format!("{folder}/{image}")));
    let html = findings.take(file, &mut rendered);
    Some(Chapter {
        id,
        part,
        meta,
        html,
        sections: rendered.sections,
        anchors: rendered.anchors,
        tries: rendered.tries,
        file: file.to_owned(),
    })
}

/// Front matter, body, and the body's first line.
fn split_front_matter(text: &str) -> Result<(&str, &str, u32), (u32, &'static str)> {
    let inside =
        text.strip_prefix("+++\n").ok_or((1, "a chapter begins with front matter: TOML between two lines of `+++`"))?;
    let (front, body) = if let Some(body) = inside.strip_prefix("+++\n") {
        ("", body)
    } else if let Some((front, body)) = inside.split_once("\n+++\n") {
        (front, body)
    } else if let Some(front) = inside.strip_suffix("\n+++") {
        (front, "")
    } else {
        return Err((1, "the front matter has no second line of `+++`"));
    };
    let lines = if inside.starts_with("+++\n") { 0 } else { front.split('\n').count() };
    Ok((front, body, u32::try_from(lines).unwrap_or(u32::MAX - 3) + 3))
}

fn judge(file: &str, document: &Document<'_>, meta: &FrontMatter, id: &ChapterId, part: u8, findings: &mut Findings) {
    findings
        .blank(document, &[("title", &meta.title), ("summary", &meta.summary), ("checked_with", &meta.checked_with)]);
    findings.tags(document, "tags", &meta.tags);
    if meta.minutes == 0 {
        findings.problems.push(document.problem("minutes", "`minutes` must be at least 1"));
    }
    findings.order(document, file, "chapter", (part, meta.order));
    for (index, row) in meta.teaches.iter().enumerate() {
        if !is_row_number(row) {
            let message = format!("`{row}` is not a row of the curriculum, such as `7.2.9`");
            findings.problems.push(document.problem(&format!("teaches.{index}"), message));
        }
    }
    for (index, before) in meta.prerequisites.iter().enumerate() {
        let line = document.line(&format!("prerequisites.{index}"));
        findings.refer(file, line, Target::Chapter(before.clone()));
        let (from, to) = (id.to_string(), before.to_string());
        findings.chapter_edges.push(Edge { file: file.to_owned(), line, from, to });
    }
    for (index, exercise) in meta.exercises.iter().enumerate() {
        findings.refer(file, document.line(&format!("exercises.{index}")), Target::Exercise(exercise.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_front_matter() {
        assert_eq!(split_front_matter("+++\na=1\nb=2\n+++\ntext\n"), Ok(("a=1\nb=2", "text\n", 5)));
        assert_eq!(split_front_matter("+++\n+++\ntext"), Ok(("", "text", 3)));
        assert_eq!(split_front_matter("+++\na=1\n+++"), Ok(("a=1", "", 4)));
        assert!(split_front_matter("# no").is_err());
        assert!(split_front_matter("+++\na=1\n").is_err());
        assert!(split_front_matter("").is_err());
    }
}
