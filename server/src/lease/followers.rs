//! Who waits for which lease: pages that follow its events.
//! Invariant: a lease that nobody follows any more is known with the time since when.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::id::LeaseId;

use crate::clock::Clock;

/// Followers by lease.
#[derive(Clone, Default)]
pub(super) struct Followers {
    seen: Arc<Mutex<HashMap<LeaseId, Seen>>>,
}

#[derive(Default)]
struct Seen {
    now: usize,
    /// When the last one left, Unix seconds.
    left_at: i64,
}

/// Somebody who follows a lease until this is dropped.
pub struct Follower {
    followers: Followers,
    id: LeaseId,
    clock: Arc<dyn Clock>,
}

impl Followers {
    fn seen(&self) -> MutexGuard<'_, HashMap<LeaseId, Seen>> {
        // The map stays whole whatever its holder did.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn join(&self, id: &LeaseId, clock: Arc<dyn Clock>) -> Follower {
        self.seen().entry(id.clone()).or_default().now += 1;
        Follower { followers: self.clone(), id: id.clone(), clock }
    }

    /// Seconds since the last one left, or since `otherwise` when there was none; 0 while there is one.
    pub(super) fn alone_for(&self, id: &LeaseId, now: i64, otherwise: i64) -> i64 {
        match self.seen().get(id) {
            Some(seen) if seen.now > 0 => 0,
            Some(seen) => now - seen.left_at.max(otherwise),
            None => now - otherwise,
        }
    }

    pub(super) fn forget(&self, id: &LeaseId) {
        self.seen().remove(id);
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let now = self.clock.now();
        if let Some(seen) = self.followers.seen().get_mut(&self.id) {
            seen.now = seen.now.saturating_sub(1);
            seen.left_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SetClock;

    #[test]
    fn a_lease_is_alone_from_when_the_last_page_left() {
        let (followers, id) = (Followers::default(), LeaseId("a".into()));
        let clock = Arc::new(SetClock::default());
        assert_eq!(followers.alone_for(&id, 130, 100), 30, "nobody came");
        let first = followers.join(&id, clock.clone());
        let second = followers.join(&id, clock.clone());
        clock.set(140);
        drop(first);
        assert_eq!(followers.alone_for(&id, 1000, 100), 0);
        clock.set(150);
        drop(second);
        assert_eq!(followers.alone_for(&id, 170, 100), 20);
        followers.forget(&id);
        assert_eq!(followers.alone_for(&id, 170, 100), 70);
    }
}
