//! Debian 13, the base of all: pulled where a registry is reachable, else bootstrapped from packages.

use std::{path::Path, process::Stdio};

use bollard::{body_try_stream, query_parameters::CreateImageOptionsBuilder};
use futures::TryStreamExt as _;
use tokio::process::Command;
use tokio_util::io::ReaderStream;

use super::{Report, base, begin, has_image};
use crate::{DockerEngine, ImageSource, error::PrepareError, inputs};

/// What it is called in a sandbox.
pub(super) const TAGS: [&str; 5] =
    ["debian:13", "debian:latest", "debian:13-slim", "debian:trixie", "debian:trixie-slim"];

/// Have it on the host's engine.
pub(super) async fn have(engine: &DockerEngine, source: ImageSource, report: Report<'_>) -> Result<(), PrepareError> {
    let name = &engine.names.debian;
    if has_image(engine, name).await? || base::pull(engine, source, "debian:13-slim", name, report).await? {
        return Ok(());
    }
    begin(report, "Bootstrap Debian 13 from its packages");
    let folder = tempfile::tempdir().map_err(|error| failed("mktemp", error.to_string()))?;
    let tree = folder.path().join("debian");
    bootstrap(&tree).await?;
    begin(report, "Import Debian 13");
    import(engine, &tree).await
}

fn failed(program: &'static str, detail: String) -> PrepareError {
    PrepareError::Program { program, detail }
}

async fn bootstrap(tree: &Path) -> Result<(), PrepareError> {
    let script = inputs::file("debian/bootstrap.sh").map(String::from_utf8_lossy).unwrap_or_default();
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(tree).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(|error| failed("debootstrap", error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let detail = format!("{} (it needs root and the package debootstrap)\n{}", output.status, said.trim());
    Err(failed("debootstrap", detail))
}

async fn import(engine: &DockerEngine, tree: &Path) -> Result<(), PrepareError> {
    let name = &engine.names.debian;
    let mut packer = Command::new("tar")
        .args(["--numeric-owner", "-cf", "-", "-C"])
        .arg(tree)
        .arg(".")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed("tar", error.to_string()))?;
    let archive = packer.stdout.take().ok_or_else(|| failed("tar", "it has no output".to_owned()))?;
    let (repo, version) = name.rsplit_once(':').unwrap_or((name, "latest"));
    let changes = vec![
        r#"CMD ["bash"]"#.to_owned(),
        r#"LABEL org.opencontainers.image.title="debian""#.to_owned(),
        r#"LABEL org.opencontainers.image.description="Debian 13, bootstrapped from its packages""#.to_owned(),
    ];
    let options = CreateImageOptionsBuilder::default().from_src("-").repo(repo).tag(version).changes(changes).build();
    let body = body_try_stream(ReaderStream::new(archive));
    let imported: Result<Vec<_>, _> = engine.docker.create_image(Some(options), Some(body), None).try_collect().await;
    imported.map_err(|error| PrepareError::Image { image: name.clone(), source: error.into() })?;
    let status = packer.wait().await.map_err(|error| failed("tar", error.to_string()))?;
    if status.success() { Ok(()) } else { Err(failed("tar", status.to_string())) }
}
