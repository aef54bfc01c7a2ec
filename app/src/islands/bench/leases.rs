//! Start, extend, reset and end a sandbox, and follow what becomes of it.
//! Invariant: while a lease is alive there is one stream of its events, and none otherwise.

use std::time::Duration;

use domain::{
    id::{AttemptId, LeaseId},
    lease::LeaseState,
};
use leptos::{prelude::*, task::spawn_local};

use super::Bench;
use crate::{
    api::{Lease, NewLease, Problem, Warning},
    islands::browser::{self, Events},
};

/// Before a lease whose stream was refused is asked for.
const AGAIN: Duration = Duration::from_secs(3);

impl Bench {
    /// Asks for a sandbox, or for the living one.
    pub(in crate::islands) fn start(self) {
        self.warning.set(None);
        self.press();
        let body = NewLease { exercise: self.exercise.get_untracked() };
        self.ask(async move { browser::call("POST", "/api/leases", Some(&body)).await }, true);
    }

    /// What was pressed goes; the part around it keeps the focus for what comes in its place.
    fn press(self) {
        self.pressed.set_value(true);
        browser::hold_focus();
    }

    /// Asks for more time.
    pub(in crate::islands) fn extend(self) {
        let Some(path) = self.lease_path("/extend").filter(|_| !self.asking.get_untracked()) else { return };
        self.warning.set(None);
        self.ask(async move { browser::call("POST", &path, None::<&()>).await }, false);
    }

    /// Asks for a new sandbox in place of this one.
    pub(in crate::islands) fn reset(self) {
        let Some(path) = self.lease_path("/reset") else { return };
        self.warning.set(None);
        self.press();
        self.leave(true);
        self.ask(async move { browser::call("POST", &path, None::<&()>).await }, true);
    }

    /// Asks for a new sandbox with the files as they were at an attempt.
    pub(in crate::islands) fn go_back(self, attempt: &AttemptId) {
        let path = format!("/api/attempts/{attempt}/back");
        self.warning.set(None);
        self.pressed.set_value(true);
        browser::hold_focus_at(".workbench");
        self.leave(true);
        self.ask(async move { browser::call("POST", &path, None::<&()>).await }, true);
    }

    /// Ends the sandbox.
    pub(in crate::islands) fn end(self) {
        let Some(lease) = self.lease.get_untracked() else { return };
        self.ending.set(true);
        self.press();
        spawn_local(async move {
            // What is kept for the next time is in the sandbox.
            self.flush().await;
            self.leave(true);
            let ended = browser::send("DELETE", &format!("/api/leases/{}", lease.id)).await;
            self.ending.set(false);
            self.leave(false);
            match ended {
                Ok(()) => {
                    let kept = if lease.exercise.is_some() { " Your files are kept for the next time." } else { "" };
                    self.over(&lease.id, format!("You ended it.{kept}"));
                }
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
    }

    /// A lease has ended; the page's may be a newer one.
    fn over(self, id: &LeaseId, reason: String) {
        if self.is_of(id) {
            // Once: what comes in its place may have the focus already.
            if self.is_living(id) {
                browser::hold_focus();
            }
            self.lease.update(|lease| {
                if let Some(lease) = lease {
                    lease.state = LeaseState::Ended;
                    lease.end_reason = Some(reason);
                }
            });
            self.hang_up_on(id.clone());
        }
    }

    /// The page's lease is this one.
    fn is_of(self, id: &LeaseId) -> bool {
        self.lease.with_untracked(|lease| lease.as_ref().is_some_and(|lease| lease.id == *id))
    }

    /// The page's lease is this one, and as far as the page knows it lives.
    fn is_living(self, id: &LeaseId) -> bool {
        let living = |lease: &Lease| lease.id == *id && lease.state != LeaseState::Ended;
        self.lease.with_untracked(|lease| lease.as_ref().is_some_and(living))
    }

    /// Takes up a lease that was living when the page was made.
    pub(in crate::islands) fn resume(self, lease: Lease) {
        if lease.state != LeaseState::Ended {
            self.follow(&lease);
            self.lease.set(Some(lease));
        }
    }

    fn ask(self, request: impl Future<Output = Result<Lease, Problem>> + 'static, anew: bool) {
        self.asking.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = request.await;
            self.asking.set(false);
            self.leave(false);
            match answer {
                Ok(lease) => {
                    if anew {
                        self.generation.update(|generation| *generation += 1);
                    } else if !lease.may_extend {
                        browser::hold_focus_of(".more-time");
                    }
                    self.follow(&lease);
                    self.lease.set(Some(lease));
                }
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
    }

    fn follow(self, lease: &Lease) {
        let url = format!("/api/leases/{}/events", lease.id);
        let (ended, refused) = (lease.id.clone(), lease.id.clone());
        let events = Events::open(&url).map(|events| {
            events
                .on::<Lease>("lease", move |lease| {
                    let over = lease.state == LeaseState::Ended;
                    if over && self.is_living(&lease.id) {
                        browser::hold_focus();
                    }
                    self.lease.set(Some(lease));
                    if over {
                        self.hang_up_on(ended.clone());
                    }
                })
                .on::<Warning>("warning", move |warning| self.warning.set(Some(warning.message)))
                .on_refused(move || self.look_later(refused.clone()))
        });
        self.lease_events.set_value(events);
    }

    fn hang_up_on(self, id: LeaseId) {
        // Not at once: this may run within one of the stream's own callbacks.
        let hang_up = move || {
            if self.is_of(&id) {
                self.lease_events.set_value(None);
            }
        };
        set_timeout(hang_up, Duration::ZERO);
    }

    /// The stream was refused, because the lease is gone or the server is away.
    fn look_later(self, id: LeaseId) {
        let look = move || {
            if self.is_living(&id) {
                spawn_local(self.look(id));
            }
        };
        set_timeout(look, AGAIN);
    }

    /// What became of the lease? A living one is followed again.
    async fn look(self, id: LeaseId) {
        let answer = browser::call::<Lease>("GET", &format!("/api/leases/{id}"), None::<&()>).await;
        if !self.is_living(&id) {
            return;
        }
        match answer {
            Ok(lease) => {
                if lease.state != LeaseState::Ended {
                    self.follow(&lease);
                }
                self.lease.set(Some(lease));
            }
            Err(problem) if problem.error == "not_found" => self.over(&id, "The sandbox is gone.".to_owned()),
            Err(_) => self.look_later(id),
        }
    }
}
