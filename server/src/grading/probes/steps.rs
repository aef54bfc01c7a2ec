//! What happened in a scenario: its steps, and scripts run after them.

use std::time::Duration;

use sandbox::{Program, Ran as ProgramRan, Sandbox};
use serde_json::{Value, json};

use super::{super::scenario::Ran, Look, ProbeError};

pub(super) fn step(ran: Option<&Ran>, id: &str) -> Value {
    match ran.and_then(|ran| ran.steps.iter().find(|step| step.id == id)) {
        Some(step) => {
            let mut facts = facts(&step.ran);
            facts["ran"] = Value::Bool(true);
            facts
        }
        // An earlier step failed.
        None => json!({"ran": false}),
    }
}

pub(super) async fn script(sandbox: &Sandbox, script: &str, timeout_seconds: u32) -> Result<Look, ProbeError> {
    let limit = Duration::from_secs(u64::from(timeout_seconds.min(60)));
    let ran = sandbox.run(Program::shell(script).timeout(limit)).await?;
    let mut facts = facts(&ran);
    if let Ok(document) = serde_json::from_str::<Value>(&ran.stdout) {
        facts["json"] = document;
    }
    Ok(Look::seen(facts))
}

fn facts(ran: &ProgramRan) -> Value {
    json!({"exit_code": ran.exit_code, "stdout": ran.stdout, "stderr": ran.stderr, "timed_out": ran.timed_out})
}
