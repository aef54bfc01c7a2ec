//! `drydock search`: hits, or as JSON a list of `{kind, title, section, url, snippet, score}`.

use library::search::{Index, Kind};

use super::{Found, Search};
use crate::config::Config;

pub(super) fn search(config: &Config, asked: &Search) -> anyhow::Result<Found> {
    let kind = match &asked.kind {
        Some(name) => match Kind::parse(name) {
            Some(kind) => Some(kind),
            None => anyhow::bail!("--kind {name}: must be chapter, entry or exercise"),
        },
        None => None,
    };
    let (library, _) = library::load(&config.content);
    let found = Index::build(&library)?.search(&asked.words.join(" "), kind, asked.limit);
    if asked.output.json {
        say!("{}", serde_json::to_string(&found.hits)?);
    } else {
        for hit in &found.hits {
            let section = if hit.section.is_empty() { String::new() } else { format!(" · {}", hit.section) };
            say!("{:<8} {}{section}\n         {}", hit.kind.as_str(), hit.title, hit.url);
        }
        if found.hits.is_empty() {
            say!("nothing found{}", found.instead.first().map(|it| format!("; try: {it}")).unwrap_or_default());
        }
    }
    Ok(if found.hits.is_empty() { Found::Wrong } else { Found::Fine })
}
