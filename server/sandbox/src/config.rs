//! What an operator may set about sandboxes. Defaults are the named constants below.

use domain::lease::IsolationLevel;
use serde::{Deserialize, Serialize};

/// Memory with all that lies on its tmpfs, MiB.
const MEMORY_MIB: u32 = 1536;
/// Processes and threads.
const PIDS: u32 = 1024;
/// Processors that one sandbox may use at most.
const CPUS: f64 = 2.0;
/// Weight against other containers, which have 1024.
const CPU_SHARES: u32 = 256;
/// The engine's data root, MiB.
const DATA_MIB: u32 = 768;
/// Whatever else the learner changes in the file system, the home included, MiB.
const HOME_MIB: u32 = 128;
/// `/tmp`, MiB.
const TMP_MIB: u32 = 128;
/// The largest file, MiB.
const LARGEST_FILE_MIB: u32 = 1024;
/// Open files of one process.
const OPEN_FILES: u32 = 65_536;
/// How long a lease lasts unless it is extended, minutes.
const LEASE_MINUTES: u32 = 120;

/// Left to the host, the server and the page cache, MiB.
const RESERVE_MIB: u64 = 1024;
/// What one sandbox with an idle engine and a lesson under way uses, MiB: 71 idle, as measured, and what it builds.
const TYPICAL_MIB: u64 = 160;

/// Where base images come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageSource {
    /// From the registry where it is reachable, else built from Debian packages.
    #[default]
    Auto,
    /// Pulled from the registry, or not at all.
    Registry,
    /// Built from Debian packages; no registry is asked.
    Packages,
}

impl ImageSource {
    /// As in settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Registry => "registry",
            Self::Packages => "packages",
        }
    }
}

/// Settings of sandboxes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxConfig {
    /// Memory with all that lies on its tmpfs, MiB; 1536.
    pub memory_mib: u32,
    /// Processes and threads; 1024.
    pub pids: u32,
    /// Processors that one sandbox may use at most; 2, or as many as there are.
    pub cpus: f64,
    /// Weight against other containers, which have 1024; 256.
    pub cpu_shares: u32,
    /// Size of the engine's data root, MiB; 768.
    pub data_root_mib: u32,
    /// Size of whatever else the learner changes in the file system, the home included, MiB; 128.
    pub home_mib: u32,
    /// Size of `/tmp`, MiB; 128.
    pub tmp_mib: u32,
    /// The largest file, MiB; 1024.
    pub largest_file_mib: u32,
    /// Open files of one process; 65,536.
    pub open_files: u32,
    /// How long a lease lasts unless it is extended, minutes; 120.
    pub lease_minutes: u32,
    /// Where base images come from: `auto`, `registry` or `packages`; `auto`.
    pub images: ImageSource,
    /// The isolation level; `userns`. Of sandboxes whose level is chosen by what works, see [`crate::LevelChoice`], the
    /// one that was chosen.
    pub level: IsolationLevel,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            memory_mib: MEMORY_MIB,
            pids: PIDS,
            cpus: CPUS,
            cpu_shares: CPU_SHARES,
            data_root_mib: DATA_MIB,
            home_mib: HOME_MIB,
            tmp_mib: TMP_MIB,
            largest_file_mib: LARGEST_FILE_MIB,
            open_files: OPEN_FILES,
            lease_minutes: LEASE_MINUTES,
            images: ImageSource::Auto,
            level: IsolationLevel::Userns,
        }
    }
}

/// A setting that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {why}")]
pub struct ConfigProblem {
    /// Name of the setting.
    pub key: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl SandboxConfig {
    /// How many sandboxes a host with so much memory holds. Each counts as a quarter of its limit, for few use it
    /// all, and as no less than what an ordinary lesson takes.
    #[must_use]
    pub fn fits(&self, host_memory_mib: u64) -> u32 {
        let each = TYPICAL_MIB.max(u64::from(self.memory_mib) / 4);
        u32::try_from(host_memory_mib.saturating_sub(RESERVE_MIB) / each).unwrap_or(u32::MAX)
    }

    /// Every setting that makes no sense; empty when all do.
    #[must_use]
    pub fn problems(&self) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        let mut least = |key, value: u32, least: u32| {
            if value < least {
                problems.push(ConfigProblem { key, why: format!("is {value}, must be at least {least}") });
            }
        };
        least("memory_mib", self.memory_mib, 256);
        least("pids", self.pids, 128);
        least("cpu_shares", self.cpu_shares, 2);
        least("data_root_mib", self.data_root_mib, 64);
        least("home_mib", self.home_mib, 16);
        least("tmp_mib", self.tmp_mib, 8);
        least("largest_file_mib", self.largest_file_mib, 16);
        least("open_files", self.open_files, 1024);
        least("lease_minutes", self.lease_minutes, 1);
        if !(self.cpus.is_finite() && self.cpus >= 0.1) {
            problems.push(ConfigProblem { key: "cpus", why: format!("is {}, must be at least 0.1", self.cpus) });
        }
        // What is on the tmpfs counts as memory; without room beside it the engine dies before the disk is full.
        let disk = u64::from(self.data_root_mib) + u64::from(self.home_mib) + u64::from(self.tmp_mib);
        if disk + 192 > u64::from(self.memory_mib) {
            let why =
                format!("is {}, must be 192 more than data_root_mib, home_mib and tmp_mib together", self.memory_mib);
            problems.push(ConfigProblem { key: "memory_mib", why });
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn defaults_make_sense() {
        assert_eq!(SandboxConfig::default().problems(), []);
    }

    #[test]
    fn problems_name_their_key() {
        let config = SandboxConfig { memory_mib: 512, cpus: f64::NAN, tmp_mib: 0, ..SandboxConfig::default() };
        let keys: Vec<_> = config.problems().iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["tmp_mib", "cpus", "memory_mib"]);
    }

    #[test]
    fn a_host_holds_what_its_memory_allows() {
        let config = SandboxConfig { memory_mib: 1536, ..SandboxConfig::default() };
        assert_eq!([512, 1024, 4096, 24_576].map(|host| config.fits(host)), [0, 0, 8, 61]);
        let small = SandboxConfig { memory_mib: 512, ..config };
        assert_eq!(small.fits(4096), 19);
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(serde_json::from_str::<SandboxConfig>(r#"{"memory": 1}"#).is_err());
        assert_eq!(serde_json::from_str::<SandboxConfig>(r#"{"pids": 300}"#).unwrap().pids, 300);
    }
}
