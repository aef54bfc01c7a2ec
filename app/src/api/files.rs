//! Files and ports of a sandbox as the browser sees them.
//! Invariant: paths are relative to the working folder, with `/`, and never climb out of it.

use serde::{Deserialize, Serialize};

/// One line of `GET /api/leases/{id}/files`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Relative to the working folder.
    pub path: String,
    /// File or folder.
    pub kind: FileKind,
    /// Bytes.
    pub size: u64,
    /// Permission bits, e.g. 0o644 as 420.
    pub mode: u32,
}

/// File or folder; anything else is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
}

/// One line of `GET /api/leases/{id}/ports`: something listens here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// TCP port.
    pub port: u16,
    /// Name of the process, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// Name of the container, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Where to see it.
    pub url: String,
}
