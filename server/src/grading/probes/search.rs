//! Secrets, searched in every byte of images.
//! Invariant: an image counts as searched only when its own bytes were; one that cannot be had is never a clean one.

use std::{collections::BTreeSet, ops::ControlFlow};

use sandbox::Sandbox;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Look, ProbeError,
    images::{id_of, refused},
    listing::{Listed, Preloaded, listed},
};
use crate::grading::archive::{self, Judged};

/// The most findings that are told.
const MOST: usize = 100;

pub(super) async fn look(
    sandbox: &Sandbox,
    preloaded: &Preloaded,
    images: Option<&[String]>,
    needles: &[String],
) -> Result<Look, ProbeError> {
    let wanted: Vec<Wanted> = match images {
        Some(images) => images.iter().map(|name| Wanted::named(name)).collect(),
        None => listed(sandbox).await?.iter().filter(|it| !preloaded.ids.contains(&it.id)).map(Wanted::left).collect(),
    };
    let mut searched = Searched::default();
    // One archive for each image: one that is wanted by id bears no name in an archive of many.
    for image in &wanted {
        let job = json!({"images": [{"image": image.name, "paths": []}], "needles": needles});
        let judged = archive::judge(sandbox, std::slice::from_ref(&image.name), &job).await?;
        if images.is_none() && matches!(judged, Judged::Absent) && is_gone(&listed(sandbox).await?, &image.name) {
            continue;
        }
        if let ControlFlow::Break(look) = searched.take(image, judged) {
            return Ok(look);
        }
    }
    Ok(if images.is_some() { searched.named() } else { searched.all(preloaded) })
}

/// An image to search.
struct Wanted {
    /// Name or id.
    name: String,
    /// As people call it.
    shown: String,
}

impl Wanted {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), shown: name.to_owned() }
    }

    fn left(listed: &Listed) -> Self {
        Self { name: listed.id.clone(), shown: listed.name() }
    }
}

/// Whether an image was removed since it was listed.
fn is_gone(listed: &[Listed], id: &str) -> bool {
    listed.iter().all(|image| image.id != id)
}

/// What a search through several images has come to.
#[derive(Default)]
struct Searched {
    bytes: u64,
    found: Vec<Value>,
    digests: Vec<u8>,
    images: Vec<(String, String)>,
}

impl Searched {
    /// Take what came of an image; a look when that ends the search.
    fn take(&mut self, image: &Wanted, judged: Judged) -> ControlFlow<Look> {
        let (report, digest) = match judged {
            Judged::Report { report, digest } => (report, digest),
            Judged::Absent => return ControlFlow::Break(Look::invalid(format!("there is no image {}", image.shown))),
            other => return ControlFlow::Break(refused(other)),
        };
        let Some(id) = id_of(&report["images"][0]) else {
            let reason = format!("the archive that was to hold {} does not hold it", image.shown);
            return ControlFlow::Break(Look::invalid(reason));
        };
        self.images.push((image.name.clone(), id));
        self.digests.extend_from_slice(&digest);
        let secrets = &report["secrets"];
        self.bytes += secrets["bytes_searched"].as_u64().unwrap_or(0);
        self.found.extend(secrets["found"].as_array().into_iter().flatten().cloned().map(|mut one| {
            one["image"] = json!(image.shown);
            one
        }));
        ControlFlow::Continue(())
    }

    fn look(mut self) -> Look {
        self.found.truncate(MOST);
        let facts = json!({"images_searched": self.images.len(), "bytes_searched": self.bytes, "found": self.found});
        let digest = (!self.digests.is_empty()).then(|| Sha256::digest(&self.digests).into());
        Look { digest, ..Look::seen(facts) }
    }

    /// Of images by name, which other checks may have looked at, too.
    fn named(mut self) -> Look {
        let images = std::mem::take(&mut self.images);
        if images.is_empty() {
            return Look::could_not("the check names no image to search".to_owned());
        }
        let named = images.iter().cloned().map(|(name, id)| (name, Some(id))).collect();
        Look { images: named, ..Self { images, ..self }.look() }
    }

