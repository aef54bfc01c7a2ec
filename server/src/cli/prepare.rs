//! `drydock prepare`

use anyhow::Context as _;

use super::{Found, host};
use crate::config::Config;

pub(super) async fn prepare(config: &Config) -> anyhow::Result<Found> {
    let engine = host::engine(config)?;
    let tell = |progress: sandbox::prepare::Progress| {
        println!("{}", format!("prepare: {} {}", progress.step, progress.detail.unwrap_or_default()).trim_end());
    };
    sandbox::prepare::prepare(&engine, &config.sandbox_config(), &tell).await.context("the sandbox image cannot be made")?;
    println!("prepare: the sandbox image and its preloaded images are there");
    Ok(Found::Fine)
}
