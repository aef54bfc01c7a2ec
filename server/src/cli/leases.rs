//! `drydock leases`: who has which sandbox, for operators.

use serde_json::{Value, json};

use super::{Found, pool::moment};
use crate::{config::Config, store::Store};

pub(super) async fn leases(config: &Config, all: bool, as_json: bool) -> anyhow::Result<Found> {
    let store = Store::open(&config.database_file()).await?;
    let deployment = super::deployment(&store).await?;
    let leases = if all { store.all_leases().await? } else { store.living_leases().await? };
    if as_json {
        let leases: Vec<Value> = leases
            .iter()
            .map(|row| {
                json!({"id": row.id, "learner": row.learner, "exercise": row.exercise, "state": row.state,
                       "container": row.container, "created_at": row.created_at, "expires_at": row.expires_at,
                       "end_reason": row.end_reason})
            })
            .collect();
        say!("{}", json!({"deployment": deployment, "leases": leases}));
    } else {
        for row in &leases {
            let container = row.container.as_deref().map_or("-", |id| id.get(..12).unwrap_or(id));
            let exercise = row.exercise.as_ref().map_or("-", |id| id.as_str());
            let state = row.state.as_str();
            say!("{} {state:<8} {container:<12} {} {exercise}", row.id.as_str(), moment(row.expires_at));
        }
        say!("{} leases; deployment {deployment}", leases.len());
    }
    store.close().await;
    Ok(Found::Fine)
}
