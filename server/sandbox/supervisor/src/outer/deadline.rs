//! When the sandbox ends. The event loop ends it in order; a thread of its own does where the loop hangs.
//! Invariant: the process ends within [`GRACE`] and one look of the deadline, whatever its other threads do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::sync::Notify;

use crate::fault::{Doing as _, Fault};

/// Sleep no longer than this: a clock that is set, or a host that was suspended, moves the deadline nearer.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// The guard looks this often.
const LOOK: Duration = Duration::from_secs(2);
/// The event loop has so long to end by itself, seconds.
const GRACE: i64 = 5;
/// The guard calls next to nothing.
const STACK: usize = 64 * 1024;

/// The deadline; clones share it.
#[derive(Clone)]
pub(super) struct Deadline {
    /// Unix seconds.
    at: Arc<AtomicI64>,
    moved: Arc<Notify>,
}

impl Deadline {
    pub(super) fn new(at: i64) -> Self {
        Self { at: Arc::new(AtomicI64::new(at)), moved: Arc::default() }
    }

    pub(super) fn get(&self) -> i64 {
        self.at.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, at: i64) {
        self.at.store(at, Ordering::Relaxed);
        self.moved.notify_one();
    }

    /// Returns once it has passed.
    pub(super) async fn passed(&self) {
        loop {
            let Some(left) = time_left(self.get(), now()) else { return };
            tokio::select! {
                () = tokio::time::sleep(left.min(LONGEST_SLEEP)) => {}
                () = self.moved.notified() => {}
            }
        }
    }

    /// End this process when the event loop has not done so. To be called after the last fork: a child would lack
    /// the thread.
    pub(super) fn guard(&self) -> Result<(), Fault> {
        self.guard_with(LOOK, || {
            eprintln!("supervisor: the deadline has passed and the event loop hangs");
            // SAFETY: ends the process at once. Nothing is cleaned up, for what hangs may hold a lock.
            unsafe { libc::_exit(1) }
        })
    }

    fn guard_with(&self, look: Duration, end: impl FnOnce() + Send + 'static) -> Result<(), Fault> {
        let at = Arc::clone(&self.at);
        let watch = move || {
            while time_left(at.load(Ordering::Relaxed).saturating_add(GRACE), now()).is_some() {
                std::thread::sleep(look);
            }
            end();
        };
        std::thread::Builder::new().stack_size(STACK).spawn(watch).doing("start the guard of the deadline")?;
        Ok(())
    }
}

/// `None` when it has come.
fn time_left(at: i64, now: i64) -> Option<Duration> {
    let left = u64::try_from(at.saturating_sub(now)).ok().filter(|left| *left > 0)?;
    Some(Duration::from_secs(left))
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_guard_ends_what_outlives_its_deadline_and_nothing_before() {
        let deadline = Deadline::new(now() + 3600);
        let (sender, ended) = mpsc::channel();
        deadline.guard_with(Duration::from_millis(5), move || sender.send(()).unwrap()).unwrap();
        assert!(ended.recv_timeout(Duration::from_millis(100)).is_err(), "not before");
        deadline.set(now());
        assert!(ended.recv_timeout(Duration::from_millis(100)).is_err(), "the event loop is given a moment");
        deadline.set(now() - GRACE);
        ended.recv_timeout(Duration::from_secs(5)).unwrap();
    }

    #[test]
    fn a_deadline_far_away_or_long_gone_is_no_fault() {
        assert_eq!(time_left(i64::MAX, -1), Some(Duration::from_secs(i64::MAX as u64)));
        assert_eq!(time_left(i64::MIN, 1), None);
        assert_eq!((time_left(7, 7), time_left(8, 7)), (None, Some(Duration::from_secs(1))));
    }
}
