//! A lease as the browser sees it.

use app::api::{EngineState, Lease, Preview};
use domain::lease::{IsolationLevel, LeaseState};

use super::{LeaseError, Leases};
use crate::store::lease::LeaseRow;

impl Leases {
    /// What the learner is shown of a lease.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn view(&self, row: &LeaseRow) -> Result<Lease, LeaseError> {
        let engine = self.handles().get(&row.id).map_or(EngineState::Starting, |living| living.engine);
        let position = match row.state {
            LeaseState::Queued => Some(self.inner.store.queue_position(&row.id).await?),
            _ => None,
        };
        let pace = self.inner.pace.lock().map_or(2.0, |pace| *pace);
        let (scheme, host) = &self.inner.preview;
        Ok(Lease {
            id: row.id.clone(),
            exercise: row.exercise.clone(),
            state: row.state,
            position,
            eta_seconds: eta(row.state, position, pace),
            expires_at: row.expires_at,
            may_extend: row.state == LeaseState::Ready && row.extensions < self.inner.settings.extensions,
            engine,
            level: IsolationLevel::Userns,
            message: message(row.state, engine),
            end_reason: row.end_reason.clone(),
            preview: (row.state == LeaseState::Ready)
                .then(|| Preview { template: format!("{scheme}://{{port}}-{}.{host}/", row.preview_label) }),
        })
    }
}

fn message(state: LeaseState, engine: EngineState) -> Option<String> {
    let text = match (state, engine) {
        (LeaseState::Queued, _) => "Waiting for a free place.",
        (LeaseState::Starting, _) => "Your sandbox is being made.",
        (LeaseState::Ready, EngineState::Starting) => "Your Docker engine is starting.",
        (LeaseState::Ready, EngineState::Failed) => {
            "Your Docker engine did not start. Reset the sandbox to get another."
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// Seconds until ready: places ahead, each at the pace of the latest starts.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number of seconds")]
fn eta(state: LeaseState, position: Option<u32>, pace: f64) -> Option<u32> {
    match state {
        LeaseState::Queued => Some((f64::from(position.unwrap_or(1)) * pace).ceil() as u32),
        LeaseState::Starting => Some(pace.ceil() as u32),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_grows_with_the_queue() {
        assert_eq!(eta(LeaseState::Queued, Some(3), 1.5), Some(5));
        assert_eq!(eta(LeaseState::Starting, None, 0.4), Some(1));
        assert_eq!(eta(LeaseState::Ready, None, 1.0), None);
    }
}
