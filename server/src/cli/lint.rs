//! `drydock lint`: every fault of the content, or as JSON a list of `{file, line, message}`.

use super::Found;
use crate::config::Config;

pub(super) fn lint(config: &Config, as_json: bool) -> anyhow::Result<Found> {
    anyhow::ensure!(config.content.is_dir(), "there is no content folder {}", config.content.display());
    let (library, problems) = library::load(&config.content);
    if as_json {
        say!("{}", serde_json::to_string(&problems)?);
    } else {
        for problem in &problems {
            say!("{problem}");
        }
        say!(
            "{} chapters, {} exercises, {} entries: {} faults",
            library.chapters().len(),
            library.exercises().len(),
            library.entry_count(),
            problems.len()
        );
    }
    Ok(if problems.is_empty() { Found::Fine } else { Found::Wrong })
}
