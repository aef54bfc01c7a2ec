//! An image's config document.
//! Invariant: keys are read as the engine writes them; a key that differs only in case is refused, for the engine would
//! read it too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::{
    Invalid,
    document::shaped,
    facts::{ConfigFacts, HistoryFacts},
    invalid::quoted,
};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    config: Option<Running>,
    #[serde(default)]
    history: Option<Vec<Line>>,
    rootfs: RootFs,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Running {
    user: Option<String>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    env: Option<Vec<String>>,
    working_dir: Option<String>,
    exposed_ports: Option<BTreeMap<String, Value>>,
    labels: Option<BTreeMap<String, String>>,
    healthcheck: Value,
    stop_signal: Option<String>,
    volumes: Option<BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    created_by: Option<String>,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    empty_layer: bool,
}

#[derive(Deserialize)]
struct RootFs {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    diff_ids: Option<Vec<String>>,
}

/// A config document's parts.
pub(crate) struct Read {
    pub(crate) config: ConfigFacts,
    pub(crate) history: Vec<HistoryFacts>,
    pub(crate) diff_ids: Vec<String>,
}

const KEYS: [&str; 3] = ["config", "history", "rootfs"];
const RUNNING_KEYS: [&str; 10] = [
    "User",
    "Entrypoint",
    "Cmd",
    "Env",
    "WorkingDir",
    "ExposedPorts",
    "Labels",
    "Healthcheck",
    "StopSignal",
    "Volumes",
];

/// Read a config document.
pub(crate) fn read(value: &Value, name: &str) -> Result<Read, Invalid> {
    exact(value, &KEYS)?;
    exact(&value["config"], &RUNNING_KEYS)?;
    exact(&value["rootfs"], &["type", "diff_ids"])?;
    let document: Document = shaped(value, name)?;
    if document.rootfs.kind != "layers" {
        return Err(Invalid::new(format!(
            "{} has a root file system of the unknown type {}",
            quoted(name),
            quoted(&document.rootfs.kind)
        )));
    }
    let running = document.config.unwrap_or_default();
    let env = running.env.unwrap_or_default();
    let history = document.history.unwrap_or_default().into_iter().map(|line| HistoryFacts {
        created_by: line.created_by.unwrap_or_default(),
        comment: line.comment.filter(|comment| !comment.is_empty()),
        empty_layer: line.empty_layer,
    });
    Ok(Read {
        config: ConfigFacts {
            user: running.user.unwrap_or_default(),
            entrypoint: running.entrypoint,
            cmd: running.cmd,
            env: env
                .iter()
                .map(|line| line.split_once('=').unwrap_or((line, "")))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            working_dir: running.working_dir.unwrap_or_default(),
            exposed_ports: running.exposed_ports.unwrap_or_default().into_keys().collect(),
            labels: running.labels.unwrap_or_default(),
            healthcheck: running.healthcheck,
            stop_signal: running.stop_signal.filter(|signal| !signal.is_empty()),
            volumes: running.volumes.unwrap_or_default().into_keys().collect(),
        },
        history: history.collect(),
        diff_ids: document.rootfs.diff_ids.unwrap_or_default(),
    })
}

fn exact(value: &Value, known: &[&str]) -> Result<(), Invalid> {
    let Some(object) = value.as_object() else { return Ok(()) };
    for key in object.keys() {
        if known.iter().any(|known| known.eq_ignore_ascii_case(key) && known != key) {
            return Err(Invalid::new(format!("its config has the ambiguous key {}", quoted(key))));
        }
    }
    Ok(())
}
