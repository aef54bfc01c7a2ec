//! Images: listed, taken out as archives and judged byte by byte in a process of their own.

use std::collections::{HashMap, HashSet};

use domain::evidence::Evidence;
use sandbox::{Sandbox, SandboxError};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Look, body, get};
use crate::grading::archive::{self, Judged};

/// Images that every sandbox comes with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::grading) struct Preloaded {
    ids: HashSet<String>,
}

/// An image as the sandbox's engine lists it.
struct Listed {
    id: String,
    tags: Vec<String>,
    size: u64,
}

impl Preloaded {
    /// Those of a sandbox that no learner has touched.
    pub(in crate::grading) async fn of(fresh: &Sandbox) -> Result<Self, String> {
        let listed = listed(fresh).await.map_err(|error| error.to_string())?;
        Ok(Self { ids: listed.into_iter().map(|image| image.id).collect() })
    }
}

async fn listed(sandbox: &Sandbox) -> Result<Vec<Listed>, SandboxError> {
    let answer = get(sandbox, "/images/json?all=1").await?;
    let Value::Array(images) = body(&answer) else { return Ok(Vec::new()) };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok(images
        .iter()
        .filter_map(|image| {
            let tags =
                image["RepoTags"].as_array().map(|tags| tags.iter().filter_map(text).collect()).unwrap_or_default();
            Some(Listed { id: text(&image["Id"])?, tags, size: image["Size"].as_u64().unwrap_or(0) })
        })
        .map(|image| Listed { tags: image.tags.into_iter().filter(|tag| tag != "<none>:<none>").collect(), ..image })
        .collect())
}

pub(super) async fn list(sandbox: &Sandbox, preloaded: &Preloaded) -> Result<Look, SandboxError> {
    let all = listed(sandbox).await?;
    let (came, left): (Vec<_>, Vec<_>) = all.iter().partition(|image| preloaded.ids.contains(&image.id));
    let images: Vec<Value> = left
        .iter()
        .map(|image| json!({"id": image.id, "tags": image.tags, "dangling": image.tags.is_empty(), "size": image.size}))
        .collect();
    let tags: Vec<&String> = all.iter().flat_map(|image| &image.tags).collect();
    let came: Vec<&String> = came.iter().flat_map(|image| &image.tags).collect();
    Ok(Look::seen(json!({"images": images, "preloaded": came, "tags": tags})))
}

pub(super) async fn one(sandbox: &Sandbox, image: &str, paths: &[String]) -> Result<Look, SandboxError> {
    let job = json!({"images": [{"image": image, "paths": paths}]});
    Ok(match archive::judge(sandbox, &[image.to_owned()], &job).await? {
        Judged::Report { report, digest } => {
            let images = ids(&[image.to_owned()], &report).collect();
            Look { images, ..look(report["images"][0].clone(), digest) }
        }
        other => look_of(other, json!({"present": false})),
    })
}

/// Names that images were asked for, and the ids that they turned out to have.
fn ids<'a>(names: &'a [String], report: &'a Value) -> impl Iterator<Item = (String, String)> + 'a {
    let images = report["images"].as_array().into_iter().flatten();
    names.iter().zip(images).filter_map(|(name, image)| {
        let id = image["id"].as_str().filter(|id| !id.is_empty())?;
        Some((name.clone(), id.to_owned()))
    })
}

pub(super) async fn search(
    sandbox: &Sandbox,
    preloaded: &Preloaded,
    images: Option<&[String]>,
    needles: &[String],
) -> Result<Look, SandboxError> {
    let (names, known) = match images {
        Some(images) => (images.to_vec(), HashMap::new()),
        None => {
            let left: Vec<Listed> =
                listed(sandbox).await?.into_iter().filter(|image| !preloaded.ids.contains(&image.id)).collect();
            let known = left.iter().map(|image| (image.id.clone(), name_of(image))).collect();
            (left.into_iter().map(|image| image.id).collect(), known)
        }
    };
    let nothing = json!({"images_searched": 0, "bytes_searched": 0, "found": []});
    if names.is_empty() {
        return Ok(Look::seen(nothing));
    }
    let wanted: Vec<Value> = names.iter().map(|name| json!({"image": name, "paths": []})).collect();
    // One archive for each image: one that is wanted by id bears no name in an archive of many.
    let mut found = Vec::new();
    let (mut searched, mut bytes, mut digests, mut judged) = (0_u64, 0_u64, Vec::new(), Vec::new());
    for (name, wanted) in names.iter().zip(wanted) {
        let job = json!({"images": [wanted], "needles": needles});
        match archive::judge(sandbox, std::slice::from_ref(name), &job).await? {
            Judged::Report { report, digest } => {
                let secrets = &report["secrets"];
                searched += 1;
                bytes += secrets["bytes_searched"].as_u64().unwrap_or(0);
                let shown = known.get(name).unwrap_or(name);
                found.extend(secrets["found"].as_array().into_iter().flatten().cloned().map(|mut one| {
                    one["image"] = json!(shown);
                    one
                }));
                digests.extend_from_slice(&digest);
                judged.extend(ids(std::slice::from_ref(name), &report));
            }
            // It was removed meanwhile.
            Judged::Absent if images.is_none() => {}
            other => return Ok(look_of(other, nothing)),
        }
    }
    found.truncate(100);
    let facts = json!({"images_searched": searched, "bytes_searched": bytes, "found": found});
    Ok(Look { images: judged, ..look(facts, Sha256::digest(&digests).into()) })
}

pub(super) async fn difference(sandbox: &Sandbox, first: &str, second: &str) -> Result<Look, SandboxError> {
    let job = json!({
        "images": [{"image": first, "paths": []}, {"image": second, "paths": []}],
        "difference": [first, second],
    });
    Ok(match archive::judge(sandbox, &[first.to_owned(), second.to_owned()], &job).await? {
        Judged::Report { report, digest } => {
            let names = [first.to_owned(), second.to_owned()];
            Look { images: ids(&names, &report).collect(), ..look(report["difference"].clone(), digest) }
        }
        other => look_of(other, json!({"present": false})),
    })
}

/// An image's first tag, or how people call one without.
fn name_of(image: &Listed) -> String {
    match image.tags.first() {
        Some(tag) => tag.clone(),
        None => {
            format!("untagged image {}", image.id.trim_start_matches("sha256:").chars().take(12).collect::<String>())
        }
    }
}

fn look(facts: Value, digest: [u8; 32]) -> Look {
    Look { evidence: Evidence::Seen { facts }, digest: Some(digest), images: Vec::new() }
}

fn look_of(judged: Judged, absent: Value) -> Look {
    match judged {
        Judged::Absent => Look::seen(absent),
        Judged::Invalid(reason) => Look::invalid(format!("the image's archive is not valid: {reason}")),
        Judged::CouldNot(reason) => Look::could_not(reason),
        Judged::Report { .. } => Look::could_not("an archive was judged and nobody asked".to_owned()),
    }
}
