//! `drydock pool`: tell the server of learners who will come, and see what it keeps ready. The server reads it from the
//! database, running or not.

use anyhow::Context as _;
use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::{Value, json};

use super::Found;
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    random,
    store::{Store, announcement::Announcement},
};

/// What is announced.
pub(super) struct Announce {
    pub(super) number: u32,
    pub(super) at: Option<String>,
    pub(super) minutes: u32,
    pub(super) note: String,
}

pub(super) async fn announce(config: &Config, asked: Announce, as_json: bool) -> anyhow::Result<Found> {
    let now = SystemClock.now();
    let starts_at = asked.at.map_or(Ok(now), |at| time(&at)).context("--at")?;
    let ends_at = starts_at + i64::from(asked.minutes) * 60;
    anyhow::ensure!(ends_at > now, "--at: {} is over already", moment(starts_at));
    let new = Announcement { id: random::id(), number: asked.number, starts_at, ends_at, note: asked.note };
    let store = Store::open(&config.database_file()).await?;
    store.announce(&new).await?;
    store.close().await;
    if as_json {
        say!("{}", document(&new));
    } else {
        say!("{} learners from {} to {}: {}", new.number, moment(starts_at), moment(ends_at), new.id);
    }
    Ok(Found::Fine)
}

pub(super) async fn list(config: &Config, as_json: bool) -> anyhow::Result<Found> {
    let store = Store::open(&config.database_file()).await?;
    let announcements = store.announcements(SystemClock.now()).await?;
    let idle = store.idle_sandboxes().await?;
    store.close().await;
    if as_json {
        let announcements: Vec<Value> = announcements.iter().map(document).collect();
        let idle: Vec<Value> = idle
            .iter()
            .map(|row| json!({"container": row.container, "made_at": row.made_at, "ends_at": row.ends_at}))
            .collect();
        say!("{}", json!({"announcements": announcements, "idle": idle}));
    } else {
        for one in &announcements {
            let (from, to) = (moment(one.starts_at), moment(one.ends_at));
            say!("{} {:>4} learners from {from} to {to}  {}", one.id, one.number, one.note);
        }
        say!("{} announcements; {} sandboxes ready", announcements.len(), idle.len());
    }
    Ok(Found::Fine)
}

pub(super) async fn cancel(config: &Config, id: &str) -> anyhow::Result<Found> {
    let store = Store::open(&config.database_file()).await?;
    let done = store.cancel_announcement(id).await?;
    store.close().await;
    anyhow::ensure!(done, "there is no announcement {id}; `drydock pool list` lists them");
    Ok(Found::Fine)
}

fn document(one: &Announcement) -> Value {
    json!({"id": one.id, "number": one.number, "starts_at": one.starts_at, "ends_at": one.ends_at, "note": one.note})
}

/// Unix seconds of a time such as `2026-12-01T09:00` here, or `2026-12-01T09:00+01:00`.
fn time(text: &str) -> anyhow::Result<i64> {
    if let Ok(there) = text.parse::<Timestamp>() {
        return Ok(there.as_second());
    }
    let here: civil::DateTime =
        text.parse().with_context(|| format!("`{text}` is no time such as 2026-12-01T09:00 or 2026-12-01T09:00Z"))?;
    Ok(here.to_zoned(TimeZone::system())?.timestamp().as_second())
}

/// A time as people here write it.
pub(super) fn moment(at: i64) -> String {
    let Ok(at) = Timestamp::from_second(at) else { return at.to_string() };
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        assert_eq!(time("2026-12-01T09:00:00Z").unwrap(), 1_796_115_600);
        assert_eq!(time("2026-12-01T09:00+01:00").unwrap(), 1_796_112_000);
        let here = time("2026-12-01T09:00").unwrap();
        assert_eq!(moment(here), "2026-12-01 09:00");
        for bad in ["", "tomorrow", "2026-13-01T09:00", "9"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }
}
