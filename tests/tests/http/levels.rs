//! What sandboxes of the server's level do not give: the page says so, and Start is refused with the same sentence.

use std::{fs, path::Path, process::Command};

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

/// What was found of sandboxes is kept with the engine, as the labels of an empty volume.
struct Kept {
    volume: String,
    labels: serde_json::Map<String, serde_json::Value>,
}

fn docker(arguments: &[&str]) -> String {
    let out = Command::new("docker").args(arguments).output().unwrap();
    assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

impl Kept {
    fn all() -> Vec<String> {
        docker(&["volume", "ls", "-q", "--filter", "label=drydock.offer"]).lines().map(str::to_owned).collect()
    }

    fn of(volume: String) -> Self {
        let labels = docker(&["volume", "inspect", "--format", "{{json .Labels}}", &volume]);
        Self { labels: serde_json::from_str(&labels).unwrap(), volume }
    }

    /// Write that a need was not met, as a host would have it where it is so.
    fn lack(&mut self, need: &str, why: &str) {
        let mut offer: serde_json::Value =
            serde_json::from_str(self.labels["drydock.offer"].as_str().unwrap()).unwrap();
        let lacks = offer["offer"]["lacks"].as_object().unwrap();
        // Limits hold inside where the host's control groups can be handed on.
        assert!(lacks.keys().all(|need| need == "limits"), "all else is met here: {offer}");
        offer["offer"]["lacks"][need] = json!(why);
        self.labels.insert("drydock.offer".to_owned(), json!(offer.to_string()));
        docker(&["volume", "rm", &self.volume]);
        let labels = self.labels.iter().map(|(name, value)| format!("--label={name}={}", value.as_str().unwrap()));
        let arguments: Vec<String> = ["volume".to_owned(), "create".to_owned()].into_iter().chain(labels).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain([self.volume.as_str()]).collect();
        docker(&arguments);
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _removed = Command::new("docker").args(["volume", "rm", &self.volume]).output();
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
    // Limits that nobody else has, so that what is found is found for this test.
    let processes = (600 + std::process::id() % 1000).to_string();
    let settings = [("DRYDOCK_CONTENT", content.path().to_str().unwrap()), ("DRYDOCK_SANDBOX__PIDS", &processes)];
    let before = Kept::all();
    let mut server = Server::with(&settings).await;
    let mut ann = server.learner();
    let lease = ann.start(Some(EXERCISE)).await;
    ann.delete(&format!("/api/leases/{lease}")).await;
    let found = Kept::all().into_iter().find(|volume| !before.contains(volume)).unwrap();
    let mut kept = Kept::of(found);
    server.stop();
    kept.lack("two-hosts", "the kernel knows no virtual cables");
    server.again().await;
    let refused = ann.post("/api/leases", &json!({ "exercise": EXERCISE })).await;
    assert_eq!(refused.error(), (409, "not_offered".to_owned()), "{}", refused.text());
    let why = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(why.contains("does not offer two hosts: the kernel knows no virtual cables"), "{why}");
    let page = ann.get(&format!("/exercises/{EXERCISE}")).await.text();
    assert!(page.contains("does not offer two hosts") && !page.contains(">Start<"), "{page}");
    // Others are not concerned.
    let other = ann.start(Some("lean-context")).await;
    assert_eq!(ann.get(&format!("/api/leases/{other}")).await.json()["level"], "userns");
}
