//! The learner's engine: everything that lessons need, without a network.

use std::time::Duration;

use sandbox::{EngineRequest, EngineState, FileContent, Limits};

use crate::harness::{TWO_STAGES, answers_on, ask, ready, sh, sh_ok};

#[tokio::test(flavor = "multi_thread")]
async fn nested_build_run_compose_work_offline() {
    let Some(sandbox) = ready().await else { return };
    let compose = "services:\n  web:\n    image: nginx\n    ports: [\"8080:80\"]\n  client:\n    image: busybox\n    depends_on: [web]\n    command: sh -c 'until wget -qO- http://web; do sleep 0.2; done'\n";
    sandbox
        .put_files(&[
            FileContent::new("/root/work/Dockerfile", TWO_STAGES),
            FileContent::new("/root/work/compose.yaml", compose),
        ])
        .await
        .unwrap();
    let built = sh(&sandbox, "docker build -t made . && docker run --rm made").await;
    assert_eq!(built.exit_code, 0, "{}", built.stderr);
    assert_eq!(built.stdout, "made\n");
    let up = sh(&sandbox, "docker compose up -d --quiet-pull && docker compose logs --follow client").await;
    assert!(up.stdout.contains("Welcome to nginx"), "{} {}", up.stdout, up.stderr);
    // A published port is reached on the sandbox's loopback, and through the server's dial.
    let page = sh_ok(&sandbox, "curl -s http://localhost:8080/").await;
    assert!(page.contains("Welcome to nginx"), "{page}");
    answers_on(&sandbox, 8080).await;
    let containers = ask(&sandbox, "/containers/json").await;
    assert_eq!(containers.as_array().unwrap().len(), 1);
    // And directly at the container's own address.
    let container = ask(&sandbox, &format!("/containers/{}/json", containers[0]["Id"].as_str().unwrap())).await;
    let networks = container["NetworkSettings"]["Networks"].as_object().unwrap();
    let address = networks.values().next().unwrap()["IPAddress"].as_str().unwrap().parse().unwrap();
    assert!(sandbox.dial(Some(address), 80).await.is_ok());
    assert!(sandbox.dial(None, 81).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn users_can_be_made_and_every_image_saved() {
    let Some(sandbox) = ready().await else { return };
    let script = "groupadd --gid 10001 app && useradd --uid 10001 --gid app --no-create-home app && id -u app";
    let made = sh_ok(&sandbox, &format!("docker run --rm debian:13 sh -c '{script}'")).await;
    assert_eq!(made, "10001\n");
    let built = sh(&sandbox, &format!("printf 'FROM debian:13\nRUN {script}\n' | docker build -q -")).await;
    assert_eq!(built.exit_code, 0, "{}", built.stderr);
    for image in ["busybox", "debian:13", "desktop:1", "nginx", "postgres", "python:3", "registry:2"] {
        let saved = sh(&sandbox, &format!("docker save {image} | tar -t | grep -c 'sha256/\\|layer.tar'")).await;
        assert!(saved.stdout.trim().parse::<u32>().is_ok_and(|files| files > 1), "{image}: {}", saved.stderr);
    }
    // A child of an image with several layers, whose archive holds theirs.
    let child = sh(
        &sandbox,
        "printf 'FROM python:3\nRUN touch /child\n' | docker build -q -t child - && docker save child | wc -c",
    )
    .await;
    assert!(child.stdout.lines().last().is_some_and(|bytes| bytes.len() > 7), "{} {}", child.stdout, child.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_preloaded_image_does_what_its_namesake_does() {
    let Some(sandbox) = ready().await else { return };
    let runs = [
        ("docker run --rm busybox:latest echo hello", "hello"),
        ("docker run --rm debian:13 cat /etc/debian_version", "13."),
        (
            "docker run --rm debian:latest sh -c 'ls /etc/apt/sources.list* >/dev/null && apt-get --version | head -1'",
            "apt 3",
        ),
        (
            "docker run --rm python:3 -c 'import ssl, sqlite3, venv; print(sum(range(10)))' 2>&1 || docker run --rm python:3 python -c 'import ssl, sqlite3; print(sum(range(10)))'",
            "45",
        ),
        ("docker run --rm python:3 pip --version", "pip"),
        ("docker run --rm nginx nginx -v 2>&1", "nginx version"),
        ("docker run --rm registry:2 --version 2>&1", "registry"),
        ("docker run --rm postgres:latest postgres --version", "17"),
    ];
    for (command, expected) in runs {
        let ran = sh(&sandbox, command).await;
        assert!(ran.stdout.contains(expected), "{command}\n{}{}", ran.stdout, ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_of_the_learners_own_takes_and_gives_images() {
    let Some(sandbox) = ready().await else { return };
    sh_ok(&sandbox, "docker run -d --name registry -p 5000:5000 registry:2 && until curl -sf localhost:5000/v2/; do sleep 0.2; done").await;
    sh_ok(&sandbox, "docker tag busybox localhost:5000/mine:1 && docker push -q localhost:5000/mine:1").await;
    sh_ok(&sandbox, "docker rmi localhost:5000/mine:1 && docker pull -q localhost:5000/mine:1").await;
    let tags = sh_ok(&sandbox, "curl -s localhost:5000/v2/mine/tags/list").await;
    assert!(tags.contains("\"1\""), "{tags}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_starts_with_a_password_and_keeps_its_data_in_a_volume() {
    let Some(sandbox) = ready().await else { return };
    let script = "set -e
docker run -d --name db -e POSTGRES_PASSWORD=secret -v data:/var/lib/postgresql/data postgres:latest >/dev/null
wait_for() { for n in $(seq 100); do docker exec -e PGPASSWORD=secret db psql -h 127.0.0.1 -U postgres -Atc 'select 1' >/dev/null 2>&1 && return; sleep 0.3; done; docker logs db >&2; exit 1; }
wait_for
docker exec -e PGPASSWORD=secret db psql -h 127.0.0.1 -U postgres -qc 'create table t (n int); insert into t values (42)'
docker rm -f db >/dev/null
docker run -d --name db -e POSTGRES_PASSWORD=secret -v data:/var/lib/postgresql/data postgres:latest >/dev/null
wait_for
docker exec -e PGPASSWORD=secret db psql -h 127.0.0.1 -U postgres -Atc 'select n from t'";
    assert_eq!(sh_ok(&sandbox, script).await.trim(), "42");
    let refused = sh(&sandbox, "docker run --rm postgres:latest").await;
    assert_ne!(refused.exit_code, 0, "without a password it does not start");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_is_current_and_answers_the_server_directly() {
    let Some(sandbox) = ready().await else { return };
    let version = ask(&sandbox, "/version").await;
    let major: u32 = version["Version"].as_str().unwrap().split('.').next().unwrap().parse().unwrap();
    assert!(major >= 26, "{version}");
    assert!(sh_ok(&sandbox, "docker compose version --short").await.starts_with('2'));
    assert!(sh_ok(&sandbox, "docker buildx version").await.contains("buildx"));
    let absent = sandbox.engine_request(EngineRequest::get("/images/none/json"), Limits::default()).await.unwrap();
    assert_eq!(absent.status.as_u16(), 404);
    let limits = Limits { bytes: 1000, ..Limits::default() };
    let too_long = sandbox.engine_request(EngineRequest::get("/images/busybox/get"), limits).await;
    assert!(matches!(too_long, Err(sandbox::SandboxError::TooLong { .. })), "{too_long:?}");
    let archive = sandbox.engine_request(EngineRequest::get("/images/busybox/get"), Limits::default()).await.unwrap();
    assert!(archive.body.len() > 1_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_can_be_configured_and_restarted_by_the_learner() {
    let Some(sandbox) = ready().await else { return };
    sh_ok(&sandbox, "docker run -d --name kept busybox sleep 600").await;
    sh_ok(&sandbox, r#"jq '.labels = ["lesson=restart"]' /etc/docker/daemon.json > /tmp/new && cp /tmp/new /etc/docker/daemon.json"#).await;
    sh_ok(&sandbox, "service docker restart").await;
    assert!(ask(&sandbox, "/info").await["Labels"].to_string().contains("lesson=restart"));
    assert_eq!(sh_ok(&sandbox, "docker ps -aq --filter name=kept | wc -l").await.trim(), "1");
    assert!(sh_ok(&sandbox, "service docker status").await.contains("running"));
    // And by the server.
    sandbox.restart_engine().await.unwrap();
    assert_eq!(sandbox.wait_for_engine(Duration::from_secs(60)).await.unwrap(), EngineState::Ready);
    assert!(ask(&sandbox, "/info").await["Labels"].to_string().contains("lesson=restart"));
}

#[tokio::test(flavor = "multi_thread")]
async fn preloaded_images_cost_a_sandbox_almost_nothing() {
    let Some(sandbox) = ready().await else { return };
    let used = sandbox.stats().await.unwrap();
    assert!(used.data_used_mib <= 16, "{used:?}");
    let images = ask(&sandbox, "/images/json").await;
    let preloaded: u64 = images.as_array().unwrap().iter().map(|image| image["Size"].as_u64().unwrap()).sum();
    assert!(preloaded > 100 * 1024 * 1024, "{preloaded}");
    assert!(
        images.as_array().unwrap().iter().all(|image| !image["RepoTags"].to_string().contains("drydock")),
        "{images}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_a_container_are_recorded_and_its_processes_listed() {
    let Some(sandbox) = ready().await else { return };
    sh_ok(
        &sandbox,
        "docker run -d --name limited --memory 64m --cpus 0.5 --pids-limit 20 busybox sh -c 'sleep 601 & sleep 602'",
    )
    .await;
    sh_ok(&sandbox, "docker update --memory 32m --memory-swap 32m limited").await;
    let host = ask(&sandbox, "/containers/limited/json").await["HostConfig"].take();
    assert_eq!(
        (host["Memory"].as_u64(), host["NanoCpus"].as_u64(), host["PidsLimit"].as_u64()),
        (Some(32 << 20), Some(500_000_000), Some(20))
    );
    let top = sh_ok(&sandbox, "docker top limited").await;
    assert!(top.contains("sleep 601") && top.contains("sleep 602"), "{top}");
    assert!(sh_ok(&sandbox, "docker exec limited ps").await.contains("sleep 601"));
    sh_ok(&sandbox, "docker stats --no-stream limited && docker stop -t 1 limited && docker rm limited").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swarm_of_one_serves() {
    let Some(sandbox) = ready().await else { return };
    sh_ok(&sandbox, "docker swarm init --advertise-addr lo >/dev/null").await;
    sh_ok(&sandbox, "docker service create -q --name web --endpoint-mode dnsrr --publish mode=host,target=80,published=8081 nginx >/dev/null").await;
    let page =
        sh_ok(&sandbox, "for n in $(seq 50); do curl -sf localhost:8081 && exit 0; sleep 0.2; done; exit 1").await;
    assert!(page.contains("Welcome to nginx"));
}
