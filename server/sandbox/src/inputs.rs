//! What images are made of, and the names that follow from it.
//! Invariant: a name holds the hash of all that went in, so what bears it need never be made again.

use sha2::{Digest as _, Sha256};

use crate::ImageSource;

/// The static supervisor.
pub(crate) const SUPERVISOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/supervisor"));

/// Files of `image/`: path and content.
pub(crate) const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/image.rs"));

/// Raised when the code that makes images changes what comes out.
const RECIPE: &str = "1";

/// The same of the golden volume alone.
const GOLDEN_RECIPE: &str = "2";

/// The content of a file of `image/`.
pub(crate) fn file(path: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, bytes)| *bytes)
}

/// Files below a folder of `image/`, paths relative to it.
pub(crate) fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().filter_map(move |(name, bytes)| {
        name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).map(|rest| (rest, *bytes))
    })
}

pub(crate) fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn hash_of_folder(folder: &str, more: &[&str]) -> String {
    let mut parts: Vec<&[u8]> = vec![RECIPE.as_bytes()];
    parts.extend(more.iter().map(|text| text.as_bytes()));
    for (name, bytes) in below(folder) {
        parts.extend([name.as_bytes(), bytes]);
    }
    hash(&parts)
}

/// Names of what is made once and shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    /// Debian 13, the base of all.
    pub(crate) debian: String,
    /// The sandbox's system without the supervisor.
    pub(crate) system: String,
    /// What sandboxes run.
    pub(crate) sandbox: String,
    /// The volume with the preloaded images.
    pub(crate) golden: String,
    /// A tag that tells that the golden volume is whole.
    pub(crate) golden_made: String,
    /// Where images come from.
    source: ImageSource,
}

impl Names {
    pub(crate) fn of(source: ImageSource) -> Self {
        let debian = hash_of_folder("debian", &[source.as_str()]);
        let system = hash_of_folder("sandbox", &[&debian]);
        let sandbox = hash(&[system.as_bytes(), SUPERVISOR]);
        let golden = hash_of_folder("base", &[&system, GOLDEN_RECIPE]);
        Self {
            debian: format!("drydock/debian:{debian}"),
            system: format!("drydock/system:{system}"),
            sandbox: format!("drydock/sandbox:{sandbox}"),
            golden: format!("drydock-golden-{golden}"),
            golden_made: format!("drydock/golden:{golden}"),
            source,
        }
    }

    /// A base image on the host's engine.
    pub(crate) fn base(&self, name: &str) -> String {
        let folder = hash_of_folder(&format!("base/{name}"), &[&self.debian, self.source.as_str()]);
        format!("drydock/base-{name}:{folder}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_images_is_part_of_every_name() {
        let (one, two) = (Names::of(ImageSource::Auto), Names::of(ImageSource::Packages));
        assert_ne!(one.debian, two.debian);
        assert_ne!(one.sandbox, two.sandbox);
        assert_ne!(one.golden, two.golden);
        assert_ne!(one.base("nginx"), two.base("nginx"));
        assert_eq!(one, Names::of(ImageSource::Auto));
    }

    #[test]
    fn a_boundary_between_parts_counts() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    }

    #[test]
    fn the_files_are_held() {
        assert!(file("seccomp.json").is_some());
        assert!(below("sandbox").any(|(name, _)| name == "Dockerfile"));
    }
}
