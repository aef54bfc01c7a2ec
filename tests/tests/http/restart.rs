//! The server dies; shells, files and leases do not.

use std::time::Duration;

use tests::{Server, Terminal};

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_outlives_the_server() {
    let mut server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    terminal.type_line("mark=lives; echo re$(printf ady)").await;
    terminal.until("ready").await;
    let at = terminal.end();
    server.kill();
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.again().await;
    ann.until(&lease, "ready").await;
    let mut terminal = Terminal::attach(&ann, &lease, at).await;
    terminal.type_line("echo it-$mark").await;
    terminal.until("\rit-lives\r\n").await;
    assert_eq!(server.containers_of(&lease).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_stops_in_order() {
    let mut server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    // An open socket and an open event stream must not hold it up.
    let _terminal = Terminal::attach(&ann, &lease, 0).await;
    assert_eq!(server.stop(), Some(0));
    assert_eq!(server.containers_of(&lease).len(), 1, "sandboxes go on");
    server.again().await;
    ann.until(&lease, "ready").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_kept_beyond_the_sandbox() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let first = ann.start(Some("flatten-secret-image")).await;
    assert_eq!(ann.put(&format!("/api/leases/{first}/files/kept.txt"), b"mine").await.status, 204);
    assert_eq!(ann.delete(&format!("/api/leases/{first}")).await.status, 204);
    ann.until(&first, "ended").await;
    let second = ann.start(Some("flatten-secret-image")).await;
    assert_ne!(first, second);
    assert_eq!(&ann.get(&format!("/api/leases/{second}/files/kept.txt")).await.body[..], b"mine");
}
