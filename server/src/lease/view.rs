//! A lease as the browser sees it.

use std::borrow::Cow;

use app::api::{EngineState, Lease, Preview};
use domain::lease::LeaseState;

use super::{LeaseError, Leases};
use crate::store::lease::LeaseRow;

impl Leases {
    /// What the learner is shown of a lease.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn view(&self, row: &LeaseRow) -> Result<Lease, LeaseError> {
        let living = self.handles().get(&row.id).map(|living| (living.engine, living.level));
        let (engine, level) = living.unwrap_or_else(|| (EngineState::Asleep, self.level()));
        let (alone, each) = self.inner.pool.seconds();
        let (position, eta_seconds, why_not) = match row.state {
            LeaseState::Queued => {
                let position = self.place(row).await?;
                let queue = self.queue();
                let eta = wait(position, self.inner.pool.most(), &queue.ends, self.now(), (alone, each));
                // While there is trouble nobody knows how long it takes.
                (Some(position), queue.why_not.is_none().then_some(eta), queue.why_not.clone())
            }
            LeaseState::Starting => (None, Some(seconds(alone)), None),
            _ => (None, None, None),
        };
        let (scheme, host) = &self.inner.preview;
        Ok(Lease {
            id: row.id.clone(),
            exercise: row.exercise.clone(),
            state: row.state,
            position,
            eta_seconds,
            expires_at: row.expires_at,
            may_extend: row.state == LeaseState::Ready && row.extensions < self.inner.settings.extensions,
            engine,
            level,
            message: why_not.map(Cow::into_owned).or_else(|| message(row.state, engine)),
            end_reason: row.end_reason.clone(),
            preview: (row.state == LeaseState::Ready)
                .then(|| Preview { template: format!("{scheme}://{{port}}-{}.{host}/", row.preview_label) }),
        })
    }
}

impl Leases {
    /// Place in the queue, from 1: as it was looked at last, or as it is now for one that has just come.
    async fn place(&self, row: &LeaseRow) -> Result<u32, LeaseError> {
        if let Some(place) = self.queue().places.get(&row.id) {
            return Ok(*place);
        }
        // One that was given a sandbox in this moment has the first.
        Ok(self.inner.store.place_in_queue(&row.id).await?.max(1))
    }
}

fn message(state: LeaseState, engine: EngineState) -> Option<String> {
    let text = match (state, engine) {
        (LeaseState::Queued, _) => "Waiting for a free place.",
        (LeaseState::Starting, _) => "Your sandbox is being made.",
        (LeaseState::Ready, EngineState::Asleep) => "Your Docker engine starts as soon as you use it.",
        (LeaseState::Ready, EngineState::Starting) => "Your Docker engine is starting.",
        (LeaseState::Ready, EngineState::Failed) => {
            "Your Docker engine did not start. Reset the sandbox to get another."
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// Seconds until a queued lease is ready at the latest: those ahead at the pace of the latest starts and its own, and
/// where the host is full, until enough of the living sandboxes have reached their end. A start takes `alone` seconds,
/// and from one to the next `each`.
fn wait(position: u32, most: u32, ends: &[i64], now: i64, (alone, each): (f64, f64)) -> u32 {
    let own_turn = seconds(f64::from(position.saturating_sub(1)) * each + alone);
    let free = usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(ends.len());
    let ahead = usize::try_from(position).unwrap_or(usize::MAX);
    if ahead <= free {
        return own_turn;
    }
    let mut ends = ends.to_vec();
    ends.sort_unstable();
    // More are waiting than there are places at all: the last end is the least that it takes.
    let end = ends.get(ahead - free - 1).or(ends.last()).copied().unwrap_or(now);
    own_turn.saturating_add(u32::try_from((end - now).max(0)).unwrap_or(u32::MAX))
}

/// Whole seconds, rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number of seconds")]
fn seconds(of: f64) -> u32 {
    of.ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_grows_with_the_queue() {
        assert_eq!(wait(3, 10, &[], 100, (1.5, 1.5)), 5);
        assert_eq!(wait(2, 4, &[500, 400], 100, (1.5, 1.5)), 3, "there are two places");
    }

    #[test]
    fn on_a_full_host_the_estimate_waits_for_an_end() {
        assert_eq!(wait(1, 2, &[700, 400], 100, (2.0, 0.5)), 302);
        assert_eq!(wait(2, 2, &[700, 400], 100, (2.0, 2.0)), 604);
        assert_eq!(wait(9, 2, &[700, 400], 100, (1.0, 1.0)), 609, "more than there are places");
        assert_eq!(wait(1, 1, &[50], 100, (2.0, 2.0)), 2, "one that is late");
    }
}
