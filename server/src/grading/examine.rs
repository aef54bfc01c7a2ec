//! Examining a sandbox: each check in order, looked at only when what it builds on has passed.
//! Serves attempts and `exercise test` alike. Invariant: one name means one image in all checks of an attempt.

use std::{collections::HashMap, sync::Arc};

use app::api::Looking;
use domain::{
    check::Check,
    exercise::ExerciseFile,
    id::ScenarioId,
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

use super::{
    Event, SCENARIO_PREFIX,
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
}

/// What was learnt on the way through the checks of one attempt.
#[derive(Default)]
struct Known {
    scenarios: HashMap<ScenarioId, Result<Ran, String>>,
    /// Ids by the names that images were asked for.
    images: HashMap<String, String>,
}

impl Examiner {
    /// An examiner that makes fresh sandboxes here.
    #[must_use]
    pub fn new(sandboxes: Sandboxes, clock: Arc<dyn Clock>) -> Self {
        Self { sandboxes, clock, prefix: SCENARIO_PREFIX.to_owned(), preloaded: OnceCell::new() }
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
                let look = known.same_images(look);
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
            return probes::look(subject.sandbox, &check.probe, preloaded, None).await;
        };
        if !known.scenarios.contains_key(id) {
            let Some(scenario) = file.scenario.iter().find(|scenario| &scenario.id == id) else {
                return Look::could_not(format!("the exercise has no scenario {id}"));
            };
            let maker = scenario::Maker { sandboxes: &self.sandboxes, prefix: &self.prefix, now: self.clock.now() };
            let ran = scenario::run(&maker, subject.sandbox, scenario).await;
            known.scenarios.insert(id.clone(), ran);
        }
        match known.scenarios.get(id) {
            Some(Ok(ran)) => match &ran.missing {
                Some(reason) => Look::invalid(reason.clone()),
                None => {
                    let mut look = probes::look(&ran.sandbox, &check.probe, preloaded, Some(ran)).await;
                    // What is looked at there may bear the same names; the images that came from the learner count.
                    look.images.clone_from(&ran.images);
                    look
                }
            },
            Some(Err(reason)) => Look::could_not(reason.clone()),
            None => Look::could_not("the scenario was not run".to_owned()),
        }
    }

    /// Images that every sandbox comes with, from one that no learner has touched; asked for once.
    async fn preloaded(&self) -> Result<&Preloaded, String> {
        self.preloaded
            .get_or_try_init(|| async {
                let maker = scenario::Maker { sandboxes: &self.sandboxes, prefix: &self.prefix, now: self.clock.now() };
                let fresh = maker.fresh().await?;
                let preloaded = Preloaded::of(&fresh).await;
                scenario::discard(&fresh).await;
                preloaded
            })
            .await
    }
}

impl Known {
    /// The look, unless an image it was made on is another than one of the same name in an earlier look: whoever
    /// shows one image to one check and another to the next must not pass.
    fn same_images(&mut self, look: Look) -> Look {
        for (name, id) in &look.images {
            let first = self.images.entry(name.clone()).or_insert_with(|| id.clone());
            if first != id {
                return Look::invalid(format!("the image {name} changed while it was being checked"));
            }
        }
        look
    }
}

#[cfg(test)]
mod tests {
    use domain::evidence::Evidence;

    use super::*;

    #[test]
    fn one_name_means_one_image() {
        let look = |id: &str| {
            let images = vec![("app:flat".to_owned(), id.to_owned())];
            Look { evidence: Evidence::Seen { facts: serde_json::json!({}) }, digest: None, images }
        };
        let mut known = Known::default();
        for (id, seen) in [("sha256:a", true), ("sha256:a", true), ("sha256:b", false), ("sha256:a", true)] {
            let look = known.same_images(look(id));
            assert_eq!(matches!(look.evidence, Evidence::Seen { .. }), seen, "{id}");
        }
    }
}
