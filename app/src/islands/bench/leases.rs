//! Start, extend, reset and end a sandbox, and follow what becomes of it.
//! Invariant: while a lease is alive there is one stream of its events, and none otherwise.

use domain::lease::LeaseState;
use leptos::{prelude::*, task::spawn_local};

use super::Bench;
use crate::{
    api::{Lease, NewLease, Problem, Warning},
    islands::browser::{self, Events},
};

impl Bench {
    /// Asks for a sandbox, or for the living one.
    pub(in crate::islands) fn start(self) {
        let body = NewLease { exercise: self.exercise.get_untracked() };
        self.ask(async move { browser::call("POST", "/api/leases", Some(&body)).await }, true);
    }

    /// Asks for more time.
    pub(in crate::islands) fn extend(self) {
        let Some(path) = self.lease_path("/extend") else { return };
        self.warning.set(None);
        self.ask(async move { browser::call("POST", &path, None::<&()>).await }, false);
    }

    /// Asks for a new sandbox in place of this one.
    pub(in crate::islands) fn reset(self) {
        let Some(path) = self.lease_path("/reset") else { return };
        self.warning.set(None);
        self.ask(async move { browser::call("POST", &path, None::<&()>).await }, true);
    }

    /// Ends the sandbox.
    pub(in crate::islands) fn end(self) {
        let Some(path) = self.lease_path("") else { return };
        self.ending.set(true);
        spawn_local(async move {
            let ended = browser::send("DELETE", &path).await;
            self.ending.set(false);
            match ended {
                Ok(()) => self.lease.update(|lease| {
                    if let Some(lease) = lease {
                        lease.state = LeaseState::Ended;
                        let kept =
                            if lease.exercise.is_some() { " Your files are kept for the next time." } else { "" };
                        lease.end_reason = Some(format!("You ended it.{kept}"));
                    }
                }),
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
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
            match answer {
                Ok(lease) => {
                    if anew {
                        self.generation.update(|generation| *generation += 1);
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
        let id = lease.id.clone();
        let events = Events::open(&url).map(|events| {
            events
                .on::<Lease>("lease", move |lease| {
                    let ended = lease.state == LeaseState::Ended;
                    self.lease.set(Some(lease));
                    if ended {
                        // Dropping the stream from within its own callback must wait until the callback is over.
                        set_timeout(move || self.lease_events.set_value(None), std::time::Duration::ZERO);
                    }
                })
                .on::<Warning>("warning", move |warning| self.warning.set(Some(warning.message)))
                .on_refused(move || {
                    let url = format!("/api/leases/{id}");
                    spawn_local(async move {
                        // Refused because it is gone, or because the server is: ask once.
                        if let Ok(lease) = browser::call::<Lease>("GET", &url, None::<&()>).await {
                            self.lease.set(Some(lease));
                        }
                    });
                })
        });
        self.lease_events.set_value(events);
    }
}
