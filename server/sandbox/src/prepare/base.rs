//! The images that lessons use: pulled where their registry is reachable, else built from Debian packages.
//! What each of them really is: `image/base/README.md`.

use std::time::Duration;

use bollard::query_parameters::CreateImageOptionsBuilder;
use futures::TryStreamExt as _;
use tokio::time::timeout;

use super::{Report, begin, build, has_image, tag};
use crate::{DockerEngine, ImageSource, error::PrepareError, inputs};

/// A registry that has not answered by then is taken for unreachable.
const ANSWER: Duration = Duration::from_secs(15);
/// The longest pull of one image.
const PULL: Duration = Duration::from_secs(900);

/// An image that lessons use.
pub(super) struct Base {
    /// Folder below `image/base`.
    pub(super) name: &'static str,
    /// What to pull; `None` for what no registry has.
    pub(super) pull: Option<&'static str>,
    /// What it is called in a sandbox.
    pub(super) tags: &'static [&'static str],
}

/// All but Debian itself, smallest first.
pub(super) const ALL: [Base; 6] = [
    Base { name: "busybox", pull: Some("busybox:latest"), tags: &["busybox:latest", "busybox:stable", "busybox:1"] },
    Base { name: "registry", pull: Some("registry:2"), tags: &["registry:2"] },
    Base { name: "nginx", pull: Some("nginx:stable"), tags: &["nginx:latest", "nginx:stable", "nginx:1"] },
    Base {
        name: "python",
        pull: Some("python:3.13-slim"),
        tags: &["python:3", "python:latest", "python:3-slim", "python:3.13", "python:3.13-slim"],
    },
    Base { name: "desktop", pull: None, tags: &["desktop:latest", "desktop:1"] },
    Base { name: "postgres", pull: Some("postgres:17"), tags: &["postgres:latest", "postgres:17"] },
];

/// Have every image on the host's engine.
pub(super) async fn have_all(
    engine: &DockerEngine,
    source: ImageSource,
    report: Report<'_>,
) -> Result<(), PrepareError> {
    for base in &ALL {
        let name = engine.names.base(base.name);
        if has_image(engine, &name).await? {
            continue;
        }
        if let Some(image) = base.pull
            && pull(engine, source, image, &name, report).await?
        {
            continue;
        }
        begin(report, format!("Build {} from Debian packages", base.name));
        let context = build::context(&name, inputs::below(&format!("base/{}", base.name)))?;
        build::build(engine, &name, context, &[("BASE", &engine.names.debian)], report).await?;
    }
    Ok(())
}

/// Pull an image and give it our name. False when no registry is to be asked, or none is reachable.
pub(super) async fn pull(
    engine: &DockerEngine,
    source: ImageSource,
    image: &str,
    name: &str,
    report: Report<'_>,
) -> Result<bool, PrepareError> {
    if source == ImageSource::Packages {
        return Ok(false);
    }
    begin(report, format!("Pull {image}"));
    let failed = |cause| PrepareError::Image { image: image.to_owned(), source: cause };
    let (repo, version) = image.rsplit_once(':').unwrap_or((image, "latest"));
    let options = CreateImageOptionsBuilder::default().from_image(repo).tag(version).build();
    let mut steps = engine.docker.create_image(Some(options), None, None);
    let refusal = match timeout(ANSWER, steps.try_next()).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.into()),
        Err(_) => Some("the registry does not answer".into()),
    };
    match refusal {
        Some(cause) if source == ImageSource::Registry => return Err(failed(cause)),
        Some(cause) => {
            tracing::info!(image, error = %cause, "not pulled; it is built from Debian packages instead");
            return Ok(false);
        }
        None => {}
    }
    let rest = async {
        while steps.try_next().await?.is_some() {}
        Ok::<_, bollard::errors::Error>(())
    };
    match timeout(PULL, rest).await {
        Ok(Ok(())) => tag(engine, image, name).await.map(|()| true),
        Ok(Err(error)) => Err(failed(error.into())),
        Err(_) => Err(failed("the pull took too long".into())),
    }
}
