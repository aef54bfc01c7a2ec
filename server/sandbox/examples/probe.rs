//! Prepares and probes: `DOCKER_HOST=unix:///… cargo run -p sandbox --example probe -- [auto|registry|packages]`.

use std::{sync::Arc, time::Instant};

use sandbox::{DockerEngine, ImageSource, SandboxConfig, prepare, probe};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let images = match std::env::args().nth(1).as_deref() {
        Some("packages") => ImageSource::Packages,
        Some("registry") => ImageSource::Registry,
        _ => ImageSource::Auto,
    };
    let address = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let config = SandboxConfig { images, ..SandboxConfig::default() };
    let engine = Arc::new(DockerEngine::new(&address, images)?);
    let began = Instant::now();
    let report = |progress: prepare::Progress| {
        if progress.detail.is_none() {
            println!("{:7.1} s  {}", began.elapsed().as_secs_f32(), progress.step);
        }
    };
    prepare::prepare(&engine, &config, &report).await?;
    println!("{:7.1} s  prepared", began.elapsed().as_secs_f32());
    println!("{}", serde_json::to_string_pretty(&probe::probe(&engine, &config).await)?);
    Ok(())
}
