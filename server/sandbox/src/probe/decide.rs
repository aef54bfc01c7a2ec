//! Which level sandboxes get: the one that was named, or the strongest that works.
//! Invariant: what was named is had or refused; nothing weaker ever takes its place.

use std::sync::Arc;

use domain::{exercise::Need, lease::IsolationLevel};
use serde::{Deserialize, Serialize};

use super::attempt;
use crate::{
    Engine, EngineInfo, LevelChoice, Offer, SandboxConfig, SandboxError, error::EngineError, host, level, time::now,
};

/// What was found is looked at anew after so long, seconds: the runtime may have become another one under the same name.
const KEPT: i64 = 7 * 24 * 3600;
/// What was found wanting is looked at anew after so long: the host may have been busy.
const KEPT_WANTING: i64 = 3600;

/// An offer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// When it was found, Unix seconds.
    at: i64,
    offer: Offer,
}

/// Decide, with what is kept where it is fresh, else by trying.
pub(crate) async fn decide(
    engine: &Arc<dyn Engine>,
    config: &SandboxConfig,
    choice: LevelChoice,
) -> Result<Offer, SandboxError> {
    let info = engine.info().await?;
    if let Some(why) = host::refusal(&info) {
        return Err(SandboxError::NoLevel(why));
    }
    let mut found = Vec::new();
    for level in candidates(choice, &info) {
        let one = match level::runtime(level, &info) {
            None => Err(level::absent(level)),
            Some(_) => known_or_tried(engine, config, level, &info).await?,
        };
        let enough = one.as_ref().is_ok_and(|offer| is_enough(choice, offer));
        found.push((level, one));
        if enough {
            break;
        }
    }
    choose(choice, &info, &found)
}

/// A level and what came of it: what it offers, or why it cannot be had.
pub(super) type Found = (IsolationLevel, Result<Offer, String>);

/// The same of what was found already, whatever else is among it.
pub(super) fn choose(choice: LevelChoice, info: &EngineInfo, found: &[Found]) -> Result<Offer, SandboxError> {
    let mut refused = Vec::new();
    for level in candidates(choice, info) {
        match found.iter().find(|(of, _)| *of == level) {
            Some((_, Ok(offer))) if is_enough(choice, offer) => return Ok(offer.clone()),
            Some((_, Ok(offer))) => refused.push((level, format!("lacks {}", lacking(offer)))),
            Some((_, Err(why))) => refused.push((level, why.clone())),
            None => {}
        }
    }
    Err(SandboxError::NoLevel(sentence(choice, &refused)))
}

/// The levels to look at, in order. Those without a runtime are passed over unless one was named.
fn candidates(choice: LevelChoice, info: &EngineInfo) -> Vec<IsolationLevel> {
    match choice {
        LevelChoice::Only(level) => vec![level],
        LevelChoice::Auto => {
            let is_there = |level: &IsolationLevel| level::runtime(*level, info).is_some();
            IsolationLevel::ALL.into_iter().filter(is_there).collect()
        }
    }
}

/// What was named is taken with all that it lacks, for the exercises say so. Nobody asked for a level at which there is
/// nothing to learn with.
fn is_enough(choice: LevelChoice, offer: &Offer) -> bool {
    matches!(choice, LevelChoice::Only(_)) || (offer.gives(Need::Build) && offer.gives(Need::Run))
}

fn lacking(offer: &Offer) -> String {
    let some = offer.lacks.iter().filter(|(need, _)| [Need::Build, Need::Run].contains(need));
    some.map(|(need, why)| format!("{}: {why}", need.label())).collect::<Vec<_>>().join(", ")
}

