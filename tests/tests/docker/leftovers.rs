//! What is left on the host's engine when things were broken off.

use std::sync::Arc;

use sandbox::{FaultyEngine, Operation, SandboxConfig, Sandboxes, prepare};

use crate::harness::{Guarded, deployment, engine, now};

const DAY: i64 = 24 * 3600;

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_probes_and_what_is_long_dead_are_removed_and_nothing_else() {
    let Some(engine) = engine().await else { return };
    let faulty = Arc::new(FaultyEngine::new(Arc::clone(&engine) as Arc<dyn sandbox::Engine>));
    let left = async |sandboxes: &Sandboxes, lease: &str, deadline: i64| -> Guarded {
        // Created, and its maker is gone before it is started.
        faulty.inject(Operation::Create, sandbox::Fault::After("broken off".to_owned()));
        assert!(sandboxes.create(lease, deadline).await.is_err());
        let found = sandboxes.list().await.unwrap();
        sandboxes.handle(found.iter().find(|found| found.name == lease).unwrap().id.clone()).into()
    };
    let shared = Arc::clone(&faulty) as Arc<dyn sandbox::Engine>;
    let probes = Sandboxes::new(Arc::clone(&shared), SandboxConfig::default(), "probe");
    let others = deployment(shared, SandboxConfig::default());
    let lease = format!("test-{}", std::process::id());
    let probe = left(&probes, &lease, now() - 1).await;
    let fresh = left(&probes, &format!("{lease}-fresh"), now() + 60).await;
    let old = left(&others, "old", now() - 2 * DAY).await;
    let recent = left(&others, "recent", now() - 60).await;
    let living: Guarded = others.create("living", now() + 600).await.unwrap().into();
    assert!(prepare::sweep(&engine).await.unwrap() >= 2);
    for (sandboxes, left, stays) in
        [(&probes, &probe, false), (&probes, &fresh, true), (&others, &old, false), (&others, &recent, true)]
    {
        assert_eq!(sandboxes.find(left.id()).await.unwrap().is_some(), stays, "{}", left.id());
    }
    assert!(living.hello().await.is_ok());
}
