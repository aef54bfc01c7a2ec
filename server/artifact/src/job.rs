//! What is asked of an archive, and how much of an archive is too much.
//! Invariant: every field has a default, so that a job names only what it wants.

use serde::{Deserialize, Serialize};

/// What to find out about an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Job {
    /// Where to stop.
    pub limits: Limits,
    /// Images whose facts are wanted.
    pub images: Vec<Wanted>,
    /// Secrets to look for.
    pub needles: Vec<String>,
    /// Two images to compare layer by layer.
    pub difference: Option<(String, String)>,
}

/// One image, and files of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Name, with or without tag, or id, with or without `sha256:`.
    pub image: String,
    /// Absolute paths in the image's final file system.
    #[serde(default)]
    pub paths: Vec<String>,
}

/// The most that an archive may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the archive as it is streamed.
    pub compressed: u64,
    /// Bytes of all layers and nested archives, unpacked.
    pub unpacked: u64,
    /// Unpacked bytes for each packed byte of one stream.
    pub ratio: u64,
    /// Unpacked bytes of one stream up to which the ratio does not matter: a file of zeroes is no attack.
    pub ratio_floor: u64,
    /// Layers of one image.
    pub layers: usize,
    /// Entries of all archives together.
    pub entries: u64,
    /// Bytes of a path.
    pub path: usize,
    /// Bytes of a JSON document.
    pub json: usize,
    /// Nesting of a JSON document.
    pub json_depth: usize,
    /// Seconds of work, without the time spent waiting for bytes.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compressed: 1 << 30,
            unpacked: 2 << 30,
            ratio: 200,
            ratio_floor: 64 << 20,
            layers: 127,
            entries: 200_000,
            path: 4096,
            json: 4 << 20,
            json_depth: 64,
            seconds: 20,
        }
    }
}
