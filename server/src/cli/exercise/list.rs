//! `drydock exercise list`: a table, or as JSON a list of `{id, title, part, level, minutes, points, checks, needs}`.

use serde_json::{Value, json};

use super::super::{Found, read_content};
use crate::config::Config;

pub(in super::super) fn list(config: &Config, as_json: bool) -> anyhow::Result<Found> {
    let (library, _) = read_content(config)?;
    if as_json {
        let all: Vec<Value> = library
            .exercises()
            .iter()
            .map(|it| {
                let file = &it.file;
                json!({"id": it.id, "title": file.title, "part": file.part, "level": file.level, "minutes": file.minutes,
                       "points": file.points(), "checks": file.check.len(), "needs": file.needs})
            })
            .collect();
        say!("{}", Value::Array(all));
    } else {
        for it in library.exercises() {
            let file = &it.file;
            let level = file.level.label();
            say!(
                "{:<24} part {:<3} {level:<12} {:>3} min {:>3} points  {}",
                it.id.as_str(),
                file.part,
                file.minutes,
                file.points(),
                file.title
            );
        }
    }
    Ok(Found::Fine)
}
