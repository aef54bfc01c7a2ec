//! Builds on the host's engine with its classic builder, which needs no client on the host.

use std::collections::HashMap;

use bollard::{body_full, models::BuildInfo, query_parameters::BuildImageOptionsBuilder};
use futures::TryStreamExt as _;

use super::{Progress, Report};
use crate::{DockerEngine, error::PrepareError};

/// Lines of output that an error tells.
const TAIL: usize = 12;

/// A build context of these files. Programs are known by where they go.
pub(super) fn context<'a>(
    image: &str,
    files: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Result<Vec<u8>, PrepareError> {
    let failed = |source| PrepareError::Context { image: image.to_owned(), source };
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let runs = name == "supervisor" || name.contains("bin/") || name.contains("/init.d/") || name.ends_with(".sh");
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(if runs { 0o755 } else { 0o644 });
        header.set_cksum();
        archive.append_data(&mut header, name, bytes).map_err(failed)?;
    }
    archive.into_inner().map_err(failed)
}

/// Build an image. Steps may use the host's network, for Debian's packages.
pub(super) async fn build(
    engine: &DockerEngine,
    image: &str,
    context: Vec<u8>,
    arguments: &[(&str, &str)],
    report: Report<'_>,
) -> Result<(), PrepareError> {
    let arguments: HashMap<&str, &str> = arguments.iter().copied().collect();
    let options = BuildImageOptionsBuilder::default()
        .t(image)
        .dockerfile("Dockerfile")
        .networkmode("host")
        .buildargs(&arguments)
        .rm(true)
        .forcerm(true)
        .build();
    let mut output: Vec<String> = Vec::new();
    let mut steps = engine.docker.build_image(options, None, Some(body_full(context.into())));
    loop {
        match steps.try_next().await {
            Ok(Some(BuildInfo { stream: Some(text), .. })) => {
                for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
                    report(Progress { step: format!("Build {image}"), detail: Some(line.to_owned()) });
                    output.push(line.to_owned());
                }
                let over = output.len().saturating_sub(TAIL);
                output.drain(..over);
            }
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(error) => {
                let source = format!("{error}\n{}", output.join("\n")).into();
                return Err(PrepareError::Image { image: image.to_owned(), source });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn programs_may_be_run_and_other_files_not() {
        let files = [("Dockerfile", &b"FROM x"[..]), ("supervisor", b"ELF"), ("skeleton/usr/local/bin/a", b"#!")];
        let bytes = context("x", files.into_iter()).unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let modes: Vec<_> = archive.entries().unwrap().map(|entry| entry.unwrap().header().mode().unwrap()).collect();
        assert_eq!(modes, [0o644, 0o755, 0o755]);
    }
}
