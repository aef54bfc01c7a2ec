//! What all web sockets of one sandbox share.
//! Invariant: however many a learner opens, together they hold one watch on its files, and no more than [`TYPED`] bytes
//! that its terminals have not taken yet.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use sandbox::{Sandbox, WORK_DIR};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast},
    task::AbortHandle,
};

/// Web sockets of one sandbox at a time.
const SOCKETS: usize = 128;
/// Bytes typed into one sandbox that may wait here for its programs to take them.
const TYPED: usize = 4 * 1024 * 1024;
/// What one message costs beside its bytes.
const MESSAGE: usize = 64;
/// A broken watch is begun anew after this.
const WATCH_AGAIN: Duration = Duration::from_secs(3);

/// The audiences of all sandboxes.
#[derive(Clone, Default)]
pub struct Audiences {
    /// By the container's id.
    of: Arc<Mutex<HashMap<String, Weak<Audience>>>>,
}

/// All who follow one sandbox.
struct Audience {
    places: Arc<Semaphore>,
    typed: Arc<Semaphore>,
    changes: broadcast::Sender<Vec<String>>,
    watch: AbortHandle,
}

impl Drop for Audience {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// A socket's part in the audience of its sandbox; given back when dropped.
pub(super) struct Seat {
    audience: Arc<Audience>,
    _place: OwnedSemaphorePermit,
}

impl Audiences {
    /// One more socket; none when there are too many.
    pub(super) fn join(&self, sandbox: &Sandbox) -> Option<Seat> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.retain(|_, audience| audience.strong_count() > 0);
        let id = sandbox.id().to_string();
        let audience = of.get(&id).and_then(Weak::upgrade).unwrap_or_else(|| {
            let audience = Arc::new(Audience::new(sandbox.clone()));
            of.insert(id, Arc::downgrade(&audience));
            audience
        });
        let place = Arc::clone(&audience.places).try_acquire_owned().ok()?;
        Some(Seat { audience, _place: place })
    }
}

impl Audience {
    fn new(sandbox: Sandbox) -> Self {
        let (changes, _) = broadcast::channel(16);
        let watch = tokio::spawn(watch(sandbox, changes.clone())).abort_handle();
        Self { places: Arc::new(Semaphore::new(SOCKETS)), typed: Arc::new(Semaphore::new(TYPED)), changes, watch }
    }
}

impl Seat {
    /// Room for so many typed bytes until they are taken; none when too many wait already.
    pub(super) fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let cost = u32::try_from(bytes.saturating_add(MESSAGE)).ok()?;
        Arc::clone(&self.audience.typed).try_acquire_many_owned(cost).ok()
    }

    /// Paths of changed files from now on; none of them when it is only known that something may have changed.
    pub(super) fn changes(&self) -> broadcast::Receiver<Vec<String>> {
        self.audience.changes.subscribe()
    }
}

/// Pass on what changes, also after the connection to the sandbox was lost.
async fn watch(sandbox: Sandbox, changes: broadcast::Sender<Vec<String>>) {
    let mut missed = false;
    loop {
        if let Ok(mut watch) = sandbox.watch(WORK_DIR).await {
            if missed {
                let _nobody = changes.send(Vec::new());
            }
            while let Ok(paths) = watch.next().await {
                let _nobody = changes.send(paths);
            }
        }
        missed = true;
        tokio::time::sleep(WATCH_AGAIN).await;
    }
}
