//! Examining a sandbox: each check in order, looked at only when what it builds on has passed.
//! Serves attempts and `exercise test` alike. Invariant: a scenario is run at most once, and only for a check that is
//! looked at.

use std::sync::Arc;

use app::api::Looking;
use domain::{
    check::{Check, Host},
    exercise::ExerciseFile,
    judge::{judge_one, waits_for},
    probe::Probe,
    regrade,
    template::Values,
    verdict::{CheckResult, Verdict},
};
use library::Exercise;
use sandbox::{Sandbox, Sandboxes};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;

use super::{
    Event, SCENARIO_PREFIX,
    fresh::Maker,
    known::Known,
    probes::{self, Look, Preloaded},
    scenario::{self, Ran},
};
use crate::{clock::Clock, random};

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
    pub evidence: Vec<regrade::Seen>,
    /// SHA-256 over the archives that were judged, in hexadecimal digits; `None` when none were.
    pub artefact: Option<String>,
    /// The attempt's own random word.
    pub fresh: String,
}

/// Examines sandboxes; makes the fresh ones that rerun checks need.
pub struct Examiner {
    sandboxes: Sandboxes,
    clock: Arc<dyn Clock>,
    prefix: String,
    preloaded: OnceCell<Preloaded>,
    tasks: TaskTracker,
}

impl Examiner {
    /// An examiner that makes fresh sandboxes here.
    #[must_use]
    pub fn new(sandboxes: Sandboxes, clock: Arc<dyn Clock>) -> Self {
        let (prefix, preloaded) = (SCENARIO_PREFIX.to_owned(), OnceCell::new());
        Self { sandboxes, clock, prefix, preloaded, tasks: TaskTracker::new() }
    }

    /// The same, with fresh sandboxes that are made and ended in these tasks.
    #[must_use]
    pub fn with_tasks(self, tasks: TaskTracker) -> Self {
        Self { tasks, ..self }
    }

    /// The same, with leases of fresh sandboxes that begin with this, by which they are found again.
    #[must_use]
    pub fn with_prefix(self, prefix: String) -> Self {
        Self { prefix, ..self }
    }

    /// Look at every check and judge. Total: what cannot be looked at becomes "could not run".
    pub async fn examine(&self, subject: &Subject<'_>, tell: &(dyn Fn(Event) + Sync)) -> Seen {
        let fresh = random::nonce();
        let values = Values { canary: subject.canary, nonce: subject.nonce, fresh: Some(&fresh) };
        let file = match values.fill_all(&subject.exercise.file) {
            Ok(file) => file,
            Err(error) => {
                tracing::error!(exercise = %subject.exercise.id, %error, "an exercise cannot be filled in");
                subject.exercise.file.clone()
            }
        };
        let mut known = Known::default();
        let mut results: Vec<CheckResult> = Vec::new();
        let mut evidence = Vec::new();
        let mut artefact = Sha256::new();
        let mut judged_bytes = false;
        for check in &file.check {
            let mut seen = None;
            if waits_for(check, &results).is_none() {
                tell(Event::Looking(Looking { check: check.id.clone() }));
                let look = self.look(subject, &file, check, &mut known).await;
                let look = known.agreeing(look);
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
                evidence.push(regrade::Seen::new(&file, check, seen));
            }
        }
        // At the same time: removing one takes the engine most of a second.
        futures::future::join_all(known.scenarios.into_values().flatten().map(Ran::discard)).await;
        let artefact = judged_bytes.then(|| artefact.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        Seen { verdict: Verdict::of(results), evidence, artefact, fresh }
    }

    async fn look(&self, subject: &Subject<'_>, file: &ExerciseFile, check: &Check, known: &mut Known) -> Look {
        let nothing = Preloaded::default();
        let preloaded = match &check.probe {
            Probe::Images {} | Probe::SecretSearch { images: None, .. } => match self.preloaded().await {
                Ok(preloaded) => preloaded,
                Err(reason) => return Look::could_not(reason),
            },
            _ => &nothing,
        };
        let Some(id) = &check.scenario else {
            return look_at(subject.sandbox, check, preloaded).await;
        };
        if !known.scenarios.contains_key(id) {
            let Some(scenario) = file.scenario.iter().find(|scenario| &scenario.id == id) else {
                return Look::could_not(format!("the exercise has no scenario {id}"));
            };
            let ran = scenario::run(&self.maker(), subject.sandbox, scenario).await;
            known.scenarios.insert(id.clone(), ran);
        }
        match known.scenarios.get(id) {
            Some(Ok(ran)) => match &ran.missing {
                Some(reason) => Look::invalid(reason.clone()),
                None => {
                    let mut look = probes::look(&ran.sandbox, &check.probe, preloaded, Some(ran)).await;
                    // What is looked at there may bear the same names; the images that came from the learner count.
                    look.images = ran.images.iter().map(|(name, id)| (name.clone(), Some(id.clone()))).collect();
                    look.all = None;
                    look
                }
            },
            Some(Err(reason)) => Look::could_not(reason.clone()),
            None => Look::could_not("the scenario was not run".to_owned()),
        }
    }

    fn maker(&self) -> Maker {
        Maker {
            sandboxes: self.sandboxes.clone(),
            prefix: self.prefix.clone(),
            now: self.clock.now(),
            tasks: self.tasks.clone(),
        }
    }

    /// Images that every sandbox comes with, from one that no learner has touched; asked for once.
    async fn preloaded(&self) -> Result<&Preloaded, String> {
        self.preloaded
            .get_or_try_init(|| async {
                let fresh = self.maker().fresh().await?;
                let preloaded = Preloaded::of(&fresh).await;
                fresh.discard().await;
                preloaded.map_err(|error| {
                    tracing::error!(error = &error as &dyn std::error::Error, "the preloaded images are not known");
                    "a fresh sandbox did not tell its images".to_owned()
                })
            })
            .await
    }
}

/// Look at the learner's own sandbox, on the host that the check names.
async fn look_at(sandbox: &Sandbox, check: &Check, preloaded: &Preloaded) -> Look {
    if check.on == Host::First {
        return probes::look(sandbox, &check.probe, preloaded, None).await;
    }
    // One that the learner has ended is there again, with nothing on it.
    if let Err(error) = sandbox.add_host().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "there is no second host to look at");
        return Look::could_not(format!("the second host could not be reached: {error}"));
    }
    let mut look = probes::look(&sandbox.on(Host::Second), &check.probe, preloaded, None).await;
    // Its images may bear the names of the first one's.
    look.images.clear();
    look.all = None;
    look
}
