//! Examining a sandbox: each check in order, looked at only when what it builds on has passed.
//! Serves attempts and `exercise test` alike.

use std::{collections::HashMap, sync::Arc};

use app::api::Looking;
use domain::{
    check::Check,
    evidence::Evidence,
    exercise::ExerciseFile,
    id::{CheckId, ScenarioId},
    judge::{judge_one, waits_for},
    template::Values,
    verdict::{CheckResult, Verdict},
};
use library::Exercise;
use sandbox::{Sandbox, Sandboxes};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use super::{
    Event,
    probes::{self, Look, Preloaded},
    scenario::{self, Ran},
};
use crate::clock::Clock;

/// What is examined.
pub struct Subject<'a> {
    /// The learner's sandbox.
    pub sandbox: &'a Sandbox,
    /// The exercise.
    pub exercise: &'a Exercise,
    /// The lease's secret.
    pub canary: &'a str,
    /// The lease's random word.
    pub nonce: &'a str,
}

/// What was found.
#[derive(Debug)]
pub struct Seen {
    /// The outcome.
    pub verdict: Verdict,
    /// What was seen, by check.
    pub evidence: Vec<CheckEvidence>,
    /// SHA-256 over the archives that were judged, in hexadecimal digits; `None` when none were.
    pub artefact: Option<String>,
}

/// The evidence of one check, as stored.
#[derive(Debug, Serialize)]
pub struct CheckEvidence {
    /// Which check.
    pub check: CheckId,
    /// What was seen.
    pub evidence: Evidence,
}

/// Examines sandboxes; makes the fresh ones that rerun checks need.
pub struct Examiner {
    sandboxes: Sandboxes,
    clock: Arc<dyn Clock>,
    preloaded: OnceCell<Preloaded>,
}

impl Examiner {
    /// An examiner that makes fresh sandboxes here.
    #[must_use]
    pub fn new(sandboxes: Sandboxes, clock: Arc<dyn Clock>) -> Self {
        Self { sandboxes, clock, preloaded: OnceCell::new() }
    }

    /// Look at every check and judge. Total: what cannot be looked at becomes "could not run".
    pub async fn examine(&self, subject: &Subject<'_>, tell: &(dyn Fn(Event) + Sync)) -> Seen {
        let values = Values { canary: subject.canary, nonce: subject.nonce };
        let file = match values.fill_all(&subject.exercise.file) {
            Ok(file) => file,
            Err(error) => {
                tracing::error!(exercise = %subject.exercise.id, %error, "an exercise cannot be filled in");
                subject.exercise.file.clone()
            }
        };
        let mut scenarios: HashMap<ScenarioId, Result<Ran, String>> = HashMap::new();
        let mut results: Vec<CheckResult> = Vec::new();
        let mut evidence = Vec::new();
        let mut artefact = Sha256::new();
        let mut judged_bytes = false;
        for check in &file.check {
            let mut seen = None;
            if waits_for(check, &results).is_none() {
                tell(Event::Looking(Looking { check: check.id.clone() }));
                let look = self.look(subject, &file, check, &mut scenarios).await;
                if let Some(digest) = look.digest {
                    artefact.update(digest);
                    judged_bytes = true;
                }
                seen = Some(look.evidence);
            }
            let result = judge_one(check, &results, seen.as_ref());
            tell(Event::Check(Box::new(result.clone())));
            results.push(result);
            if let Some(seen) = seen {
                evidence.push(CheckEvidence { check: check.id.clone(), evidence: seen });
            }
        }
        for ran in scenarios.into_values().flatten() {
            ran.discard().await;
        }
        let artefact = judged_bytes.then(|| artefact.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        Seen { verdict: Verdict::of(results), evidence, artefact }
    }

    async fn look(
        &self,
        subject: &Subject<'_>,
        file: &ExerciseFile,
        check: &Check,
        scenarios: &mut HashMap<ScenarioId, Result<Ran, String>>,
    ) -> Look {
        let preloaded = match self.preloaded().await {
            Ok(preloaded) => preloaded,
            Err(reason) => return Look::could_not(reason),
        };
        let Some(id) = &check.scenario else {
            return probes::look(subject.sandbox, &check.probe, preloaded, None).await;
        };
        if !scenarios.contains_key(id) {
            let Some(scenario) = file.scenario.iter().find(|scenario| &scenario.id == id) else {
                return Look::could_not(format!("the exercise has no scenario {id}"));
            };
            let ran = scenario::run(&self.sandboxes, self.clock.now(), subject.sandbox, scenario).await;
            scenarios.insert(id.clone(), ran);
        }
        match scenarios.get(id) {
            Some(Ok(ran)) => match &ran.missing {
                Some(reason) => Look::invalid(reason.clone()),
                None => probes::look(&ran.sandbox, &check.probe, preloaded, Some(ran)).await,
            },
            Some(Err(reason)) => Look::could_not(reason.clone()),
            None => Look::could_not("the scenario was not run".to_owned()),
        }
    }

    /// Images that every sandbox comes with, from one that no learner has touched; asked for once.
    async fn preloaded(&self) -> Result<&Preloaded, String> {
        self.preloaded
            .get_or_try_init(|| async {
                let fresh = scenario::fresh(&self.sandboxes, self.clock.now()).await?;
                let preloaded = Preloaded::of(&fresh).await;
                scenario::discard(&fresh).await;
                preloaded
            })
            .await
    }
}