fn sentence(choice: LevelChoice, tried: &[(IsolationLevel, String)]) -> String {
    let whys: Vec<String> = tried.iter().map(|(level, why)| format!("{}: {why}", level.as_str())).collect();
    let whys = if whys.is_empty() { level::absent(IsolationLevel::Userns) } else { whys.join("; ") };
    match choice {
        LevelChoice::Only(level) => format!(
            "This server starts no sandboxes: the isolation level {} is set, and it is not to be had here ({whys}). No weaker level takes its place. Whoever runs it: `drydock doctor`.",
            level.as_str()
        ),
        LevelChoice::Auto => format!(
            "This server starts no sandboxes: no isolation level works here ({whys}). Whoever runs it: `drydock doctor`."
        ),
    }
}

async fn known_or_tried(
    engine: &Arc<dyn Engine>,
    config: &SandboxConfig,
    level: IsolationLevel,
    info: &EngineInfo,
) -> Result<Result<Offer, String>, SandboxError> {
    let key = key(engine, config, level, info);
    if let Some(offer) = engine.kept(&key).await?.and_then(|text| fresh(&text, level, info, now())) {
        return Ok(Ok(offer));
    }
    tracing::info!(level = level.as_str(), "finding out what sandboxes can do here");
    let found = attempt::attempt(engine, config, level).await?;
    if let Ok(offer) = &found.offer {
        keep(engine, &key, offer).await;
    }
    Ok(found.offer)
}

/// Under which word an offer is kept.
pub(super) fn key(
    engine: &Arc<dyn Engine>,
    config: &SandboxConfig,
    level: IsolationLevel,
    info: &EngineInfo,
) -> String {
    // How long sandboxes are lent changes nothing of what they can do.
    let of = SandboxConfig { level, lease_minutes: 0, ..config.clone() };
    Offer::key(&engine.recipe(&of), info)
}

/// Forget what was kept, for it is not so any more.
pub(super) async fn forget(engine: &Arc<dyn Engine>, key: &str) {
    if let Err(error) = engine.keep(key, "").await {
        tracing::warn!(error = &error as &dyn std::error::Error, "what is kept of sandboxes is not forgotten");
    }
}

/// Keep what was found. Without that it is found again at the next start.
pub(super) async fn keep(engine: &Arc<dyn Engine>, key: &str, offer: &Offer) {
    let kept: Result<(), EngineError> = match serde_json::to_string(&Kept { at: now(), offer: offer.clone() }) {
        Ok(text) => engine.keep(key, &text).await,
        Err(error) => Err(EngineError::Info(error.into())),
    };
    if let Err(error) = kept {
        tracing::warn!(error = &error as &dyn std::error::Error, "what sandboxes offer is not kept");
    }
}

