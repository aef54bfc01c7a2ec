//! One level tried out: a sandbox of it is started, looked at from the inside and used.
//! Invariant: the sandbox is gone afterwards, whatever was found.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{exercise::Need, lease::IsolationLevel};
use protocol::EngineState;

use super::{Finding, chain, needs};
use crate::{
    Engine, EngineRequest, Limits, Offer, Program, Sandbox, SandboxConfig, SandboxError, Sandboxes, labels, time::now,
};

/// The sandbox ends by itself after so long, seconds.
const LIFE: i64 = 600;
/// Why limits do not hold where that is known without looking into a container.
const VERSION_1: &str =
    "they are recorded, for this host's control groups are of version 1, which cannot be handed on to a sandbox";
/// For its engine to come up in.
const ENGINE: Duration = Duration::from_secs(60);

/// What came of it.
pub(super) struct Attempt {
    /// What sandboxes of the level offer; or why none can be had, a part of a sentence.
    pub(super) offer: Result<Offer, String>,
    /// What was seen on the way.
    pub(super) findings: Vec<Finding>,
}

/// Try a level.
///
/// # Errors
/// When the engine is away: then nothing was found out.
pub(super) async fn attempt(
    engine: &Arc<dyn Engine>,
    config: &SandboxConfig,
    level: IsolationLevel,
) -> Result<Attempt, SandboxError> {
    let now = now();
    let probes = Sandboxes::new(Arc::clone(engine), config.clone(), labels::PROBE);
    let name = format!("{}-{now}-{}", level.as_str(), std::process::id());
    let began = Instant::now();
    let made = match probes.create_at(level, &name, now.saturating_add(LIFE)).await {
        Ok(made) => made,
        Err(error) => return failed(error, Vec::new()),
    };
    let mut findings = Vec::new();
    let outcome = look(&made, began, &mut findings).await;
    made.end().await?;
    match outcome {
        Ok(mut lacks) => {
            if let Some(why) = lacks.get_mut(&Need::Limits)
                && level == IsolationLevel::Userns
                && engine.known().await?.cgroup_version == 1
            {
                VERSION_1.clone_into(why);
            }
            Ok(Attempt { offer: Ok(Offer { level, lacks }), findings })
        }
        Err(Unusable::Unfit(why)) => Ok(Attempt { offer: Err(why), findings }),
        Err(Unusable::Failed(error)) => failed(error, findings),
    }
}

/// Why a sandbox that was made cannot be used.
enum Unusable {
    /// It must not be, or is of no use: what was found.
    Unfit(String),
    /// It failed on the way.
    Failed(SandboxError),
}

impl From<SandboxError> for Unusable {
    fn from(error: SandboxError) -> Self {
        Self::Failed(error)
    }
}

fn failed(error: SandboxError, findings: Vec<Finding>) -> Result<Attempt, SandboxError> {
    match error {
        SandboxError::Engine(error) if error.is_outage() || error.is_full() => Err(error.into()),
        SandboxError::Engine(error @ crate::EngineError::NotPrepared) => Err(error.into()),
        other => {
            let why = chain(&other).split_whitespace().collect::<Vec<_>>().join(" ");
            Ok(Attempt { offer: Err(why), findings })
        }
    }
}

/// What it cannot do, with the reasons.
async fn look(made: &Sandbox, began: Instant, findings: &mut Vec<Finding>) -> Result<BTreeMap<Need, String>, Unusable> {
    let mut found = |name, ok, detail: String| {
        findings.push(Finding::new(name, ok, detail.clone(), None));
        if ok { Ok(()) } else { Err(Unusable::Unfit(detail)) }
    };
    let up = began.elapsed();
    let unprivileged = made.hello().await?.unprivileged;
    let detail =
        if unprivileged { "nothing outside the learner's namespaces runs as root" } else { "a process runs as root" };
    found("unprivileged", unprivileged, detail.to_owned())?;
    let links = "ip -o link show | grep -cv ': lo:\\|docker0\\|br-\\|veth' ; ip route show default";
    let alone = made.run(Program::shell(links)).await?.stdout.trim() == "0";
    let detail = if alone { "none leads out of a sandbox" } else { "a sandbox has a way out" };
    found("network", alone, detail.to_owned())?;
    let state = made.wait_for_engine(ENGINE).await?;
    let took = began.elapsed();
    let nested = made.engine_request(EngineRequest::get("/version"), Limits::default()).await;
    let nested = nested.ok().and_then(|answer| serde_json::from_slice::<serde_json::Value>(&answer.body).ok());
    let nested = nested.as_ref().and_then(|document| document["Version"].as_str()).unwrap_or_default();
    if state != EngineState::Ready || nested.is_empty() {
        let log = made.run(Program::shell("grep -h level=fatal /var/log/dockerd.log /var/log/containerd.log | tail -n 1; tail -n 1 /var/log/dockerd.log")).await?;
        let last = log.stdout.lines().next().unwrap_or_default();
        found("sandbox", false, format!("the engine inside does not start: {last}"))?;
    }
    let times =
        format!("{} ms to the first terminal, {} ms to the engine's first answer", up.as_millis(), took.as_millis());
    found("sandbox", true, format!("Docker {nested} inside; {times}"))?;
    Ok(needs::lacking(made).await?)
}
