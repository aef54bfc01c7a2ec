//! A learner's work: kept beyond the sandbox, judged by the words that are in it, forgotten at a reset.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tests::{Learner, Server, Terminal};

const EXERCISE: &str = "flatten-secret-image";

/// Press Check and wait; the outcome of each check by its id.
async fn check(learner: &mut Learner, lease: &str) -> Value {
    let attempt = learner.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
    assert_eq!(attempt.status, 202, "{}", attempt.text());
    let id = attempt.json()["id"].as_str().unwrap().to_owned();
    let mut events = learner.events(&format!("/api/attempts/{id}/events")).await;
    loop {
        let (event, data) = events.next().await.expect("events until the verdict");
        assert_ne!(event, "abandoned", "{data}");
        if event == "verdict" {
            return data;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_came_back_can_be_solved() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let first = ann.start(Some(EXERCISE)).await;
    let key = ann.get(&format!("/api/leases/{first}/files/licence.key")).await.text();
    assert_eq!(ann.put(&format!("/api/leases/{first}/files/mine.txt"), b"mine").await.status, 204);
    assert_eq!(ann.delete(&format!("/api/leases/{first}")).await.status, 204);

    // The key in the kept file is the one that the checks look for.
    let second = ann.start(Some(EXERCISE)).await;
    assert_eq!(ann.get(&format!("/api/leases/{second}/files/licence.key")).await.text(), key);
    ann.until_engine(&second).await;
    let mut terminal = Terminal::attach(&ann, &second, 0).await;
    ann.solve(&second, EXERCISE, &mut terminal).await;
    let verdict = check(&mut ann, &second).await;
    assert_eq!(verdict["passed"], true, "{verdict}");

    // A reset forgets the files, and the new key is another one.
    let reset = ann.post(&format!("/api/leases/{second}/reset"), &json!({})).await.json();
    let third = reset["id"].as_str().unwrap().to_owned();
    ann.until(&third, "ready").await;
    assert_eq!(ann.get(&format!("/api/leases/{third}/files/mine.txt")).await.status, 404);
    assert_ne!(ann.get(&format!("/api/leases/{third}/files/licence.key")).await.text(), key);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_goes_back_to_the_files_of_an_attempt() {
    let server = Server::start().await;
    let (mut ann, mut ben) = (server.learner(), server.learner());
    let first = ann.start(Some(EXERCISE)).await;
    let key = ann.get(&format!("/api/leases/{first}/files/licence.key")).await.text();
    for text in ["good", "spoilt"] {
        assert_eq!(ann.put(&format!("/api/leases/{first}/files/plan.txt"), text.as_bytes()).await.status, 204);
        check(&mut ann, &first).await;
    }
    let attempts = format!("/api/exercises/{EXERCISE}/attempts");
    let known = ann.get(&attempts).await.json();
    assert_eq!((&known[0]["kept"], &known[1]["kept"]), (&json!(true), &json!(true)), "{known}");
    let back = format!("/api/attempts/{}/back", known[1]["id"].as_str().unwrap());
    let _known = ben.post("/api/leases", &json!({"exercise": "no-such"})).await;
    assert_eq!(ben.post(&back, &json!({})).await.status, 404, "somebody else's");

    let answer = ann.post(&back, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let second = answer.json()["id"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    let reason = ann.until(&first, "ended").await["end_reason"].clone();
    assert_eq!(reason, "You went back to an earlier attempt.");
    ann.until(&second, "ready").await;
    let file =
        async |ann: &mut Learner, name: &str| ann.get(&format!("/api/leases/{second}/files/{name}")).await.text();
    assert_eq!(file(&mut ann, "plan.txt").await, "good");
    assert_eq!(file(&mut ann, "licence.key").await, key, "the checks look for the same words");

    // And forward again, also without a living sandbox.
    assert_eq!(ann.delete(&format!("/api/leases/{second}")).await.status, 204);
    let forward = format!("/api/attempts/{}/back", known[0]["id"].as_str().unwrap());
    let third = ann.post(&forward, &json!({})).await.json()["id"].as_str().unwrap().to_owned();
    ann.until(&third, "ready").await;
    assert_eq!(ann.get(&format!("/api/leases/{third}/files/plan.txt")).await.text(), "spoilt");

    // A reset draws other words, and forgets what holds the old ones.
    assert_eq!(ann.post(&format!("/api/leases/{third}/reset"), &json!({})).await.status, 200);
    assert_eq!(ann.post(&back, &json!({})).await.error(), (409, "no_point".to_owned()));
}

/// When the images of the one learner who has some were saved last, Unix seconds.
async fn images_saved_at(server: &Server) -> i64 {
    let file = SqliteConnectOptions::new().filename(server.database());
    let mut connection = SqliteConnection::connect_with(&file).await.unwrap();
    let at = sqlx::query_scalar("SELECT saved_at FROM work_image").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    at
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_came_back_are_not_saved_again_and_those_that_cannot_be_packed_cost_none() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let build = |name: &str| {
        format!("printf 'FROM debian:13\nRUN echo {name} > /mark\n' | docker build -qt {name}:1 - >/dev/null; echo $?")
    };
    let first = ann.start(Some(EXERCISE)).await;
    let mut terminal = Terminal::attach(&ann, &first, 0).await;
    assert_eq!(terminal.ask(&build("kept")).await, "0");
    ann.until_engine(&first).await;
    assert_eq!(ann.delete(&format!("/api/leases/{first}")).await.status, 204);
    let saved = images_saved_at(&server).await;

    let second = ann.start(Some(EXERCISE)).await;
    ann.until_engine(&second).await;
    check(&mut ann, &second).await;
    // They would be saved beside what follows the verdict.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(images_saved_at(&server).await, saved, "nothing has changed");
    let mut terminal = Terminal::attach(&ann, &second, 0).await;
    assert_eq!(terminal.ask(&build("more")).await, "0");
    check(&mut ann, &second).await;
    let began = Instant::now();
    while images_saved_at(&server).await == saved {
        assert!(began.elapsed() < Duration::from_secs(30), "what is new is not saved");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    // What packs them is missing.
    assert_eq!(terminal.ask(&build("lost")).await, "0");
    assert_eq!(terminal.ask("rm $(command -v tar); echo $?").await, "0");
    assert_eq!(ann.delete(&format!("/api/leases/{second}")).await.status, 204);
    let reason = ann.until(&second, "ended").await["end_reason"].clone();
    assert!(!reason.as_str().unwrap().contains("too large"), "{reason}");
    let third = ann.start(Some(EXERCISE)).await;
    let mut terminal = Terminal::attach(&ann, &third, 0).await;
    assert_eq!(
        terminal
            .ask("docker images -q kept | wc -l; docker images -q more | wc -l; docker images -q lost | wc -l")
            .await,
        "1\n1\n0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_kept_whole_when_a_sandbox_ends_right_after_a_check() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let mut lease = ann.start(Some(EXERCISE)).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    for round in 0..4 {
        // As large as takes a while to pack and is still kept.
        let build = format!(
            "head -c 6M /dev/urandom > some; printf 'FROM scratch\nCOPY some /\n' > S; docker build -qf S -t some:{round} . >/dev/null; echo $?; rm some; docker rmi some:old 2>/dev/null; docker tag some:{round} some:old; docker rmi some:{round} >/dev/null"
        );
        assert_eq!(terminal.ask(&build).await.lines().next(), Some("0"));
        let id = terminal.ask("docker image inspect --format '{{.Id}}' some:old").await;
        ann.until_engine(&lease).await;
        check(&mut ann, &lease).await;
        // A moment later each time: the images are being packed because of the check.
        tokio::time::sleep(Duration::from_millis(100 * round)).await;
        assert_eq!(ann.delete(&format!("/api/leases/{lease}")).await.status, 204);
        lease = ann.start(Some(EXERCISE)).await;
        terminal = Terminal::attach(&ann, &lease, 0).await;
        assert_eq!(terminal.ask("docker image inspect --format '{{.Id}}' some:old").await, id, "{}", server.said());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn small_images_come_back_and_large_ones_are_said_to_be_lost() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let first = ann.start(Some(EXERCISE)).await;
    let mut terminal = Terminal::attach(&ann, &first, 0).await;
    let build = "printf 'FROM debian:13\nRUN echo anchor > /mark\n' | docker build -qt mine:1 - >/dev/null && docker tag mine:1 mine:2; echo $?";
    assert_eq!(terminal.ask(build).await, "0");
    let id = terminal.ask("docker image inspect --format '{{.Id}}' mine:1").await;
    ann.until_engine(&first).await;
    assert_eq!(ann.delete(&format!("/api/leases/{first}")).await.status, 204);

    let second = ann.start(Some(EXERCISE)).await;
    let mut terminal = Terminal::attach(&ann, &second, 0).await;
    assert_eq!(terminal.ask("docker image inspect --format '{{.Id}}' mine:1 mine:2").await, format!("{id}\n{id}"));
    assert_eq!(terminal.ask("docker run --rm mine:2 cat /mark").await, "anchor");

    // Too large to be packed into what is kept.
    let build = "head -c 12M /dev/urandom > large; printf 'FROM scratch\nCOPY large /\n' > L; docker build -qf L -t large:1 . >/dev/null; echo $?; rm large";
    assert_eq!(terminal.ask(build).await, "0");
    ann.until_engine(&second).await;
    assert_eq!(ann.delete(&format!("/api/leases/{second}")).await.status, 204);
    let reason = ann.until(&second, "ended").await["end_reason"].clone();
    assert!(reason.as_str().unwrap().contains("too large to be kept"), "{reason}");
    let third = ann.start(Some(EXERCISE)).await;
    let mut terminal = Terminal::attach(&ann, &third, 0).await;
    assert_eq!(terminal.ask("docker images -q mine large | wc -l; ls L").await, "0\nL");
}
