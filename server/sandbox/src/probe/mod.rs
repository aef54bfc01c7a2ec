//! What this host can do: probe sandboxes are started and looked at, and each finding says what to do about it.
//! Invariant: a level is named only when a sandbox of that level was really started just now.

use std::{collections::BTreeMap, sync::Arc};

use domain::{exercise::Need, lease::IsolationLevel};
use serde::Serialize;

mod attempt;
mod decide;
mod needs;

pub(crate) use decide::decide;

pub use crate::host::Finding;
use crate::{
    DockerEngine, Engine, EngineError, EngineInfo, LevelChoice, Offer, SandboxConfig, SandboxError, host, level,
    prepare,
};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The isolation level of sandboxes; `None` when none can be had: then none are started.
    pub level: Option<IsolationLevel>,
    /// How many sandboxes fit the host's memory; `None` when no engine answers.
    pub capacity: Option<u32>,
    /// Every level, the strongest first; empty when none could be looked at.
    pub levels: Vec<Tried>,
    /// In the order of looking.
    pub findings: Vec<Finding>,
}

/// A level and what it offers here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// The level.
    pub level: IsolationLevel,
    /// Each need, with the reason why it is not met; `None` when it is.
    pub needs: BTreeMap<Need, Option<String>>,
}

impl Tried {
    /// One that offers nothing, for one reason.
    fn nothing(level: IsolationLevel, why: &str) -> Self {
        let needs = Need::ALL.into_iter().map(|need| (need, Some(why.to_owned()))).collect();
        Self { level, needs }
    }

    fn of(offer: &Offer) -> Self {
        let needs = Need::ALL.into_iter().map(|need| (need, offer.lacks.get(&need).cloned())).collect();
        Self { level: offer.level, needs }
    }

    /// Why it offers nothing at all; `None` when it offers something.
    #[must_use]
    pub fn refused(&self) -> Option<&str> {
        let mut whys = self.needs.values();
        let first = whys.next()?.as_deref()?;
        whys.all(|why| why.as_deref() == Some(first)).then_some(first)
    }
}

impl Report {
    fn found(&mut self, name: &'static str, ok: bool, detail: impl Into<String>, remedy: Option<&str>) {
        self.findings.push(Finding::new(name, ok, detail, remedy));
    }

    /// Everything is as it should be.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.level.is_some() && self.findings.iter().all(|finding| finding.ok)
    }
}

/// Look at everything. Probe sandboxes are gone afterwards; what each level was found to offer is kept for the server.
pub async fn probe(engine: &Arc<DockerEngine>, config: &SandboxConfig, choice: LevelChoice) -> Report {
    let mut report = Report { level: None, capacity: None, levels: Vec::new(), findings: Vec::new() };
    for problem in config.problems() {
        report.found("settings", false, problem.to_string(), Some("correct it in the settings of sandboxes"));
    }
    let info = match engine.info().await {
        Ok(info) => info,
        Err(error) => {
            let remedy = match error {
                // It names what to do.
                EngineError::Denied => None,
                _ => Some("start a Docker engine (`setup/engine.sh start`), or name its address in the settings"),
            };
            report.found("engine", false, chain(&error), remedy);
            return report;
        }
    };
    report.findings.extend(host::obstacles(&info));
    report.findings.extend(host::facts(&info, config));
    report.capacity = Some(config.fits(info.memory_mib));
    if host::refusal(&info).is_some() {
        return report;
    }
    match prepare::is_prepared(engine).await {
        Ok(true) => report.found("images", true, "the sandbox image and the preloaded images are there", None),
        Ok(false) => {
            report.found("images", false, "the sandbox image is not prepared", Some("run `drydock prepare`"));
            return report;
        }
        Err(error) => {
            report.found("images", false, chain(&error), None);
            return report;
        }
    }
    let shared: Arc<dyn Engine> = Arc::<DockerEngine>::clone(engine);
    let (mut seen, mut offers) = (Vec::new(), Vec::new());
    for level in IsolationLevel::ALL {
        match try_one(&mut report, &shared, config, level, &info).await {
            Ok((offer, findings)) => {
                offers.push((level, offer));
                seen.push((level, findings));
            }
            Err(error) => {
                report.found("sandbox", false, chain(&error), Some(host::remedy(&info)));
                return report;
            }
        }
    }
    let chosen = decide::choose(choice, &info, &offers);
    // What is wrong with another level is in the table, and no fault of this host's.
    let shown = |level| match (&chosen, choice) {
        (Ok(offer), _) => offer.level == level,
        (Err(_), LevelChoice::Only(named)) => named == level,
        (Err(_), LevelChoice::Auto) => true,
    };
    report.findings.extend(seen.into_iter().filter(|(level, _)| shown(*level)).flat_map(|(_, findings)| findings));
    choose(&mut report, chosen, choice, &info);
    report
}

/// Try a level and keep what is found.
async fn try_one(
    report: &mut Report,
    engine: &Arc<dyn Engine>,
    config: &SandboxConfig,
    level: IsolationLevel,
    info: &EngineInfo,
) -> Result<(Result<Offer, String>, Vec<Finding>), SandboxError> {
    if level::runtime(level, info).is_none() {
        let absent = level::absent(level);
        report.levels.push(Tried::nothing(level, &absent));
        return Ok((Err(absent), Vec::new()));
    }
    let tried = attempt::attempt(engine, config, level).await?;
    let key = decide::key(engine, config, level, info);
    match &tried.offer {
        Ok(offer) => {
            decide::keep(engine, &key, offer).await;
            report.levels.push(Tried::of(offer));
        }
        Err(why) => {
            decide::forget(engine, &key).await;
            report.levels.push(Tried::nothing(level, why));
        }
    }
    Ok((tried.offer, tried.findings))
}

/// Note the level that sandboxes get.
fn choose(report: &mut Report, chosen: Result<Offer, SandboxError>, choice: LevelChoice, info: &EngineInfo) {
    match chosen {
        Ok(offer) => {
            let whose = match choice {
                LevelChoice::Auto => "the strongest that works",
                LevelChoice::Only(_) => "as it is set",
            };
            report.level = Some(offer.level);
            report.found(
                "isolation level",
                true,
                format!("{}, {whose}: {}", offer.level.as_str(), offer.level.label()),
                None,
            );
            let detail = match offer.lacks.get(&Need::Limits) {
                None => {
                    "those that a learner sets on a container are enforced, and so are those of the sandbox".to_owned()
                }
                Some(why) => format!(
                    "those that a learner sets on a container are recorded, not enforced ({why}); those of the sandbox hold"
                ),
            };
            report.found("limits inside", true, detail, None);
        }
        Err(error) => report.found("isolation level", false, chain(&error), Some(host::remedy(info))),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_a_level_is_not_fine() {
        let mut report = Report { level: None, capacity: None, levels: Vec::new(), findings: Vec::new() };
        report.found("engine", true, "x", None);
        assert!(!report.ok());
        report.level = Some(IsolationLevel::Userns);
        assert!(report.ok());
        report.found("kernel", false, "x", None);
        assert!(!report.ok());
    }

    #[test]
    fn a_level_that_offers_something_is_not_refused() {
        let mut tried = Tried::nothing(IsolationLevel::Runsc, "why");
        assert_eq!(tried.refused(), Some("why"));
        tried.needs.insert(Need::Run, None);
        assert_eq!(tried.refused(), None);
        let offer = Tried::of(&Offer::of(IsolationLevel::Userns));
        assert_eq!(offer.refused(), None);
        assert_eq!(offer.needs.values().filter(|why| why.is_none()).count(), Need::ALL.len());
    }
}
