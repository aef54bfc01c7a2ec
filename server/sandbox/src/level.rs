//! Isolation levels as an operator chooses them and as the engine knows them.
//! Invariant: a level is one runtime of the engine, named in each request; no other is ever put in its place.

use std::{fmt, str::FromStr};

use domain::lease::IsolationLevel;
use serde::{Deserialize, Serialize};

use crate::EngineInfo;

/// What an operator wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LevelChoice {
    /// The strongest that a sandbox really started at, and that builds and runs images.
    #[default]
    Auto,
    /// This one, or no sandboxes at all.
    Only(IsolationLevel),
}

impl fmt::Display for LevelChoice {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Auto => "auto",
            Self::Only(level) => level.as_str(),
        })
    }
}

/// A word that names no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no isolation level; there are auto, userns, runsc, sysbox-runc and kata")]
pub struct NoSuchLevel(String);

impl FromStr for LevelChoice {
    type Err = NoSuchLevel;

    fn from_str(text: &str) -> Result<Self, NoSuchLevel> {
        match text {
            "auto" => Ok(Self::Auto),
            other => IsolationLevel::parse(other).map(Self::Only).ok_or_else(|| NoSuchLevel(other.to_owned())),
        }
    }
}

impl TryFrom<String> for LevelChoice {
    type Error = NoSuchLevel;

    fn try_from(text: String) -> Result<Self, NoSuchLevel> {
        text.parse()
    }
}

impl From<LevelChoice> for String {
    fn from(choice: LevelChoice) -> Self {
        choice.to_string()
    }
}

/// Names under which engines have the runtime of a level, the usual one first.
fn names(level: IsolationLevel) -> &'static [&'static str] {
    match level {
        IsolationLevel::Userns => &["runc"],
        IsolationLevel::SysboxRunc => &["sysbox-runc"],
        IsolationLevel::Runsc => &["runsc"],
        IsolationLevel::Kata => &["kata", "kata-runtime", "io.containerd.kata.v2", "kata-qemu", "kata-clh", "kata-fc"],
    }
}

/// The name under which the engine has the runtime of a level; `None` when it has none.
pub(crate) fn runtime(level: IsolationLevel, host: &EngineInfo) -> Option<&'static str> {
    names(level).iter().copied().find(|name| host.runtimes.iter().any(|runtime| runtime == name))
}

/// The name to ask for. One that the engine does not have it refuses; it never takes another in its place.
pub(crate) fn runtime_to_ask_for(level: IsolationLevel, host: &EngineInfo) -> &'static str {
    runtime(level, host).or_else(|| names(level).first().copied()).unwrap_or("runc")
}

/// Why a level is not to be had of an engine without its runtime, and what to do.
pub(crate) fn absent(level: IsolationLevel) -> String {
    let name = names(level).first().copied().unwrap_or_default();
    let install = match level {
        IsolationLevel::Userns => "install runc and restart the engine",
        IsolationLevel::SysboxRunc => {
            "install Sysbox (github.com/nestybox/sysbox), which registers it, and restart the engine"
        }
        IsolationLevel::Runsc => {
            "install runsc 20240729 or later (Debian 13, or Debian 12 with bookworm-backports) and register it: see docs/hosts.md"
        }
        IsolationLevel::Kata => "install Kata Containers on a host with /dev/kvm and register it: see docs/hosts.md",
    };
    format!("the engine has no runtime {name}; {install}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn settings_name_levels_as_labels_do() {
        assert_eq!("auto".parse(), Ok(LevelChoice::Auto));
        for level in IsolationLevel::ALL {
            assert_eq!(level.as_str().parse(), Ok(LevelChoice::Only(level)));
            assert_eq!(LevelChoice::Only(level).to_string(), level.as_str());
        }
        let error = "privileged".parse::<LevelChoice>().unwrap_err().to_string();
        assert!(IsolationLevel::ALL.into_iter().all(|level| error.contains(level.as_str())), "{error}");
        assert_eq!(serde_json::from_str::<LevelChoice>("\"runsc\"").unwrap(), LevelChoice::Only(IsolationLevel::Runsc));
    }

    #[test]
    fn a_level_is_there_only_with_its_own_runtime() {
        let host = |names: &[&str]| EngineInfo {
            runtimes: names.iter().map(|name| (*name).to_owned()).collect(),
            ..EngineInfo::ordinary()
        };
        assert_eq!(runtime(IsolationLevel::Userns, &host(&["runc"])), Some("runc"));
        assert_eq!(runtime(IsolationLevel::Runsc, &host(&["runc", "io.containerd.runc.v2"])), None);
        assert_eq!(runtime(IsolationLevel::Kata, &host(&["kata-fc", "kata-runtime"])), Some("kata-runtime"));
        // Asked for all the same, so that the engine refuses: never `runc` for another one.
        assert_eq!(runtime_to_ask_for(IsolationLevel::Runsc, &host(&["runc"])), "runsc");
        for level in IsolationLevel::ALL {
            assert!(absent(level).contains(runtime_to_ask_for(level, &host(&[]))), "{}", absent(level));
        }
    }
}
