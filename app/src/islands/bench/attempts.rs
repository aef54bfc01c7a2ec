//! Check, and the results as they come.
//! Invariant: one attempt at a time; its stream is closed once there is a verdict, and comes back until then.

use std::time::Duration;

use domain::{
    attempt::{Attempt, AttemptState},
    id::AttemptId,
    verdict::{CheckResult, Verdict},
};
use leptos::{prelude::*, task::spawn_local};

use super::Bench;
use crate::{
    api::{Looking, Problem, Warning},
    desk::Grading,
    islands::browser::{self, Events},
};

/// Before an attempt is asked for again.
const AGAIN: Duration = Duration::from_secs(2);

impl Bench {
    /// Asks for what the learner made to be judged.
    pub(in crate::islands) fn check(self) {
        let Some(path) = self.lease_path("/attempts") else { return };
        if self.grading.read_untracked().running {
            return;
        }
        self.check_problem.set(None);
        let before = self.grading.get_untracked();
        self.grading.set(Grading::begin(None));
        spawn_local(async move {
            // What is graded is in the sandbox.
            self.flush().await;
            match browser::call::<Attempt>("POST", &path, None::<&()>).await {
                Ok(attempt) => self.watch(attempt),
                Err(problem) => {
                    self.grading.set(before);
                    self.check_problem.set(Some(problem));
                }
            }
        });
    }

    /// Takes up an attempt that was being graded when the page was made.
    pub(in crate::islands) fn watch(self, attempt: Attempt) {
        let id = attempt.id.clone();
        self.grading.set(Grading::begin(Some(id.clone())));
        self.attempts.update(|attempts| {
            attempts.retain(|known| known.id != attempt.id);
            attempts.insert(0, attempt);
        });
        self.listen(id);
    }

    /// Opens an attempt's stream, which tells everything from the beginning.
    fn listen(self, id: AttemptId) {
        let (refused, given_up) = (id.clone(), id.clone());
        let events = Events::open(&format!("/api/attempts/{id}/events")).map(|events| {
            events
                .on::<Looking>("looking", move |looking| self.grading.update(|grading| grading.look(looking.check)))
                .on::<CheckResult>("check", move |result| self.grading.update(|grading| grading.take(result)))
                .on::<Verdict>("verdict", move |verdict| self.finish(&id, verdict))
                .on::<Warning>("abandoned", move |warning| {
                    let (error, detail, next) = ("abandoned".to_owned(), warning.message, String::new());
                    self.give_up(&given_up, Problem { error, detail, next });
                })
                .on_refused(move || self.ask_later(refused.clone()))
        });
        if events.is_none() {
            self.grading.update(Grading::abandon);
        }
        self.attempt_events.set_value(events);
    }

    fn finish(self, id: &AttemptId, verdict: Verdict) {
        self.attempts.update(|attempts| {
            if let Some(attempt) = attempts.iter_mut().find(|attempt| attempt.id == *id) {
                attempt.state = AttemptState::Graded;
                attempt.graded_at = Some(browser::now());
                attempt.verdict = Some(verdict.clone());
            }
        });
        self.grading.update(|grading| grading.finish(verdict));
        browser::announce(&self.grading.read_untracked().words());
        self.hang_up();
        spawn_local(self.learn_what_is_kept());
    }

    /// Which attempts can be gone back to: the latest, and of the earlier ones as many as are kept.
    async fn learn_what_is_kept(self) {
        let Some(exercise) = self.exercise.get_untracked() else { return };
        let path = format!("/api/exercises/{exercise}/attempts");
        // What is offered in vain otherwise is refused with a sentence.
        if let Ok(known) = browser::call::<Vec<Attempt>>("GET", &path, None::<&()>).await {
            self.attempts.update(|attempts| {
                for attempt in attempts {
                    attempt.kept = known.iter().any(|one| one.id == attempt.id && one.kept);
                }
            });
        }
    }

    /// There will be no verdict.
    fn give_up(self, id: &AttemptId, problem: Problem) {
        self.attempts.update(|attempts| {
            if let Some(attempt) = attempts.iter_mut().find(|attempt| attempt.id == *id) {
                attempt.state = AttemptState::Abandoned;
            }
        });
        self.grading.update(Grading::abandon);
        self.check_problem.set(Some(problem));
        self.hang_up();
    }

    /// The stream was refused, because the attempt is over or the server is away.
    fn ask_later(self, id: AttemptId) {
        set_timeout(move || self.ask_for(id), AGAIN);
    }

    /// What became of the attempt?
    fn ask_for(self, id: AttemptId) {
        if self.grading.read_untracked().attempt.as_ref() != Some(&id) {
            return;
        }
        spawn_local(async move {
            let answer = browser::call::<Attempt>("GET", &format!("/api/attempts/{id}"), None::<&()>).await;
            match answer {
                Ok(Attempt { verdict: Some(verdict), .. }) => self.finish(&id, verdict),
                Ok(Attempt { state: AttemptState::Running, .. }) => self.listen(id),
                Ok(_) => {
                    let detail = "This check was given up.".to_owned();
                    let next = "Press Check once more.".to_owned();
                    self.give_up(&id, Problem { error: "abandoned".to_owned(), detail, next });
                }
                Err(problem) if problem.error == "not_found" => self.give_up(&id, problem),
                Err(_) => self.ask_later(id),
            }
        });
    }

    fn hang_up(self) {
        // Not at once: this may run within one of the stream's own callbacks.
        set_timeout(move || self.attempt_events.set_value(None), Duration::ZERO);
    }
}
