//! The OCI layout: from `index.json` down to image manifests.
//! Invariant: a descriptor is followed only to a blob of its digest and size, and only by a media type that is known.

use serde::Deserialize;

use crate::{
    Invalid,
    contents::{Body, Contents},
    document::shaped,
    invalid::quoted,
};

/// A reference to a blob.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default)]
    annotations: Option<std::collections::BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

/// An image manifest of the index.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// Digests by which the image may be called: the manifest's, and those of the indexes above it.
    pub(crate) ids: Vec<String>,
    /// Digest of the config.
    pub(crate) config: String,
    /// Digests of the layers.
    pub(crate) layers: Vec<String>,
    /// Tag that the index gives it.
    pub(crate) name: Option<String>,
}

const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
const MANIFESTS: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
const CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];
const LAYERS: [&str; 5] = [
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
];

/// The path of a digest's blob.
pub(crate) fn path_of(digest: &str) -> Option<String> {
    digest.strip_prefix("sha256:").map(|hex| format!("blobs/sha256/{hex}"))
}

/// The images that `index.json` lists, if there is one.
pub(crate) fn listed(contents: &Contents) -> Result<Option<Vec<Listed>>, Invalid> {
    let Some(index) = contents.at("index.json").and_then(|number| contents.blob(number)) else { return Ok(None) };
    let Body::Document(value) = &index.body else { return Err(Invalid::new("`index.json` is no JSON document")) };
    let index: Index = shaped(value, "index.json")?;
    let mut found = Vec::new();
    for descriptor in &index.manifests {
        follow(contents, descriptor, &[], name_in(descriptor), 0, &mut found)?;
    }
    Ok(Some(found))
}

fn name_in(descriptor: &Descriptor) -> Option<String> {
    descriptor.annotations.as_ref()?.get("io.containerd.image.name").cloned()
}

fn follow(
    contents: &Contents,
    descriptor: &Descriptor,
    above: &[String],
    name: Option<String>,
    depth: usize,
    found: &mut Vec<Listed>,
) -> Result<(), Invalid> {
    let kind = descriptor.media_type.as_str();
    if !INDEXES.contains(&kind) && !MANIFESTS.contains(&kind) {
        return Err(unknown(kind));
    }
    // Notes on how an image was built have a manifest too, of no image.
    if descriptor.annotations.as_ref().is_some_and(|notes| notes.contains_key("vnd.docker.reference.type")) {
        return Ok(());
    }
    // An image for other machines may be listed without its content.
    let Some(document) = blob(contents, descriptor)? else { return Ok(()) };
    let path = &document.path;
    let Body::Document(value) = &document.body else {
        return Err(Invalid::new(format!("the manifest {} is no JSON document", quoted(path))));
    };
    let mut ids = above.to_vec();
    ids.push(descriptor.digest.clone());
    if INDEXES.contains(&kind) {
        if depth >= 4 || found.len() > 1000 {
            return Err(Invalid::new("its index is nested too deeply"));
        }
        let index: Index = shaped(value, path)?;
        for descriptor in &index.manifests {
            follow(contents, descriptor, &ids, name.clone(), depth + 1, found)?;
        }
        return Ok(());
    }
    let manifest: Manifest = shaped(value, path)?;
    if !CONFIGS.contains(&manifest.config.media_type.as_str()) {
        return Err(unknown(&manifest.config.media_type));
    }
    for layer in &manifest.layers {
        if !LAYERS.contains(&layer.media_type.as_str()) {
            return Err(unknown(&layer.media_type));
        }
    }
    for part in manifest.layers.iter().chain([&manifest.config]) {
        if blob(contents, part)?.is_none() {
            return Err(Invalid::new(format!("the blob {} is missing", quoted(&part.digest))));
        }
    }
    let layers = manifest.layers.into_iter().map(|layer| layer.digest).collect();
    found.push(Listed { ids, config: manifest.config.digest, layers, name });
    Ok(())
}

fn unknown(kind: &str) -> Invalid {
    Invalid::new(format!("it holds something of the unknown media type {}", quoted(kind)))
}

fn blob<'a>(contents: &'a Contents, descriptor: &Descriptor) -> Result<Option<&'a crate::contents::Blob>, Invalid> {
    let path = path_of(&descriptor.digest)
        .ok_or_else(|| Invalid::new(format!("{} is no SHA-256 digest", quoted(&descriptor.digest))))?;
    let blob = contents.at(&path).and_then(|number| contents.blob(number));
    if let Some(blob) = blob
        && blob.size != descriptor.size
    {
        return Err(Invalid::new(format!("the blob {} does not have the size that is written of it", quoted(&path))));
    }
    Ok(blob)
}
