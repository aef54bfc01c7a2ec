//! `drydock content coverage`: a Markdown table from each row of the curriculum to its sections, entries and exercises.
//! Exit codes: 0 no cell is empty, 1 some are, 2 there is no curriculum.

use std::fmt::Display;

use domain::chapter::SectionRef;
use library::Covered;
use serde_json::{Value, json};

use super::{Found, read_content};
use crate::config::Config;

/// What stands in a cell where something is missing.
const NOTHING: &str = "**nothing**";

pub(super) fn coverage(config: &Config, as_json: bool) -> anyhow::Result<Found> {
    let (library, _) = read_content(config)?;
    let rows = library::coverage(&library);
    anyhow::ensure!(!rows.is_empty(), "{} has no curriculum.toml, or no row in it", config.content.display());
    let whole = rows.iter().filter(|row| row.is_whole()).count();
    if as_json {
        say!("{}", Value::Array(rows.iter().map(object).collect()));
    } else {
        say!("| row | teaches | sections | entries | exercises |\n|---|---|---|---|---|");
        for row in &rows {
            say!("{}", line(row));
        }
        say!("\n{whole} of {} rows are whole", rows.len());
    }
    Ok(if whole == rows.len() { Found::Fine } else { Found::Wrong })
}

fn object(covered: &Covered<'_>) -> Value {
    let Covered { row, entries, exercises, missing } = covered;
    json!({"number": row.number, "teaches": row.teaches, "sections": row.sections, "entries": entries,
           "exercises": exercises, "missing": missing, "without_exercise": row.without_exercise,
           "whole": covered.is_whole()})
}

fn line(covered: &Covered<'_>) -> String {
    let Covered { row, entries, exercises, missing } = covered;
    let missing = missing.iter().map(|id| format!("**missing: {id}**"));
    let practised: Vec<String> =
        exercises.iter().map(ToString::to_string).chain(missing).chain(row.without_exercise.clone()).collect();
    let sections: Vec<String> = row.sections.iter().cloned().map(<SectionRef as Into<String>>::into).collect();
    let cells = [row.number.clone(), row.teaches.clone(), list(&sections), list(entries), list(&practised)];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

fn list(items: &[impl Display]) -> String {
    match items {
        [] => NOTHING.to_owned(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
