//! What happens to leases, told to those who follow them: each hears of the own lease alone, so that a room full of
//! pages is not woken by every one of them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::id::LeaseId;
use tokio::sync::broadcast;

/// Events that a slow follower may be behind; then it looks at the lease again.
const BEHIND: usize = 16;

/// Something that happened to a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Its state, time or engine changed.
    Changed,
    /// Something that the learner should know soon.
    Warning(String),
    /// It waits, and may have another place, or another time to wait.
    QueueMoved,
}

/// Followers of all leases.
#[derive(Default)]
pub(super) struct Events {
    followed: Mutex<HashMap<LeaseId, broadcast::Sender<Event>>>,
}

impl Events {
    fn followed(&self) -> MutexGuard<'_, HashMap<LeaseId, broadcast::Sender<Event>>> {
        // The map stays whole whatever its holder did.
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follow a lease from now on.
    pub(super) fn follow(&self, id: &LeaseId) -> broadcast::Receiver<Event> {
        let mut followed = self.followed();
        followed.retain(|_, followers| followers.receiver_count() > 0);
        followed.entry(id.clone()).or_insert_with(|| broadcast::channel(BEHIND).0).subscribe()
    }

    /// Tell who follows a lease.
    pub(super) fn tell(&self, id: &LeaseId, event: Event) {
        if let Some(followers) = self.followed().get(id) {
            // They may have left meanwhile.
            let _number = followers.send(event);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn each_hears_of_the_own_lease_alone() {
        let (events, ann, ben) = (Events::default(), LeaseId("a".into()), LeaseId("b".into()));
        let (mut first, mut second) = (events.follow(&ann), events.follow(&ann));
        let mut other = events.follow(&ben);
        events.tell(&ann, Event::Changed);
        assert_eq!((first.try_recv().unwrap(), second.try_recv().unwrap()), (Event::Changed, Event::Changed));
        assert!(other.try_recv().is_err());
    }

    #[test]
    fn whoever_leaves_is_forgotten() {
        let (events, ann, ben) = (Events::default(), LeaseId("a".into()), LeaseId("b".into()));
        drop(events.follow(&ann));
        events.tell(&ann, Event::Changed);
        let _following = events.follow(&ben);
        assert_eq!(events.followed().keys().collect::<Vec<_>>(), [&ben]);
    }
}
