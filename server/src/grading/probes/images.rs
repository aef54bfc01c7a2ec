//! Images: listed, taken out as archives and judged byte by byte in a process of their own.
//! Invariant: an archive that does not hold what was asked for tells nothing of it.

use sandbox::Sandbox;
use serde_json::{Value, json};

use super::{
    Look, ProbeError,
    listing::{Preloaded, listed},
};
use crate::grading::archive::{self, Judged};

pub(super) async fn list(sandbox: &Sandbox, preloaded: &Preloaded) -> Result<Look, ProbeError> {
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

pub(super) async fn one(sandbox: &Sandbox, image: &str, paths: &[String]) -> Result<Look, ProbeError> {
    let job = json!({"images": [{"image": image, "paths": paths}]});
    let judged = archive::judge(sandbox, &[image.to_owned()], &job).await?;
    Ok(look(&[image], judged, |report| report["images"][0].take()))
}

pub(super) async fn difference(sandbox: &Sandbox, first: &str, second: &str) -> Result<Look, ProbeError> {
    let job = json!({
        "images": [{"image": first, "paths": []}, {"image": second, "paths": []}],
        "difference": [first, second],
    });
    let judged = archive::judge(sandbox, &[first.to_owned(), second.to_owned()], &job).await?;
    Ok(look(&[first, second], judged, |report| report["difference"].take()))
}

/// The facts of a report when all images are in it, else that they are not there.
fn look(names: &[&str], judged: Judged, facts: impl FnOnce(&mut Value) -> Value) -> Look {
    let absent = json!({"present": false});
    let named = |ids: Vec<Option<String>>| names.iter().map(|name| (*name).to_owned()).zip(ids).collect();
    match judged {
        Judged::Report { mut report, digest } => {
            let ids: Vec<_> = (0..names.len()).map(|at| id_of(&report["images"][at])).collect();
            let facts = if ids.iter().all(Option::is_some) { facts(&mut report) } else { absent };
            Look { digest: Some(digest), images: named(ids), ..Look::seen(facts) }
        }
        // The engine does not tell which of several is missing.
        Judged::Absent if names.len() > 1 => Look::seen(absent),
        Judged::Absent => Look { images: named(vec![None]), ..Look::seen(absent) },
        other => refused(other),
    }
}

/// The id of an image in a report; `None` when the archive does not hold it.
pub(super) fn id_of(image: &Value) -> Option<String> {
    image["id"].as_str().filter(|id| image["present"] == true && !id.is_empty()).map(str::to_owned)
}

/// A look at what could not be judged.
pub(super) fn refused(judged: Judged) -> Look {
    match judged {
        Judged::Invalid(reason) => Look::invalid(format!("the image's archive is not valid: {reason}")),
        Judged::CouldNot(reason) => Look::could_not(reason),
        Judged::Absent | Judged::Report { .. } => Look::could_not("an archive was judged and nobody asked".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use domain::evidence::Evidence;

    use super::*;

    fn judged(images: &Value) -> Judged {
        Judged::Report { report: json!({"images": images, "difference": {"present": true}}), digest: [0; 32] }
    }

    fn first(judged: Judged, names: &[&str]) -> (Value, Vec<Option<String>>) {
        let look = look(names, judged, |report| report["images"][0].take());
        let Evidence::Seen { facts } = look.evidence else { return (Value::Null, Vec::new()) };
        (facts, look.images.into_iter().map(|(_, id)| id).collect())
    }

    #[test]
    fn an_image_that_is_not_in_its_archive_has_no_facts() {
        let there = json!({"present": true, "id": "sha256:a", "files": {}, "layer_count": 1});
        let (facts, ids) = first(judged(&json!([there])), &["app:1"]);
        assert_eq!((&facts["layer_count"], ids), (&json!(1), vec![Some("sha256:a".to_owned())]));
        // As the reader tells of an archive with an empty manifest: checks that want something not to be there would
        // pass on its empty lists.
        let absent = json!({"present": false, "id": "", "files": {}, "layer_count": 0, "setuid": []});
        for images in [json!([absent]), json!([]), json!([{"present": true, "id": ""}])] {
            assert_eq!(first(judged(&images), &["app:1"]), (json!({"present": false}), vec![None]), "{images}");
        }
        assert_eq!(first(Judged::Absent, &["app:1"]), (json!({"present": false}), vec![None]));
        let (facts, ids) = first(judged(&json!([there, absent])), &["app:1", "app:2"]);
        assert_eq!((facts, ids.len()), (json!({"present": false}), 2));
        assert_eq!(first(Judged::Absent, &["app:1", "app:2"]), (json!({"present": false}), vec![]));
    }
}
