//! Times of sandboxes against `docker run --rm --network none busybox true` on the same engine, interleaved.
//! `DOCKER_HOST=unix:///… cargo run --release -p sandbox --example measure -- 15 packages`

use std::{
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use sandbox::{DockerEngine, EngineRequest, ImageSource, Limits, SandboxConfig, Sandboxes, TerminalEvent, prepare};

/// Sandboxes started at once.
const MANY: i64 = 20;

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(11), |text| text.parse())?;
    let images =
        if std::env::args().nth(2).as_deref() == Some("packages") { ImageSource::Packages } else { ImageSource::Auto };
    let address = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let config = SandboxConfig { images, ..SandboxConfig::default() };
    let engine = Arc::new(DockerEngine::new(&address, images)?);
    prepare::prepare(&engine, &config, &|_| {}).await?;
    let busybox = std::env::args().nth(3).unwrap_or_else(|| "busybox".to_owned());
    let sandboxes = Sandboxes::new(engine, config, "measure");
    let (mut unit, mut created, mut prompt, mut answer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let began = Instant::now();
        let status = Command::new("docker")
            .args(["run", "--rm", "--network", "none", &busybox, "true"])
            .stdout(Stdio::null())
            .status()?;
        assert!(status.success(), "docker run failed");
        unit.push(began.elapsed().as_secs_f64());

        let deadline = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())? + 300;
        let began = Instant::now();
        let sandbox = sandboxes.create(&format!("measure-{round}"), deadline).await?;
        created.push(began.elapsed().as_secs_f64());
        sandbox.open_terminal(0, 80, 24).await?;
        let mut terminal = sandbox.attach(0, 0).await?;
        while !matches!(terminal.events.recv().await, Some(TerminalEvent::Output { .. })) {}
        prompt.push(began.elapsed().as_secs_f64());
        sandbox.wait_for_engine(Duration::from_secs(30)).await?;
        sandbox.engine_request(EngineRequest::get("/version"), Limits::default()).await?;
        answer.push(began.elapsed().as_secs_f64());
        if round == 0 {
            tokio::time::sleep(Duration::from_secs(3)).await;
            println!("idle: {:?}", sandbox.stats().await?);
        }
        sandbox.end().await?;
    }
    let available = || -> Result<i64, Box<dyn std::error::Error>> {
        let text = std::fs::read_to_string("/proc/meminfo")?;
        let line = text.lines().find(|line| line.starts_with("MemAvailable:")).ok_or("no MemAvailable")?;
        Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
    };
    let before = available()?;
    let began = Instant::now();
    let deadline = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())? + 300;
    let mut many = Vec::new();
    for number in 0..MANY {
        let sandboxes = sandboxes.clone();
        many.push(tokio::spawn(async move { sandboxes.create(&format!("many-{number}"), deadline).await }));
    }
    let mut started = Vec::new();
    for one in many {
        started.push(one.await??);
    }
    for sandbox in &started {
        sandbox.wait_for_engine(Duration::from_secs(60)).await?;
    }
    println!("{MANY} at once: all engines after {:.1} s", began.elapsed().as_secs_f64());
    tokio::time::sleep(Duration::from_secs(3)).await;
    println!("memory of each: {} MiB less available", (before - available()?) / 1024 / MANY);
    for sandbox in &started {
        sandbox.end().await?;
    }
    let unit = median(unit);
    println!("D1 {:.3} s", unit);
    for (name, times) in [("created", created), ("prompt", prompt), ("engine answers", answer)] {
        let time = median(times);
        println!("{name}: {time:.3} s = {:.2} x D1", time / unit);
    }
    Ok(())
}
