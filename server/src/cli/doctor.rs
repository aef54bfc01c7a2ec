//! `drydock doctor`: what this host can do, in plain words or as JSON:
//! `{ok, level, capacity, findings: {name: {ok, detail, remedy}}}`.

use serde_json::{Map, Value, json};

use super::{Found, host};
use crate::config::Config;

pub(super) async fn doctor(config: &Config, as_json: bool) -> anyhow::Result<Found> {
    let engine = host::engine(config)?;
    let report = sandbox::probe::probe(&engine, &config.sandbox_config()).await;
    // Of no matter when it fails: what is wrong with the engine is among the findings.
    if let Err(error) = sandbox::prepare::sweep(&engine).await {
        tracing::debug!(%error, "what earlier probes left is not removed");
    }
    let mut findings = report.findings;
    findings.push(content(config));
    findings.push(pages(config));
    let ok = findings.iter().all(|finding| finding.ok) && report.level.is_some();
    if as_json {
        let findings = by_name(&findings);
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

/// Findings by their names; what was found twice under one name is told together.
fn by_name(findings: &[sandbox::probe::Finding]) -> Map<String, Value> {
    let mut named = Map::new();
    for it in findings {
        let mut told = json!({"ok": it.ok, "detail": it.detail, "remedy": it.remedy});
        if let Some(before) = named.get(it.name) {
            let join = |field: &str| {
                let parts: Vec<&str> = [before, &told].iter().filter_map(|one| one[field].as_str()).collect();
                (!parts.is_empty()).then(|| parts.join("; "))
            };
            let ok = it.ok && before["ok"] == true;
            told = json!({"ok": ok, "detail": join("detail"), "remedy": join("remedy")});
        }
        named.insert(it.name.to_owned(), told);
    }
    named
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_found_is_lost() {
        let one = |name, ok, detail: &str, remedy: Option<&str>| sandbox::probe::Finding {
            name,
            ok,
            detail: detail.to_owned(),
            remedy: remedy.map(str::to_owned),
        };
        let told = by_name(&[
            one("kernel", true, "6.12", None),
            one("settings", false, "pids: too few", Some("correct it")),
            one("settings", false, "cpus: too few", None),
        ]);
        assert_eq!(told["kernel"], json!({"ok": true, "detail": "6.12", "remedy": null}));
        let both = json!({"ok": false, "detail": "pids: too few; cpus: too few", "remedy": "correct it"});
        assert_eq!(told["settings"], both);
    }
}
