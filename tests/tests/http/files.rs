//! The editor's files.

use hyper::Method;

use tests::Server;

#[tokio::test(flavor = "multi_thread")]
async fn files_are_saved_seen_and_never_overwritten_unseen() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let file = format!("/api/leases/{lease}/files/app/Dockerfile");

    assert_eq!(ann.get(&file).await.error().0, 404);
    let saved = ann.put(&file, b"FROM busybox\n").await;
    assert_eq!(saved.status, 204);
    let read = ann.get(&file).await;
    assert_eq!((read.status, &read.body[..]), (200, &b"FROM busybox\n"[..]));
    assert_eq!(read.header("etag"), saved.header("etag"));
    assert_eq!(read.header("content-type"), "application/octet-stream", "a browser must not run what comes out");
    let list = ann.get(&format!("/api/leases/{lease}/files")).await.json();
    assert!(list.as_array().unwrap().iter().any(|one| one["path"] == "app/Dockerfile"), "{list}");

    let stale = ann.ask(Method::PUT, &file, &[("if-match", "\"0-0\"")], b"lost").await;
    assert_eq!(stale.error(), (412, "changed".to_owned()));
    let new = ann.ask(Method::PUT, &file, &[("if-none-match", "*")], b"").await;
    assert_eq!(new.error(), (412, "exists".to_owned()), "a new file never empties an old one");
    assert_eq!(&ann.get(&file).await.body[..], b"FROM busybox\n");
    let etag = read.header("etag").to_owned();
    assert_eq!(ann.ask(Method::PUT, &file, &[("if-match", &etag)], b"FROM debian:13\n").await.status, 204);

    for bad in ["../../etc/passwd", "%2e%2e/x", "a/%2e%2e/b", "a//b", "a%00b"] {
        let path = format!("/api/leases/{lease}/files/{bad}");
        assert!(matches!(ann.put(&path, b"x").await.status, 400 | 404), "{bad}");
    }
    assert_eq!(ann.delete(&file).await.status, 204);
    assert_eq!(ann.get(&file).await.status, 404);
}
