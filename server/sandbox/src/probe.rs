//! What this host can do: a probe sandbox is started and looked at, and each finding says what to do about it.
//! Invariant: a level is named only when a sandbox of that level was really started just now.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use protocol::EngineState;
use serde::Serialize;

use crate::{
    DockerEngine, Engine as _, EngineInfo, EngineRequest, Limits, Program, Sandbox, SandboxConfig, SandboxError,
    Sandboxes, labels, prepare,
};

/// Before the kernel and its overlay could be mounted without privilege, and on a tmpfs.
const LEAST_KERNEL: (u32, u32) = (5, 11);
const TMPFS_KERNEL: (u32, u32) = (6, 6);

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Short name, stable.
    pub name: &'static str,
    /// It is as it should be.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do when it is not as it should be, or could be better.
    pub remedy: Option<String>,
}

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
        self.findings.push(Finding { name, ok, detail: detail.into(), remedy: remedy.map(str::to_owned) });
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
            let remedy = "start a Docker engine (`setup/engine.sh start`), or name its address in the settings";
            report.found("engine", false, chain(&error), Some(remedy));
            return report;
        }
    };
    host(&mut report, &info, config);
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
        report.found("sandbox", false, chain(&error), Some(remedy_for(&info)));
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

fn remedy_for(info: &EngineInfo) -> &'static str {
    if info.apparmor {
        "the host may restrict user namespaces: `sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
    } else {
        "the host must allow user namespaces: `sysctl user.max_user_namespaces`, kernel 5.11 or later"
    }
}

/// Facts that the engine tells.
fn host(report: &mut Report, info: &EngineInfo, config: &SandboxConfig) {
    let detail = format!(
        "Docker {} with {}, {} processors, {} MiB",
        info.version, info.storage_driver, info.cpus, info.memory_mib
    );
    let old = version(&info.version) < (20, 10);
    report.found("engine", !old, detail, old.then_some("Docker 20.10 or later is needed"));
    let kernel = version(&info.kernel);
    let (ok, remedy) = match kernel {
        kernel if kernel < LEAST_KERNEL => (false, Some("kernel 5.11 or later is needed")),
        kernel if kernel < TMPFS_KERNEL => (false, Some("kernel 6.6 or later is needed for overlays on a tmpfs")),
        _ => (true, None),
    };
    report.found("kernel", ok, info.kernel.clone(), remedy);
    let outer: Vec<&str> =
        [("memory", info.limits_memory), ("processes", info.limits_pids), ("processors", info.limits_cpu)]
            .into_iter()
            .filter_map(|(name, holds)| (!holds).then_some(name))
            .collect();
    let remedy =
        "the engine cannot limit these on this host; switch the controllers on (swap accounting: `swapaccount=1`)";
    if outer.is_empty() {
        report.found("limits", true, "memory, processes and processors of a sandbox are limited", None);
    } else {
        report.found("limits", false, format!("not limited: {}", outer.join(", ")), Some(remedy));
    }
    let nested = "limits that a learner sets on a container inside are recorded, not enforced";
    report.found("cgroups", true, format!("version {}: {nested}", info.cgroup_version), None);
    let confined = match (info.apparmor, info.selinux) {
        (true, _) => "AppArmor is on; sandboxes run unconfined by it, for they must mount",
        (_, true) => "SELinux is on; sandboxes run without a label of their own",
        _ => "neither AppArmor nor SELinux",
    };
    report.found("security modules", true, confined, None);
    let fits = config.fits(info.memory_mib);
    report.capacity = Some(fits);
    let detail = format!(
        "{fits} sandboxes in {} MiB of memory, each counted as a quarter of its limit of {} MiB",
        info.memory_mib, config.memory_mib
    );
    report.found("capacity", fits > 0, detail, (fits == 0).then_some("the host has too little memory"));
}

fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Start a sandbox and look at it from the inside.
async fn sandbox(
    report: &mut Report,
    engine: &Arc<DockerEngine>,
    config: &SandboxConfig,
    info: &EngineInfo,
) -> Result<(), SandboxError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let probes = Sandboxes::new(Arc::clone(engine) as Arc<dyn crate::Engine>, config.clone(), "probe");
    let lease = format!("{now}-{}", std::process::id());
    let began = Instant::now();
    let made = probes.create(&lease, i64::try_from(now).unwrap_or(i64::MAX).saturating_add(120)).await?;
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
        (ran.exit_code != 0).then_some(remedy_for(info)),
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
    fn versions_are_read_from_what_kernels_and_engines_call_themselves() {
        assert_eq!(version("6.18.44-fc-v595"), (6, 18));
        assert_eq!(version("20.10.24+dfsg1"), (20, 10));
        assert_eq!(version("28.2.2"), (28, 2));
        assert_eq!(version(""), (0, 0));
    }

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
