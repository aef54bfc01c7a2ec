//! What sandboxes of one level can do on this host, as a probe found it.
//! Invariant: nothing is offered that was not done in a sandbox of that level, with the same images and limits.

use std::collections::BTreeMap;

use domain::{exercise::Need, lease::IsolationLevel};
use serde::{Deserialize, Serialize};

/// A level and what it gives.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Offer {
    /// The level.
    pub level: IsolationLevel,
    /// What it does not give, with the reason: a sentence's part.
    pub lacks: BTreeMap<Need, String>,
}

impl Offer {
    /// One that gives all there is, for whoever knows beforehand what is needed.
    pub(crate) fn of(level: IsolationLevel) -> Self {
        Self { level, lacks: BTreeMap::new() }
    }

    /// Whether a need is met.
    #[must_use]
    pub fn gives(&self, need: Need) -> bool {
        !self.lacks.contains_key(&need)
    }

    /// Why an exercise with these needs cannot be done, a sentence; `None` when it can.
    #[must_use]
    pub fn why_not(&self, needs: &[Need]) -> Option<String> {
        let missing: Vec<(Need, &String)> =
            needs.iter().filter_map(|need| Some((*need, self.lacks.get(need)?))).collect();
        let (_, first) = missing.first()?;
        let names: Vec<&str> = missing.iter().map(|(need, _)| need.label()).collect();
        let level = self.level.as_str();
        Some(format!("The isolation level of this server ({level}) does not offer {}: {first}.", names.join(", ")))
    }

    /// A word for what may change what it gives beside the sandbox itself: kernel, engine, runtime.
    pub(crate) fn key(recipe: &str, host: &crate::EngineInfo) -> String {
        crate::inputs::hash(&[
            recipe.as_bytes(),
            host.version.as_bytes(),
            host.kernel.as_bytes(),
            &[host.cgroup_version],
        ])
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_is_lacking_is_said_with_its_reason() {
        let mut offer = Offer::of(IsolationLevel::Runsc);
        offer.lacks.insert(Need::Swarm, "no vxlan".to_owned());
        assert_eq!(offer.why_not(&[Need::Build, Need::Run]), None);
        let why = offer.why_not(&[Need::Run, Need::Swarm]).unwrap();
        assert_eq!(why, "The isolation level of this server (runsc) does not offer Swarm: no vxlan.");
        offer.lacks.insert(Need::TwoHosts, "no cable".to_owned());
        assert!(offer.why_not(&[Need::Swarm, Need::TwoHosts]).unwrap().contains("Swarm, two hosts: no vxlan."));
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let mut offer = Offer::of(IsolationLevel::SysboxRunc);
        offer.lacks.insert(Need::Swarm, "x".to_owned());
        let text = serde_json::to_string(&offer).unwrap();
        assert_eq!(serde_json::from_str::<Offer>(&text).unwrap(), offer);
    }

    #[test]
    fn another_engine_kernel_or_sandbox_is_looked_at_anew() {
        let host = crate::EngineInfo::ordinary();
        let key = Offer::key("r", &host);
        assert_eq!(Offer::key("r", &host), key);
        let newer = crate::EngineInfo { version: "99".to_owned(), ..host.clone() };
        assert_ne!(Offer::key("r", &newer), key);
        assert_ne!(Offer::key("s", &host), key);
    }
}
