//! What sandboxes of the server's level do not give: the page says so, and Start is refused with the same sentence.

use std::{fs, path::Path};

use serde_json::json;
use tests::Server;

const EXERCISE: &str = "flatten-secret-image";

#[tokio::test(flavor = "multi_thread")]
async fn without_the_level_that_is_set_pages_are_served_and_no_sandbox_is_started() {
    // No test machine has it: it takes /dev/kvm.
    let server = Server::with(&[("DRYDOCK_SANDBOX__LEVEL", "kata"), ("DRYDOCK_POOL__IDLE", "1")]).await;
    let mut ann = server.learner();
    for exercise in [json!(EXERCISE), json!(null)] {
        let refused = ann.post("/api/leases", &json!({ "exercise": exercise })).await;
        assert_eq!(refused.error(), (409, "not_offered".to_owned()), "{}", refused.text());
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        for part in ["kata", "is not to be had here", "No weaker level takes its place"] {
            assert!(detail.contains(part), "{detail}");
        }
    }
    let page = ann.get(&format!("/exercises/{EXERCISE}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("No weaker level takes its place"), "{}", page.text());
    assert!(!page.text().contains(">Start<"), "{}", page.text());
    assert_eq!(server.containers(), [""; 0], "the pool does not make any either");
    assert_eq!(server.idle(), [""; 0]);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exercise_that_cannot_work_here_says_so_and_cannot_be_started() {
    let content = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../content"), content.path());
    let file = content.path().join(format!("exercises/{EXERCISE}/exercise.toml"));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("needs = ["), "{text}");
    fs::write(&file, text.replace("needs = [", "needs = [\"two-hosts\", ")).unwrap();
    let server = Server::with(&[("DRYDOCK_CONTENT", content.path().to_str().unwrap())]).await;
    let mut ann = server.learner();
    let refused = ann.post("/api/leases", &json!({ "exercise": EXERCISE })).await;
    assert_eq!(refused.error(), (409, "not_offered".to_owned()), "{}", refused.text());
    let why = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(why.contains("does not offer two hosts"), "{why}");
    let page = ann.get(&format!("/exercises/{EXERCISE}")).await.text();
    assert!(page.contains("does not offer two hosts") && !page.contains(">Start<"), "{page}");
    // Others are not concerned.
    let other = ann.start(Some("lean-context")).await;
    assert_eq!(ann.get(&format!("/api/leases/{other}")).await.json()["level"], "userns");
}
