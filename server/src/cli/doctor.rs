//! `drydock doctor`: what this host can do, in plain words or as JSON:
//! `{ok, level, capacity, findings: {name: {ok, detail, remedy}}}`.

use serde_json::{Map, Value, json};

use super::{Found, host};
use crate::config::Config;

pub(super) async fn doctor(config: &Config, as_json: bool) -> anyhow::Result<Found> {
    let engine = host::engine(config)?;
    let report = sandbox::probe::probe(&engine, &config.sandbox_config()).await;
    let mut findings = report.findings;
    findings.push(content(config));
    findings.push(pages(config));
    let ok = findings.iter().all(|finding| finding.ok) && report.level.is_some();
    if as_json {
        let findings: Map<String, Value> = findings
            .iter()
            .map(|it| (it.name.to_string(), json!({"ok": it.ok, "detail": it.detail, "remedy": it.remedy})))
            .collect();
        say!("{}", json!({"ok": ok, "level": report.level, "capacity": report.capacity, "findings": findings}));
    } else {
        for it in &findings {
            say!("{} {:<18} {}", if it.ok { "ok  " } else { "FAIL" }, it.name, it.detail);
            if let Some(remedy) = &it.remedy {
                say!("     {:<18} → {remedy}", "");
            }
        }
        match (report.level, report.capacity) {
            (Some(level), Some(capacity)) => {
                say!("\nSandboxes run at isolation level {level}; this host holds about {capacity} at a time.");
            }
            (Some(level), None) => say!("\nSandboxes run at isolation level {level}."),
            (None, _) => say!("\nThis host cannot run sandboxes; see above what to do."),
        }
    }
    Ok(if ok { Found::Fine } else { Found::Wrong })
}

fn content(config: &Config) -> sandbox::probe::Finding {
    let (library, problems) = library::load(&config.content);
    let (chapters, exercises) = (library.chapters().len(), library.exercises().len());
    sandbox::probe::Finding {
        name: "content",
        ok: chapters > 0 && problems.is_empty(),
        detail: format!(
            "{chapters} chapters, {exercises} exercises, {} entries, {} faults in {}",
            library.entry_count(),
            problems.len(),
            config.content.display()
        ),
        remedy: (!problems.is_empty()).then(|| "drydock lint names each fault".to_owned()),
    }
}

fn pages(config: &Config) -> sandbox::probe::Finding {
    let manifest = config.site.join("manifest.json");
    let there = manifest.is_file();
    sandbox::probe::Finding {
        name: "pages",
        ok: there,
        detail: format!("{} {}", manifest.display(), if there { "is there" } else { "is missing" }),
        remedy: (!there).then(|| "make web".to_owned()),
    }
}
