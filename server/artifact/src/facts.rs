//! Facts about images: the shapes that expectations point into.
//! Invariant: field names are those documented at the probes of crate `domain`; a change here is a change there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All that a job asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One for each wanted image, in the job's order.
    pub images: Vec<ImageFacts>,
    /// Of the whole archive.
    pub secrets: SecretFacts,
    /// When the job asked for it.
    pub difference: Option<LayerDifference>,
}

/// One image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// False: the archive does not hold it, and the rest is empty.
    pub present: bool,
    /// `sha256:` and the digest of the config.
    pub id: String,
    /// Names with tags.
    pub tags: Vec<String>,
    /// How its containers start.
    pub config: ConfigFacts,
    /// Lowest first.
    pub layers: Vec<LayerFacts>,
    /// How many.
    pub layer_count: usize,
    /// Bytes of all layers, unpacked.
    pub size: u64,
    /// Oldest first.
    pub history: Vec<HistoryFacts>,
    /// By the path that was asked for.
    pub files: BTreeMap<String, FileFacts>,
    /// Regular files with the set-uid bit.
    pub setuid: Vec<String>,
    /// Regular files of the final file system.
    pub file_count: usize,
}

/// The config of an image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfigFacts {
    /// Empty: root.
    pub user: String,
    /// Null when there is none.
    pub entrypoint: Option<Vec<String>>,
    /// Null when there is none.
    pub cmd: Option<Vec<String>>,
    /// By name.
    pub env: BTreeMap<String, String>,
    /// Empty: `/`.
    pub working_dir: String,
    /// As `8080/tcp`, sorted.
    pub exposed_ports: Vec<String>,
    /// By key.
    pub labels: BTreeMap<String, String>,
    /// As in the image's config, or null.
    pub healthcheck: Value,
    /// Null when there is none.
    pub stop_signal: Option<String>,
    /// Paths, sorted.
    pub volumes: Vec<String>,
}

/// One layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerFacts {
    /// `sha256:` of the unpacked layer, as the engine lists it.
    pub digest: String,
    /// Unpacked bytes.
    pub size: u64,
    /// Entries, whiteouts too.
    pub entries: u64,
    /// The history line that made it.
    pub created_by: Option<String>,
}

/// One line of the history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryFacts {
    /// The instruction.
    pub created_by: String,
    /// What the builder noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// True when it made no layer.
    pub empty_layer: bool,
}

/// A path of the final file system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// False: there is nothing, and the rest is empty.
    pub present: bool,
    /// `file`, `directory`, `symlink`, `character`, `block` or `fifo`.
    pub kind: String,
    /// Four octal digits.
    pub mode: String,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Bytes; of a symbolic link, of the file that it leads to.
    pub size: u64,
    /// Runs as its owner.
    pub setuid: bool,
    /// Runs as its group.
    pub setgid: bool,
    /// Lower-case hex, of regular files.
    pub sha256: Option<String>,
    /// The whole content when it is UTF-8 of at most 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// True of a regular file, or a link to one, whose content is not told: it is longer, or no UTF-8.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub text_withheld: bool,
    /// Of a symbolic link, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// What the search for secrets found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretFacts {
    /// Images in the archive.
    pub images_searched: usize,
    /// Bytes looked at: packed, unpacked and nested.
    pub bytes_searched: u64,
    /// At most 100.
    pub found: Vec<Finding>,
}

/// One place that holds a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// First tag or short id; null when no image refers to the place.
    pub image: Option<String>,
    /// A sentence part.
    #[serde(rename = "where")]
    pub place: String,
    /// Counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<usize>,
    /// `sha256:` of the layer, or of the blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Absolute, in the layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `plain`, `base64` or `hex`.
    pub form: String,
}

/// Two images, layer by layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerDifference {
    /// Both are in the archive.
    pub present: bool,
    /// Length of the common prefix.
    pub shared: usize,
    /// Layers of the first above it.
    pub only_first: usize,
    /// Layers of the second above it.
    pub only_second: usize,
    /// Layers of the first.
    pub first_count: usize,
    /// Layers of the second.
    pub second_count: usize,
}
