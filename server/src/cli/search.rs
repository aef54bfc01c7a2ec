//! `drydock search`: hits, or as JSON what `GET /api/search` answers.

use app::api::HitKind;
use library::search::Index;

use super::{Found, Search};
use crate::{config::Config, pages};

pub(super) fn search(config: &Config, asked: &Search) -> anyhow::Result<Found> {
    let kind = match &asked.kind {
        Some(name) => match HitKind::parse(name) {
            Some(kind) => Some(kind),
            None => anyhow::bail!("--kind {name}: must be {}", HitKind::names()),
        },
        None => None,
    };
    let (library, _) = library::load(&config.content);
    let found = pages::search::results(&Index::build(&library)?, &asked.words.join(" "), kind, asked.limit);
    if asked.output.json {
        say!("{}", serde_json::to_string(&found)?);
    } else {
        for hit in &found.hits {
            let section = if hit.section.is_empty() { String::new() } else { format!(" · {}", hit.section) };
            say!("{:<8} {}{section}\n         {}", hit.kind.as_str(), hit.title, hit.url);
        }
        let counts = found.facets.iter().filter(|facet| facet.count > 0);
        let counts: Vec<String> = counts.map(|facet| format!("{} {}", facet.kind.as_str(), facet.count)).collect();
        if !counts.is_empty() {
            say!("{} of {} hits; of all kinds: {}", found.hits.len(), found.count(kind), counts.join(", "));
        }
        if found.hits.is_empty() {
            say!("nothing found{}", found.instead.first().map(|it| format!("; try: {it}")).unwrap_or_default());
        }
    }
    Ok(if found.hits.is_empty() { Found::Wrong } else { Found::Fine })
}
