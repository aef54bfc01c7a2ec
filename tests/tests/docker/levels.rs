//! Isolation levels: what was named is had or refused, what is offered was tried, and gVisor's level is whole.

use std::sync::Arc;

use domain::{exercise::Need, lease::IsolationLevel};
use sandbox::{
    DockerEngine, Engine, EngineState, Fault, FaultyEngine, FileContent, LevelChoice, Operation, SandboxConfig,
    SandboxError, Sandboxes,
};

use crate::harness::{Guarded, TWO_STAGES, answers_on, ask, deployment, engine, now, sh, sh_ok};

const BASE: [Need; 2] = [Need::Build, Need::Run];

fn choosing(engine: Arc<dyn Engine>, choice: LevelChoice) -> Sandboxes {
    let name = format!("levels-{}-{choice}", std::process::id());
    Sandboxes::by_choice(engine, SandboxConfig::default(), name, choice)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_was_named_is_never_replaced_by_a_weaker_one() {
    let Some(engine) = engine().await else { return };
    let there = engine.info().await.unwrap().runtimes;
    // Of those that need what test machines lack, one that is not registered here.
    let absent = [IsolationLevel::Kata, IsolationLevel::SysboxRunc];
    let absent =
        absent.into_iter().find(|level| !there.iter().any(|name| name.contains(&level.as_str()[..4]))).unwrap();
    let sandboxes = choosing(engine, LevelChoice::Only(absent));
    for _ in 0..2 {
        let Err(SandboxError::NoLevel(why)) = sandboxes.create("x", now() + 60).await else { panic!("it was made") };
        for part in [absent.as_str(), "has no runtime", "No weaker level takes its place"] {
            assert!(why.contains(part), "{why}");
        }
        assert_eq!(sandboxes.refusal(), Some(why));
    }
    assert_eq!(sandboxes.list().await.unwrap(), []);
    assert_eq!((sandboxes.offer(), sandboxes.recipe()), (None, None), "nothing that is warm may be given out");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_level_offers_is_tried_once_and_kept() {
    let Some(engine) = engine().await else { return };
    let choice = LevelChoice::Only(IsolationLevel::Userns);
    let offer = choosing(Arc::clone(&engine) as _, choice).decide().await.unwrap().clone();
    let without_limits = Need::ALL.into_iter().filter(|need| *need != Need::Limits).collect::<Vec<_>>();
    assert_eq!(offer.why_not(&without_limits), None, "{offer:?}");
    match engine.info().await.unwrap().cgroup_version {
        1 => assert!(
            offer.why_not(&[Need::Limits]).unwrap().contains("version 1, which cannot be handed on"),
            "{offer:?}"
        ),
        _ => assert!(offer.gives(Need::Limits), "{offer:?}"),
    }
    // Whoever asks later starts nothing: the next sandbox that is made would fail.
    let faulty = Arc::new(FaultyEngine::new(engine));
    faulty.inject(Operation::Create, Fault::Before("it was tried again".to_owned()));
    let again = choosing(Arc::clone(&faulty) as _, choice);
    assert_eq!(again.decide().await.unwrap(), &offer);
    assert_eq!(faulty.pending(), 1);
    assert_eq!(again.list().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_failed_for_want_of_the_engine_is_made_when_it_is_back() {
    let Some(engine) = engine().await else { return };
    let faulty = Arc::new(FaultyEngine::new(engine));
    faulty.inject(Operation::Info, Fault::Before("away".to_owned()));
    let sandboxes = choosing(Arc::clone(&faulty) as _, LevelChoice::Only(IsolationLevel::Userns));
    let Err(SandboxError::Engine(error)) = sandboxes.decide().await else { panic!("it was decided without an engine") };
    assert!(error.is_outage() && sandboxes.refusal().is_none());
    assert_eq!(sandboxes.decide().await.unwrap().level, IsolationLevel::Userns);
}

/// An engine with gVisor's runtime; `None` when it has none, which CI does not forgive.
async fn with_runsc() -> Option<Arc<DockerEngine>> {
    let engine = engine().await?;
    let there = engine.info().await.unwrap().runtimes.iter().any(|name| name == "runsc");
    let how = "`setup/runsc.sh`, then stop and start the engine (`setup/engine.sh`)";
    assert!(there || std::env::var("CI").as_deref() != Ok("true"), "CI must have an engine with runsc: {how}");
    if !there {
        eprintln!("skipped: the engine has no runtime runsc; {how}");
    }
    if !there || !runs_containers(&engine).await {
        return None;
    }
    Some(engine)
}

/// Whether Debian still has the older runc that gVisor's /proc suits, see the sandbox image; the offer says so if not.
async fn runs_containers(engine: &Arc<DockerEngine>) -> bool {
    let sandboxes = choosing(Arc::clone(engine) as _, LevelChoice::Only(IsolationLevel::Runsc));
    let lacks = sandboxes.decide().await.unwrap().lacks.get(&Need::Run).cloned();
    let old = lacks.as_ref().is_some_and(|why| why.contains("incorrect procfs root inode"));
    if old {
        eprintln!("skipped: Debian has no runc any more that suits its gVisor");
    }
    !old
}

async fn gvisor() -> Option<Guarded> {
    let config = SandboxConfig { level: IsolationLevel::Runsc, ..SandboxConfig::default() };
    let sandboxes = deployment(with_runsc().await?, config);
    let made: Guarded = sandboxes.create("gvisor", now() + 600).await.unwrap().into();
    let found = sandboxes.list().await.unwrap();
    assert_eq!(found[0].level, Some(IsolationLevel::Runsc));
    assert_eq!(made.wait_for_engine(std::time::Duration::from_secs(60)).await.unwrap(), EngineState::Ready);
    Some(made)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_under_gvisor_meets_a_kernel_that_is_not_the_hosts() {
    let Some(sandbox) = gvisor().await else { return };
    let host = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    assert_ne!(sh_ok(&sandbox, "uname -r").await, host);
    assert!(sh_ok(&sandbox, "dmesg").await.contains("Starting gVisor"));
    // The same holds within a container in it.
    assert_ne!(sh_ok(&sandbox, "docker run --rm busybox uname -r").await, host);
    assert!(sandbox.hello().await.unwrap().unprivileged);
    // Root in a namespace of its own, as at the other levels: the supervisor is out of its reach.
    assert_eq!(sh_ok(&sandbox, "id -u").await, "0\n");
    assert_eq!(
        sh_ok(&sandbox, "cat /proc/self/uid_map").await.split_whitespace().collect::<Vec<_>>(),
        ["0", "100000", "65536"]
    );
    assert_eq!(sh_ok(&sandbox, "cat /proc/1/comm").await, "supervisor\n");
    assert_ne!(sh(&sandbox, "ls /golden || cat /run/sandbox/control.sock").await.exit_code, 0);
    assert_ne!(sh(&sandbox, "unshare --user true").await.exit_code, 0, "no further user namespaces");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_under_gvisor_builds_runs_and_publishes() {
    let Some(sandbox) = gvisor().await else { return };
    sandbox.put_files(&[FileContent::new("/root/work/Dockerfile", TWO_STAGES)]).await.unwrap();
    assert_eq!(sh_ok(&sandbox, "docker build -q -t made . >/dev/null && docker run --rm made").await, "made\n");
    // A file of a preloaded layer is changed in a container, and the layer stays as it is.
    let changed = "docker run --rm debian:13 sh -c 'rm -r /etc/apt && mkdir /etc/apt && ls -A /etc/apt'";
    assert_eq!(sh_ok(&sandbox, changed).await, "");
    assert!(sh_ok(&sandbox, "docker run --rm debian:13 ls /etc/apt").await.contains("sources.list"));
    // An image goes out and comes in again.
    sh_ok(
        &sandbox,
        "docker save made -o /tmp/made.tar && docker rmi made >/dev/null && docker load -q -i /tmp/made.tar",
    )
    .await;
    assert_eq!(sh_ok(&sandbox, "docker run --rm --network none made").await, "made\n");
    sh_ok(&sandbox, "docker run -d --name web -p 8080:80 nginx >/dev/null").await;
    let page =
        sh_ok(&sandbox, "for n in $(seq 50); do curl -sf localhost:8080 && exit 0; sleep 0.2; done; exit 1").await;
    assert!(page.contains("Welcome to nginx"), "{page}");
    answers_on(&sandbox, 8080).await;
    assert_eq!(ask(&sandbox, "/containers/json").await.as_array().unwrap().len(), 1);
    let stopped = sh_ok(&sandbox, "docker stop -t 5 web && docker inspect -f '{{.State.ExitCode}}' web").await;
    assert_eq!(stopped, "web\n0\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gvisor_cannot_do_is_found_and_said_beforehand() {
    let Some(engine) = with_runsc().await else { return };
    let sandboxes = choosing(engine, LevelChoice::Only(IsolationLevel::Runsc));
    let offer = sandboxes.decide().await.unwrap().clone();
    assert_eq!(offer.why_not(&BASE), None, "{offer:?}");
    // Offered means that it works: no need is without either a yes from a try or a reason.
    for (need, script) in [
        (
            Need::Compose,
            "printf 'services:\n  a: {image: nginx}\n  b: {image: busybox, depends_on: [a], command: sh -c \"until wget -qO- http://a; do sleep 0.2; done\"}\n' >/tmp/compose.yaml && docker compose -f /tmp/compose.yaml up -d && docker wait tmp-b-1 | grep -qx 0 && docker logs tmp-b-1 | grep -q 'Welcome to nginx'",
        ),
        (Need::Swarm, "docker swarm init --advertise-addr lo"),
    ] {
        match offer.lacks.get(&need) {
            Some(why) => assert!(!why.is_empty() && offer.why_not(&[need]).unwrap().contains("(runsc)"), "{why}"),
            None => {
                let made: Guarded = sandboxes.create(need.as_str(), now() + 300).await.unwrap().into();
                sh_ok(&made, script).await;
            }
        }
    }
    assert!(!offer.gives(Need::Limits), "{offer:?}");
}