    /// Of all images that are left.
    fn all(self, preloaded: &Preloaded) -> Look {
        let ids = self.images.iter().map(|(_, id)| id).chain(&preloaded.ids);
        let all: BTreeSet<String> = ids.cloned().collect();
        Look { all: Some(all), ..self.look() }
    }
}

#[cfg(test)]
mod tests {
    use domain::evidence::Evidence;

    use super::*;

    fn wanted(name: &str) -> Wanted {
        Wanted { name: name.to_owned(), shown: format!("{name} as shown") }
    }

    fn report(image: &Value, found: &[&str]) -> Judged {
        let found: Vec<Value> = found.iter().map(|place| json!({"where": place, "image": "app:1"})).collect();
        let report = json!({"images": [image], "secrets": {"bytes_searched": 7, "found": found}});
        Judged::Report { report, digest: [1; 32] }
    }

    fn there(id: &str) -> Value {
        json!({"present": true, "id": id})
    }

    fn facts(look: Look) -> Value {
        let Evidence::Seen { facts } = look.evidence else { return Value::Null };
        facts
    }

    #[test]
    fn what_was_found_is_told_by_image() {
        let mut searched = Searched::default();
        assert!(searched.take(&wanted("a"), report(&there("sha256:a"), &["layer 1"])).is_continue());
        assert!(searched.take(&wanted("b"), report(&there("sha256:b"), &[])).is_continue());
        let look = searched.named();
        let named = |name: &str| (name.to_owned(), Some(format!("sha256:{name}")));
        assert_eq!((look.images.as_slice(), look.all.is_none()), (&[named("a"), named("b")][..], true));
        assert!(look.digest.is_some());
        let found = json!([{"where": "layer 1", "image": "a as shown"}]);
        assert_eq!(facts(look), json!({"images_searched": 2, "bytes_searched": 14, "found": found}));
    }

    #[test]
    fn an_image_that_cannot_be_had_is_not_a_clean_one() {
        let absent = json!({"present": false, "id": ""});
        let cases = [
            (Judged::Absent, "there is no image a as shown"),
            (report(&absent, &[]), "the archive that was to hold a as shown does not hold it"),
            (
                report(&json!({"present": true, "id": ""}), &[]),
                "the archive that was to hold a as shown does not hold it",
            ),
            (report(&Value::Null, &[]), "the archive that was to hold a as shown does not hold it"),
            (Judged::Invalid("two manifests".to_owned()), "the image's archive is not valid: two manifests"),
        ];
        for (judged, reason) in cases {
            let look = Searched::default().take(&wanted("a"), judged).break_value().unwrap();
            assert_eq!(look.evidence, Evidence::Invalid { reason: reason.to_owned() });
        }
        let look = Searched::default().take(&wanted("a"), Judged::CouldNot("hung".to_owned())).break_value().unwrap();
        assert!(matches!(look.evidence, Evidence::CouldNotLook { .. }));
        assert!(matches!(Searched::default().named().evidence, Evidence::CouldNotLook { .. }));
    }

    #[test]
    fn only_an_image_that_is_listed_no_more_was_removed() {
        let listed = |id: &str| Listed { id: id.to_owned(), tags: Vec::new(), size: 0 };
        assert!(is_gone(&[listed("sha256:b")], "sha256:a"));
        assert!(!is_gone(&[listed("sha256:b"), listed("sha256:a")], "sha256:a"));
    }

    #[test]
    fn a_search_of_all_tells_which_images_these_were() {
        let preloaded = Preloaded { ids: ["sha256:p".to_owned()].into() };
        let mut searched = Searched::default();
        assert!(searched.take(&wanted("sha256:a"), report(&there("sha256:a"), &[])).is_continue());
        let look = searched.all(&preloaded);
        assert_eq!(look.all.clone().unwrap().into_iter().collect::<Vec<_>>(), ["sha256:a", "sha256:p"]);
        assert!(look.images.is_empty());
        // Nothing may be left, too; then nothing was read.
        let look = Searched::default().all(&preloaded);
        assert!(look.digest.is_none());
        assert_eq!(facts(look)["images_searched"], 0);
    }
}
