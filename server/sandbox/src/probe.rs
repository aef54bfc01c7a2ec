//! What this host can do: a probe sandbox is started and looked at, and each finding says what to do about it.
//! Invariant: a level is named only when a sandbox of that level was really started just now.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use protocol::EngineState;
use serde::Serialize;

pub use crate::host::Finding;
use crate::{
    DockerEngine, Engine as _, EngineError, EngineInfo, EngineRequest, Limits, Program, Sandbox, SandboxConfig,
    SandboxError, Sandboxes, host, labels, prepare, time::now,
};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The isolation level of sandboxes; `None` when none can be had: then none are started.
    pub level: Option<&'static str>,
    /// How many sandboxes fit the host's memory; `None` when no engine answers.
    pub capacity: Option<u32>,
    /// In the order of looking.
    pub findings: Vec<Finding>,
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

/// Look at everything. The probe sandbox is gone afterwards.
pub async fn probe(engine: &Arc<DockerEngine>, config: &SandboxConfig) -> Report {
    let mut report = Report { level: None, capacity: None, findings: Vec::new() };
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
    if let Err(error) = sandbox(&mut report, engine, config, &info).await {
        report.found("sandbox", false, chain(&error), Some(host::remedy(&info)));
    }
    report
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

/// Start a sandbox and look at it from the inside.
async fn sandbox(
    report: &mut Report,
    engine: &Arc<DockerEngine>,
    config: &SandboxConfig,
    info: &EngineInfo,
) -> Result<(), SandboxError> {
    let now = now();
    let probes = Sandboxes::new(Arc::clone(engine) as Arc<dyn crate::Engine>, config.clone(), labels::PROBE);
    let lease = format!("{now}-{}", std::process::id());
    let began = Instant::now();
    let made = probes.create(&lease, now.saturating_add(120)).await?;
    let outcome = look(report, &made, began, info).await;
    made.end().await?;
    outcome
}

async fn look(report: &mut Report, made: &Sandbox, began: Instant, info: &EngineInfo) -> Result<(), SandboxError> {
    let up = began.elapsed();
    let state = made.wait_for_engine(Duration::from_secs(30)).await?;
    let engine = began.elapsed();
    let unprivileged = made.hello().await?.unprivileged;
    let detail =
        if unprivileged { "nothing outside the learner's namespaces runs as root" } else { "a process runs as root" };
    report.found("unprivileged", unprivileged, detail, None);
    let nested = made.engine_request(EngineRequest::get("/version"), Limits::default()).await;
    let nested = nested.ok().and_then(|answer| serde_json::from_slice::<serde_json::Value>(&answer.body).ok());
    let nested = nested.as_ref().and_then(|document| document["Version"].as_str()).unwrap_or_default();
    let ready = state == EngineState::Ready && !nested.is_empty();
    let times =
        format!("{} ms to the first terminal, {} ms to the engine's first answer", up.as_millis(), engine.as_millis());
    let remedy = (!ready).then_some("look at /var/log/dockerd.log in a sandbox");
    report.found("sandbox", ready, format!("Docker {nested} inside; {times}"), remedy);
    let network = made
        .run(Program::shell("ip -o link show | grep -cv ': lo:\\|docker0\\|br-\\|veth' ; ip route show default"))
        .await?;
    let alone = network.stdout.trim() == "0";
    report.found("network", alone, if alone { "none leads out of a sandbox" } else { "a sandbox has a way out" }, None);
    let ran =
        made.run(Program::new(["docker", "run", "--rm", "busybox", "true"]).timeout(Duration::from_secs(60))).await?;
    report.found(
        "nested container",
        ran.exit_code == 0,
        ran_detail(&ran),
        (ran.exit_code != 0).then_some(host::remedy(info)),
    );
    if ready && unprivileged && alone && ran.exit_code == 0 {
        report.level = Some(labels::USERNS);
    }
    let level = report.level.is_some();
    let detail = if level {
        "userns: a user namespace of its own under a container without privilege"
    } else {
        "none works here"
    };
    report.found(
        "isolation level",
        level,
        detail,
        (!level).then_some("see what failed above; weaker levels are not offered"),
    );
    Ok(())
}

fn ran_detail(ran: &protocol::Ran) -> String {
    if ran.exit_code == 0 {
        "a container runs in a sandbox, from an image that came with it".to_owned()
    } else {
        format!("`docker run` in a sandbox failed: {}", ran.stderr.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_a_level_is_not_fine() {
        let mut report = Report { level: None, capacity: None, findings: Vec::new() };
        report.found("engine", true, "x", None);
        assert!(!report.ok());
        report.level = Some("userns");
        assert!(report.ok());
        report.found("kernel", false, "x", None);
        assert!(!report.ok());
    }
}
