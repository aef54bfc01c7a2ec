//! How large and how long a sandbox is. Every figure has a named default.

use serde::{Deserialize, Serialize};

/// Limits of every sandbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxConfig {
    /// Memory with swap, MiB; tmpfs counts towards it.
    pub memory_mib: u32,
    /// Processes and threads.
    pub pids: u32,
    /// Processor time, in processors.
    pub cpus: f64,
    /// Size of the engine's data root, MiB.
    pub data_mib: u32,
    /// Size of what may change in the rest of the file system, MiB.
    pub root_mib: u32,
    /// Size of `/tmp`, MiB.
    pub tmp_mib: u32,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self { memory_mib: 1024, pids: 1024, cpus: 2.0, data_mib: 640, root_mib: 128, tmp_mib: 128 }
    }
}
