//! The free sandbox that this browser remembers, so that the next page finds it.
//! Invariant: only a living one is remembered.

use domain::lease::LeaseState;
use leptos::{prelude::*, task::spawn_local};

use super::Bench;
use crate::{api::Lease, islands::browser};

/// Where the id is kept; the page's script wakes the islands when there is something.
const KEPT: &str = "free-sandbox";

impl Bench {
    /// Takes up the sandbox that is remembered, and remembers the page's as long as it lives.
    pub(in crate::islands) fn keep(self) {
        if let Some(id) = browser::recall(KEPT).into_iter().next() {
            spawn_local(self.take_up(id));
        }
        Effect::new(move |_| {
            if let Some(lease) = self.lease.get() {
                let living = lease.state != LeaseState::Ended;
                browser::remember(KEPT, if living { std::slice::from_ref(&lease.id.0) } else { &[] });
            }
        });
    }

    async fn take_up(self, id: String) {
        let answer = browser::call::<Lease>("GET", &format!("/api/leases/{id}"), None::<&()>).await;
        // Somebody may have pressed "Try it" meanwhile.
        if self.lease.read_untracked().is_some() {
            return;
        }
        match answer {
            Ok(lease) if lease.state != LeaseState::Ended => self.resume(lease),
            Err(problem) if problem.error != "not_found" => {}
            _ => browser::remember(KEPT, &[]),
        }
    }
}
