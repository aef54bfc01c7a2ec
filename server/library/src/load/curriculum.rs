//! `curriculum.toml` into its rows.
//! Invariant: pure; a faulty row is left out alone.

use domain::curriculum::{CurriculumFile, Row};

use super::{
    document::Document,
    findings::{Findings, Target},
};

/// Reads the curriculum.
pub(crate) fn parse_curriculum(file: &str, text: &str, findings: &mut Findings) -> Vec<Row> {
    let Some(document) = Document::parse(file, text, 1, &mut findings.problems) else { return Vec::new() };
    if document.read_without_lists::<CurriculumFile>(&["row"], &mut findings.problems).is_none() {
        return Vec::new();
    }
    let rows = (0..document.length("row")).filter_map(|index| {
        let path = format!("row.{index}");
        let row: Row = document.read_at(&path, &mut findings.problems)?;
        judge(file, &document, &path, &row, findings);
        Some(row)
    });
    rows.collect()
}

/// Numbers joined by dots.
pub(crate) fn is_row_number(text: &str) -> bool {
    text.split('.').all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn judge(file: &str, document: &Document<'_>, path: &str, row: &Row, findings: &mut Findings) {
    let at = |field: &str| format!("{path}.{field}");
    findings.blank(document, &[(&at("teaches"), &row.teaches)]);
    if !is_row_number(&row.number) {
        let message = format!("`{}` is not the number of a row, such as `7.2.9`", row.number);
        findings.problems.push(document.problem(&at("number"), message));
    }
    for (index, section) in row.sections.iter().enumerate() {
        let line = document.line(&at(&format!("sections.{index}")));
        findings.refer(file, line, Target::Section(section.clone()));
        findings.refer(file, line, Target::Taught(section.chapter.clone(), row.number.clone()));
    }
    if row.without_exercise.is_some() && !row.exercises.is_empty() {
        let message = "the row has exercises; there is no reason to give why it has none";
        findings.problems.push(document.problem(&at("without_exercise"), message));
    }
}
