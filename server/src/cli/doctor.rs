//! `drydock doctor`: what this host can do, in plain words or as JSON:
//! `{ok, level, capacity, levels: {level: {needs: {need: null or why not}}}, findings: {name: {ok, detail,
//! remedy}}}`.

use serde_json::{Map, Value, json};

use domain::{exercise::Need, lease::IsolationLevel};
use sandbox::probe::Tried;

use super::{Found, host};
use crate::config::Config;

pub(super) async fn doctor(config: &Config, as_json: bool) -> anyhow::Result<Found> {
    let engine = host::engine(config)?;
    let report = sandbox::probe::probe(&engine, &config.sandbox_config(), config.sandbox.level).await;
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
        let levels = levels(&report.levels);
        say!(
            "{}",
            json!({"ok": ok, "level": report.level, "capacity": report.capacity, "levels": levels, "findings": findings})
        );
    } else {
        for it in &findings {
            say!("{} {:<18} {}", if it.ok { "ok  " } else { "FAIL" }, it.name, it.detail);
            if let Some(remedy) = &it.remedy {
                say!("     {:<18} → {remedy}", "");
            }
        }
        for line in table(&report.levels) {
            say!("{line}");
        }
        match (report.level.map(IsolationLevel::as_str), report.capacity) {
            (Some(level), Some(capacity)) => {
                say!("\nSandboxes run at isolation level {level}; this host holds about {capacity} at a time.");
            }
            (Some(level), None) => say!("\nSandboxes run at isolation level {level}."),
            (None, _) => say!("\nThis host cannot run sandboxes; see above what to do."),
        }
    }
    Ok(if ok { Found::Fine } else { Found::Wrong })
}

/// Levels by their names.
fn levels(tried: &[Tried]) -> Map<String, Value> {
    let one = |it: &Tried| (it.level.as_str().to_owned(), json!({"needs": it.needs}));
    tried.iter().map(one).collect()
}

/// A line for each level, a column for each need, and below it the reasons why not; nothing when nothing was tried.
fn table(tried: &[Tried]) -> Vec<String> {
    if tried.is_empty() {
        return Vec::new();
    }
    let columns = |name: &str, cells: &[&str]| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:<10}")).collect();
        format!("     {name:<12}{cells}").trim_end().to_owned()
    };
    let names = Need::ALL.map(Need::as_str);
    let mut lines = vec![String::new(), columns("level", &names)];
    let mut whys = Vec::new();
    for it in tried {
        let cell = |need: &Need| if matches!(it.needs.get(need), Some(None)) { "yes" } else { "no" };
        lines.push(columns(it.level.as_str(), &Need::ALL.each_ref().map(cell)));
        match it.refused() {
            Some(why) => whys.push(format!("     {}: {why}", it.level.as_str())),
            None => whys.extend(it.needs.iter().filter_map(|(need, why)| {
                Some(format!("     {}, {}: {}", it.level.as_str(), need.as_str(), why.as_deref()?))
            })),
        }
    }
    lines.push(String::new());
    lines.extend(whys);
    lines
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
    fn the_table_says_of_each_level_what_it_offers_or_why_not() {
        let absent = "the engine has no runtime runsc; install runsc";
        let refused = Need::ALL.into_iter().map(|need| (need, Some(absent.to_owned()))).collect();
        let some =
            Need::ALL.into_iter().map(|need| (need, (need == Need::Swarm).then(|| "no vxlan".to_owned()))).collect();
        let tried = [
            Tried { level: IsolationLevel::Runsc, needs: refused },
            Tried { level: IsolationLevel::Userns, needs: some },
        ];
        let table = table(&tried).join("\n");
        let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let lines: Vec<Vec<String>> = table.lines().map(cells).collect();
        assert_eq!(lines[1], ["level", "build", "run", "compose", "swarm", "limits", "two-hosts"]);
        assert_eq!(lines[2], ["runsc", "no", "no", "no", "no", "no", "no"]);
        assert_eq!(lines[3], ["userns", "yes", "yes", "yes", "no", "yes", "yes"]);
        assert!(table.contains(&format!("runsc: {absent}")) && table.contains("userns, swarm: no vxlan"), "{table}");
        assert_eq!(table.matches(absent).count(), 1, "one reason is told once");
        assert_eq!(levels(&tried)["userns"]["needs"]["swarm"], "no vxlan");
        assert_eq!(levels(&tried)["userns"]["needs"]["build"], Value::Null);
        assert_eq!(super::table(&[]), [""; 0]);
    }

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
