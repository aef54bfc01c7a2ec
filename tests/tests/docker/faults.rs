//! What the driver does when the host's engine fails.

use std::{sync::Arc, time::Duration};

use sandbox::{EngineError, Fault, FaultyEngine, Operation, SandboxConfig, SandboxError};

use crate::harness::{Guarded, deployment, engine, now};

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_does_not_start_is_removed() {
    let Some(engine) = engine().await else { return };
    let faulty = Arc::new(FaultyEngine::new(engine));
    let sandboxes = deployment(Arc::clone(&faulty) as Arc<dyn sandbox::Engine>, SandboxConfig::default());
    for fault in [Fault::Before("no space left".to_owned()), Fault::After("broken pipe".to_owned())] {
        faulty.inject(Operation::Start, fault);
        let outcome = sandboxes.create("lease", now() + 600).await;
        assert!(matches!(outcome, Err(SandboxError::Engine(EngineError::Start(_)))));
        assert_eq!(sandboxes.list().await.unwrap(), []);
    }
    assert_eq!(faulty.pending(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_at_creation_is_found_by_its_lease() {
    let Some(engine) = engine().await else { return };
    let faulty = Arc::new(FaultyEngine::new(engine));
    let sandboxes = deployment(Arc::clone(&faulty) as Arc<dyn sandbox::Engine>, SandboxConfig::default());
    faulty.inject(Operation::Create, Fault::After("the engine restarted".to_owned()));
    assert!(sandboxes.create("lease", now() + 600).await.is_err());
    let found = sandboxes.list().await.unwrap();
    assert_eq!((found.len(), found[0].name.as_str(), found[0].running), (1, "lease", false));
    sandboxes.remove(&found[0].id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_connection_is_tried_again() {
    let Some(engine) = engine().await else { return };
    let faulty = Arc::new(FaultyEngine::new(engine));
    faulty.inject(Operation::Connect, Fault::Before("try again".to_owned()));
    faulty.inject(Operation::Connect, Fault::Slow(Duration::from_millis(300)));
    let sandboxes = deployment(Arc::clone(&faulty) as Arc<dyn sandbox::Engine>, SandboxConfig::default());
    let sandbox = Guarded::from(sandboxes.create("lease", now() + 600).await.unwrap());
    assert!(sandbox.hello().await.is_ok());
    assert_eq!(faulty.pending(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_that_cannot_start_says_why() {
    let Some(engine) = engine().await else { return };
    // Less memory than the golden images' metadata and the supervisor take.
    let config = SandboxConfig { data_root_mib: 0, home_mib: 0, ..SandboxConfig::default() };
    let sandboxes = deployment(engine, SandboxConfig { pids: 1, ..config });
    match sandboxes.create("lease", now() + 600).await {
        Err(SandboxError::DidNotStart { words }) => assert!(!words.is_empty()),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it started"),
    }
    assert_eq!(sandboxes.list().await.unwrap(), []);
}