/// What is kept, unless it is another level's, unreadable or old.
fn fresh(text: &str, level: IsolationLevel, info: &EngineInfo, now: i64) -> Option<Offer> {
    let kept: Kept = serde_json::from_str(text).ok()?;
    // With version 1 of the control groups there is nothing to hand on, now or in an hour.
    let for_good = |need: &Need| *need == Need::Limits && info.cgroup_version == 1;
    let until = kept.at.saturating_add(if kept.offer.lacks.keys().all(for_good) { KEPT } else { KEPT_WANTING });
    // Also one that comes from a time to come: the clock was wrong then, or is now.
    (kept.offer.level == level && kept.at <= now && now < until).then_some(kept.offer)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn host(runtimes: &[&str]) -> EngineInfo {
        let runtimes = runtimes.iter().map(|name| (*name).to_owned()).collect();
        EngineInfo { runtimes, ..EngineInfo::ordinary() }
    }

    #[test]
    fn the_strongest_is_looked_at_first_and_what_was_named_alone() {
        use IsolationLevel::{Kata, Runsc, Userns};
        let all = host(&["runc", "runsc", "kata-runtime"]);
        assert_eq!(candidates(LevelChoice::Auto, &all), [Kata, Runsc, Userns]);
        assert_eq!(candidates(LevelChoice::Auto, &host(&["runc"])), [Userns]);
        assert_eq!(candidates(LevelChoice::Only(Runsc), &all), [Runsc]);
        assert_eq!(candidates(LevelChoice::Only(Runsc), &host(&["runc"])), [Runsc], "to be refused, not replaced");
    }

    #[test]
    fn what_has_just_failed_is_not_chosen() {
        use IsolationLevel::{Runsc, Userns};
        let info = host(&["runc", "runsc"]);
        let found = [(Runsc, Err("it did not start".to_owned())), (Userns, Ok(Offer::of(Userns)))];
        assert_eq!(choose(LevelChoice::Auto, &info, &found).unwrap().level, Userns);
        let refused = choose(LevelChoice::Only(Runsc), &info, &found).unwrap_err().to_string();
        assert!(refused.contains("it did not start") && refused.contains("No weaker level"), "{refused}");
        let both = [(Userns, Ok(Offer::of(Userns))), (Runsc, Ok(Offer::of(Runsc)))];
        assert_eq!(choose(LevelChoice::Auto, &info, &both).unwrap().level, Runsc, "the strongest");
        assert_eq!(choose(LevelChoice::Only(Userns), &info, &both).unwrap().level, Userns);
    }

    #[test]
    fn a_level_where_nothing_can_be_built_is_taken_only_when_it_was_named() {
        let mut offer = Offer::of(IsolationLevel::Runsc);
        assert!(is_enough(LevelChoice::Auto, &offer));
        offer.lacks.insert(Need::Swarm, "x".to_owned());
        assert!(is_enough(LevelChoice::Auto, &offer));
        offer.lacks.insert(Need::Build, "no space".to_owned());
        assert!(!is_enough(LevelChoice::Auto, &offer));
        assert!(is_enough(LevelChoice::Only(IsolationLevel::Runsc), &offer));
        assert_eq!(lacking(&offer), "building images: no space");
    }

    #[test]
    fn what_was_found_is_believed_for_a_time_and_what_was_wanting_for_less() {
        let text = |at, offer: &Offer| serde_json::to_string(&Kept { at, offer: offer.clone() }).unwrap();
        let level = IsolationLevel::Userns;
        let whole = Offer::of(level);
        let mut wanting = whole.clone();
        wanting.lacks.insert(Need::Swarm, "x".to_owned());
        let info = EngineInfo::ordinary();
        assert_eq!(fresh(&text(100, &whole), level, &info, 100 + KEPT - 1), Some(whole.clone()));
        assert_eq!(fresh(&text(100, &whole), level, &info, 100 + KEPT), None);
        assert_eq!(fresh(&text(100, &wanting), level, &info, 100 + KEPT_WANTING - 1), Some(wanting.clone()));
        assert_eq!(fresh(&text(100, &wanting), level, &info, 100 + KEPT_WANTING), None);
        assert_eq!(fresh(&text(100, &whole), level, &info, 99), None);
        assert_eq!(fresh(&text(100, &whole), IsolationLevel::Runsc, &info, 101), None);
        assert_eq!(fresh("{", level, &info, 101), None);
        let mut unlimited = whole.clone();
        unlimited.lacks.insert(Need::Limits, "x".to_owned());
        let old = EngineInfo { cgroup_version: 1, ..info.clone() };
        assert_eq!(fresh(&text(100, &unlimited), level, &old, 100 + KEPT - 1), Some(unlimited.clone()));
        assert_eq!(
            fresh(&text(100, &unlimited), level, &info, 100 + KEPT_WANTING),
            None,
            "the host may have been busy"
        );
    }

    #[test]
    fn a_refusal_names_level_reason_and_what_is_not_done_instead() {
        let level = IsolationLevel::Runsc;
        let text = sentence(LevelChoice::Only(level), &[(level, level::absent(level))]);
        for part in ["runsc is set", "the engine has no runtime runsc", "No weaker level", "drydock doctor"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(sentence(LevelChoice::Auto, &[]).contains("no isolation level works here"));
    }
}
