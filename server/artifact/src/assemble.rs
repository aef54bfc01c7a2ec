//! Images from their blobs, and the facts about them.
//! Invariant: a config's diff ids are those of its layers, one for one, before any fact is told.

use std::rc::Rc;

use crate::{
    Invalid, Limits, Wanted, config,
    contents::{Body, Contents},
    facts::{ConfigFacts, HistoryFacts, ImageFacts, LayerDifference, LayerFacts},
    invalid::quoted,
    layer::Layer,
    manifest::{self, Outline},
    tree::Tree,
};

/// An image whose digests hold.
pub(crate) struct Image {
    pub(crate) outline: Outline,
    /// `sha256:` of the config.
    pub(crate) id: String,
    pub(crate) config: ConfigFacts,
    pub(crate) history: Vec<HistoryFacts>,
    pub(crate) layers: Vec<LayerFacts>,
    bodies: Vec<Rc<Layer>>,
}

/// All images of an archive, verified.
pub(crate) fn images(contents: &Contents, limits: &Limits) -> Result<Vec<Image>, Invalid> {
    manifest::outlines(contents)?.into_iter().map(|outline| image(contents, outline, limits)).collect()
}

fn image(contents: &Contents, outline: Outline, limits: &Limits) -> Result<Image, Invalid> {
    if outline.layers.len() > limits.layers {
        return Err(Invalid::new(format!("an image has more than {} layers", limits.layers)));
    }
    let missing = || Invalid::new("a blob is missing");
    let blob = contents.blob(outline.config).ok_or_else(missing)?;
    let Body::Document(value) = &blob.body else {
        return Err(Invalid::new(format!("the config {} is no JSON document", quoted(&blob.path))));
    };
    let read = config::read(value, &blob.path)?;
    if read.diff_ids.len() != outline.layers.len() {
        return Err(Invalid::new("an image's config and its manifest disagree on the number of layers"));
    }
    let mut makers = read.history.iter().filter(|line| !line.empty_layer);
    if !read.history.is_empty() && makers.clone().count() != outline.layers.len() {
        return Err(Invalid::new("an image's history and its layers disagree on the number of layers"));
    }
    let (mut layers, mut bodies) = (Vec::new(), Vec::new());
    for (number, expected) in outline.layers.iter().zip(&read.diff_ids) {
        let blob = contents.blob(*number).ok_or_else(missing)?;
        let Body::Layer { layer, diff_id, size } = &blob.body else {
            return Err(Invalid::new(format!("the layer {} is no tar archive", quoted(&blob.path))));
        };
        if diff_id != expected {
            return Err(Invalid::new(format!(
                "the layer {} does not have the digest that the config names",
                quoted(&blob.path)
            )));
        }
        layers.push(LayerFacts {
            digest: diff_id.clone(),
            size: *size,
            entries: layer.entries,
            created_by: makers.next().map(|line| line.created_by.clone()),
        });
        bodies.push(Rc::clone(layer));
    }
    let (id, config, history) = (blob.digest.clone(), read.config, read.history);
    Ok(Image { outline, id, config, history, layers, bodies })
}

impl Image {
    /// First tag, or the short id.
    pub(crate) fn name(&self) -> String {
        self.outline.tags.first().cloned().unwrap_or_else(|| short(&self.id).trim_start_matches("sha256:").to_owned())
    }

    /// All facts, with those of some paths.
    pub(crate) fn facts(&self, paths: &[String]) -> Result<ImageFacts, Invalid> {
        let mut tree = Tree::default();
        for layer in &self.bodies {
            tree.put(layer)?;
        }
        Ok(ImageFacts {
            present: true,
            id: self.id.clone(),
            tags: self.outline.tags.clone(),
            config: self.config.clone(),
            layers: self.layers.clone(),
            layer_count: self.layers.len(),
            size: self.layers.iter().map(|layer| layer.size).sum(),
            history: self.history.clone(),
            files: paths.iter().map(|path| (path.clone(), tree.file(path))).collect(),
            setuid: tree.setuid(),
            file_count: tree.file_count(),
        })
    }

    /// By the digest of its config, as classic stores call it, or of its manifest, as containerd's does.
    fn is_called(&self, id: &str) -> bool {
        std::iter::once(&self.id).chain(&self.outline.ids).any(|own| own.trim_start_matches("sha256:").starts_with(id))
    }
}

/// A digest as people read it.
pub(crate) fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 12).collect()
}

/// The facts of wanted images, in their order.
pub(crate) fn wanted(images: &[Image], wanted: &[Wanted]) -> Result<Vec<ImageFacts>, Invalid> {
    wanted
        .iter()
        .map(|wanted| {
            find(images, &wanted.image).map_or_else(|| Ok(ImageFacts::default()), |image| image.facts(&wanted.paths))
        })
        .collect()
}

/// The image that a name or an id means.
pub(crate) fn find<'a>(images: &'a [Image], wanted: &str) -> Option<&'a Image> {
    let name = familiar(wanted);
    if let Some(image) = images.iter().find(|image| image.outline.tags.iter().any(|tag| familiar(tag) == name)) {
        return Some(image);
    }
    let id = wanted.rsplit_once("sha256:").map_or(wanted, |(_, id)| id).to_ascii_lowercase();
    let is_id = (12..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id && let Some(image) = images.iter().find(|image| image.is_called(&id)) {
        return Some(image);
    }
    match images {
        // The engine was asked for one image and gave one: asked for by a digest of some registry, which the archive does
        // not know, it bears no tag. One asked for by its own id has to have it.
        [image] if image.outline.tags.is_empty() && (!is_id || wanted.contains('@')) => Some(image),
        _ => None,
    }
}

/// A name with its tag and without the default registry.
fn familiar(name: &str) -> String {
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    if name.rsplit('/').next().is_some_and(|last| last.contains(':')) {
        name.to_owned()
    } else {
        format!("{name}:latest")
    }
}

/// Two images' layers compared.
pub(crate) fn difference(images: &[Image], first: &str, second: &str) -> LayerDifference {
    let (Some(first), Some(second)) = (find(images, first), find(images, second)) else {
        return LayerDifference::default();
    };
    let shared = first.layers.iter().zip(&second.layers).take_while(|(a, b)| a.digest == b.digest).count();
    LayerDifference {
        present: true,
        shared,
        only_first: first.layers.len() - shared,
        only_second: second.layers.len() - shared,
        first_count: first.layers.len(),
        second_count: second.layers.len(),
    }
}
