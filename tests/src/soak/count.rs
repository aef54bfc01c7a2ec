//! What was asked and what went wrong, over all learners.
//! Invariant: whatever is sent is counted once, and once more when it is sent again; what failed is an error once.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Errors that are told in words; all are counted.
const TOLD: usize = 20;

/// Why a learner breaks off.
#[derive(Debug)]
pub enum Trouble {
    /// Something could not be done; it is counted already.
    Failed,
    /// The time is over.
    Late,
}

/// Counts of one run.
#[derive(Default)]
pub struct Counts(Mutex<Inner>);

#[derive(Default, Clone)]
struct Inner {
    requests: u64,
    errors: u64,
    told: Vec<String>,
    done: BTreeMap<&'static str, u64>,
}

/// They at one moment.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Requests, and what was asked over sockets.
    pub requests: u64,
    /// Those of them that failed.
    pub errors: u64,
    /// The first errors, in words.
    pub told: Vec<String>,
    /// How often each thing was done.
    pub done: BTreeMap<&'static str, u64>,
}

impl Counts {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Numbers stay whole whatever a holder did.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something is asked.
    pub fn asked(&self) {
        self.inner().requests += 1;
    }

    /// Something was done.
    pub fn done(&self, what: &'static str) {
        *self.inner().done.entry(what).or_default() += 1;
    }

    /// What was asked last failed.
    pub fn failed(&self, what: &str, why: impl fmt::Display) -> Trouble {
        let mut inner = self.inner();
        inner.errors += 1;
        if inner.told.len() < TOLD {
            inner.told.push(format!("{what}: {why}"));
        }
        Trouble::Failed
    }

    /// All so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let Inner { requests, errors, told, done } = self.inner().clone();
        Totals { requests, errors, told, done }
    }
}

impl Totals {
    /// How often something was done.
    #[must_use]
    pub fn times(&self, what: &str) -> u64 {
        self.done.get(what).copied().unwrap_or(0)
    }
}
