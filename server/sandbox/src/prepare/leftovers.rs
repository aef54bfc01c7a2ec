//! What earlier preparations, probes and deployments left on the host's engine.
//! Invariant: nothing that a running container uses is removed, nor what another version may be at work on.

use std::collections::HashMap;

use bollard::{
    models::ImageSummary,
    query_parameters::{ListImagesOptions, ListVolumesOptions, RemoveImageOptions, RemoveVolumeOptions},
};

use super::base;
use crate::{
    DockerEngine, Engine as _, Found,
    error::{Cause, EngineError},
    inputs::Names,
    labels,
    time::now,
};

/// What is younger than this, seconds, may belong to another version that shares the engine.
const DAY: i64 = 24 * 3600;

/// Remove images and volumes that other versions of this program prepared and no container uses; their number.
///
/// # Errors
/// When the engine does not list them.
pub async fn prune(engine: &DockerEngine) -> Result<usize, EngineError> {
    let names = &engine.names;
    let mut removed = 0;
    // Images that were pulled are old from the start.
    if !engine.list(labels::PREPARE).await?.is_empty() {
        return Ok(removed);
    }
    // The engine refuses to remove without force what any container uses, and that is left.
    let images = engine.docker.list_images(None::<ListImagesOptions>).await.map_err(listed)?;
    // An image has several names, of which the last alone is refused: all of them stay.
    let used = used_images(engine).await?;
    for image in images.iter().filter(|image| !used.contains(&image.id)) {
        for tag in superseded(image, names, now()) {
            let gone = engine.docker.remove_image(tag, None::<RemoveImageOptions>, None).await;
            removed += usize::from(gone.is_ok());
        }
    }
    let volumes = engine.docker.list_volumes(None::<ListVolumesOptions>).await.map_err(listed)?;
    let images = engine.docker.list_images(None::<ListImagesOptions>).await.map_err(listed)?;
    for volume in volumes.volumes.unwrap_or_default() {
        // What sandboxes of another image were found to offer: another version finds it out again.
        if volume.name.starts_with(labels::KEEPER) && volume.labels.get(labels::OFFER_OF) != Some(&names.sandbox) {
            let gone = engine.docker.remove_volume(&volume.name, None::<RemoveVolumeOptions>).await;
            removed += usize::from(gone.is_ok());
            continue;
        }
        let Some(hash) = volume.name.strip_prefix("drydock-golden-") else { continue };
        // A whole one has a name among the images, which went first if it was of no more use.
        let made = format!("drydock/golden:{hash}");
        if volume.name != names.golden && !images.iter().any(|image| image.repo_tags.contains(&made)) {
            let gone = engine.docker.remove_volume(&volume.name, None::<RemoveVolumeOptions>).await;
            removed += usize::from(gone.is_ok());
        }
    }
    Ok(removed)
}

/// Remove containers that ended and whose owner will not come back: probes, makers of golden volumes, and whatever
/// expired more than a day ago; their number.
///
/// # Errors
/// When the engine does not list them.
pub async fn sweep(engine: &DockerEngine) -> Result<usize, EngineError> {
    let filters = HashMap::from([("label".to_owned(), vec![labels::LEVEL.to_owned()])]);
    let found = engine.list_by(filters, EngineError::List).await?;
    let mut removed = 0;
    for dead in found.iter().filter(|found| is_dead(found, now())) {
        removed += usize::from(engine.remove(&dead.id).await.is_ok());
    }
    Ok(removed)
}

/// One that was made just now does not run yet, and is not past its deadline.
fn is_dead(found: &Found, now: i64) -> bool {
    let ours = [labels::PROBE, labels::PREPARE].contains(&found.deployment.as_str());
    let patience = if ours { 0 } else { DAY };
    !found.running && found.expires.saturating_add(patience) < now
}

/// Names of an image that this version has no use for.
fn superseded<'a>(image: &'a ImageSummary, names: &Names, now: i64) -> Vec<&'a str> {
    if image.created.saturating_add(DAY) > now {
        return Vec::new();
    }
    let bases = base::ALL.iter().map(|base| names.base(base.name));
    let current = [&names.debian, &names.system, &names.sandbox, &names.golden_made];
    let current: Vec<String> = current.into_iter().cloned().chain(bases).collect();
    let others = image.repo_tags.iter().filter(|tag| tag.starts_with("drydock/") && !current.contains(tag));
    others.map(String::as_str).collect()
}

/// Ids of the images that containers were made from, running or not.
async fn used_images(engine: &DockerEngine) -> Result<Vec<String>, EngineError> {
    let options = bollard::query_parameters::ListContainersOptionsBuilder::default().all(true).build();
    let containers = engine.docker.list_containers(Some(options)).await.map_err(listed)?;
    Ok(containers.into_iter().filter_map(|container| container.image_id).collect())
}

fn listed(error: impl Into<Cause>) -> EngineError {
    EngineError::List(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContainerId, ImageSource};

    #[test]
    fn only_old_names_of_other_versions_are_superseded() {
        let names = Names::of(ImageSource::Auto);
        let tags = [names.sandbox.clone(), "drydock/sandbox:old".to_owned(), "debian:13".to_owned()];
        let image = |created| ImageSummary { created, repo_tags: tags.to_vec(), ..ImageSummary::default() };
        assert_eq!(superseded(&image(0), &names, 2 * DAY), ["drydock/sandbox:old"]);
        assert_eq!(superseded(&image(DAY + 1), &names, 2 * DAY), [""; 0], "another version may have just made it");
    }

    #[test]
    fn what_runs_or_may_still_be_started_is_not_dead() {
        let found = |deployment: &str, running, expires| Found {
            id: ContainerId("x".to_owned()),
            deployment: deployment.to_owned(),
            name: "l".to_owned(),
            expires,
            running,
            level: None,
        };
        let now = 10 * DAY;
        assert!(is_dead(&found("probe", false, now - 1), now) && is_dead(&found("prepare", false, now - 1), now));
        assert!(!is_dead(&found("probe", true, 0), now) && !is_dead(&found("probe", false, now + 1), now));
        assert!(!is_dead(&found("other", false, now - 60), now), "its own server may still ask for it");
        assert!(is_dead(&found("other", false, now - DAY - 1), now) && !is_dead(&found("other", true, 0), now));
    }
}
