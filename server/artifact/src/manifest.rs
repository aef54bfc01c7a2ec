//! `manifest.json`: which images an archive holds, in either layout.
//! Invariant: it and `index.json` tell the same where both are there.

use serde::Deserialize;

use crate::{
    Invalid,
    contents::{Body, Contents},
    document::shaped,
    invalid::quoted,
    oci,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    layers: Option<Vec<String>>,
}

/// An image by the blobs that make it.
#[derive(Debug, Clone)]
pub(crate) struct Outline {
    pub(crate) tags: Vec<String>,
    /// Digests other than the config's by which it may be called.
    pub(crate) ids: Vec<String>,
    /// Number of the config's blob.
    pub(crate) config: usize,
    /// Numbers of the layers' blobs, lowest first.
    pub(crate) layers: Vec<usize>,
}

/// All images of an archive.
pub(crate) fn outlines(contents: &Contents) -> Result<Vec<Outline>, Invalid> {
    let listed = oci::listed(contents)?;
    let Some(manifest) = contents.at("manifest.json").and_then(|number| contents.blob(number)) else {
        let listed = listed.ok_or_else(|| Invalid::new("it holds neither `manifest.json` nor `index.json`"))?;
        return merged(listed.iter().map(|image| of_listed(contents, image)).collect::<Result<_, _>>()?);
    };
    let Body::Document(value) = &manifest.body else { return Err(Invalid::new("`manifest.json` is no JSON document")) };
    let entries: Vec<Entry> = shaped(value, "manifest.json")?;
    let mut outlines = Vec::new();
    for entry in entries {
        let config = number(contents, &entry.config)?;
        let layers = entry.layers.unwrap_or_default();
        let layers = layers.iter().map(|path| number(contents, path)).collect::<Result<Vec<_>, _>>()?;
        let mut ids = Vec::new();
        if let Some(listed) = &listed {
            let mut same = listed
                .iter()
                .filter_map(|image| of_listed(contents, image).ok())
                .filter(|image| image.config == config && image.layers == layers)
                .peekable();
            if same.peek().is_none() {
                return Err(Invalid::new("`manifest.json` and `index.json` contradict each other"));
            }
            ids = same.flat_map(|image| image.ids).collect();
        }
        outlines.push(Outline { tags: entry.repo_tags.unwrap_or_default(), ids, config, layers });
    }
    merged(outlines)
}

fn of_listed(contents: &Contents, image: &oci::Listed) -> Result<Outline, Invalid> {
    let at = |digest: &String| number(contents, &oci::path_of(digest).unwrap_or_default());
    Ok(Outline {
        tags: image.name.iter().cloned().collect(),
        ids: image.ids.clone(),
        config: at(&image.config)?,
        layers: image.layers.iter().map(at).collect::<Result<_, _>>()?,
    })
}

fn number(contents: &Contents, path: &str) -> Result<usize, Invalid> {
    contents.at(path).ok_or_else(|| Invalid::new(format!("the blob {} is missing", quoted(path))))
}

/// One image may be listed once for each of its tags.
fn merged(outlines: Vec<Outline>) -> Result<Vec<Outline>, Invalid> {
    let mut merged: Vec<Outline> = Vec::new();
    for outline in outlines {
        match merged.iter_mut().find(|known| known.config == outline.config) {
            Some(known) if known.layers != outline.layers => {
                return Err(Invalid::new("two manifests give one config different layers"));
            }
            Some(known) => {
                for (to, from) in [(&mut known.tags, outline.tags), (&mut known.ids, outline.ids)] {
                    to.extend(from);
                    let mut seen = std::collections::BTreeSet::new();
                    to.retain(|one| seen.insert(one.clone()));
                }
            }
            None => merged.push(outline),
        }
    }
    let mut tags = std::collections::BTreeSet::new();
    for tag in merged.iter().flat_map(|image| &image.tags) {
        if !tags.insert(tag) {
            return Err(Invalid::new(format!("two images bear the tag {}", quoted(tag))));
        }
    }
    Ok(merged)
}
