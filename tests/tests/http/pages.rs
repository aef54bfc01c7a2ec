//! Pages for everybody, also without a script and before any cookie.

use hyper::Method;
use tests::{Learner, Server, client::Answer};

const CHAPTER: &str = "/chapters/flattening-images";

#[tokio::test(flavor = "multi_thread")]
async fn reading_sets_no_cookie_and_needs_no_script() {
    let server = Server::start().await;
    let mut ann = server.learner();
    for (path, holds) in [
        ("/", "Learn containers"),
        ("/chapters", "Building images"),
        ("/chapters/flattening-images", "docker export"),
        ("/cheatsheet", "Flatten an image into one layer"),
        ("/cheatsheet/flatten-and-secrets", "</span> import "),
        ("/exercises", "Flatten"),
        ("/exercises/flatten-secret-image", "secret"),
        ("/search?q=flatten", "Flattening images"),
        ("/progress", "Progress"),
    ] {
        let answer = ann.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().contains(holds), "{path} lacks {holds}");
        assert!(ann.cookie.is_none(), "{path} set a cookie");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_pages_load_is_compressed_and_kept() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let page = ann.get("/").await.text();
    let start = page.find("/assets/site.").unwrap();
    let path = page[start..].split('"').next().unwrap().to_owned();
    let plain = ann.get(&path).await;
    let small = ann.ask(Method::GET, &path, &[("accept-encoding", "br")], b"").await;
    assert_eq!((plain.status, small.status), (200, 200));
    assert_eq!(small.header("content-encoding"), "br");
    assert!(small.body.len() * 2 < plain.body.len());
    assert!(plain.header("cache-control").contains("immutable"), "{}", plain.header("cache-control"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_describes_itself() {
    let server = Server::start().await;
    let document = server.learner().get("/api/openapi.json").await.json();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
    assert!(document["paths"]["/api/leases"]["post"].is_object());
}

async fn tagged(learner: &mut Learner, method: Method, headers: &[(&str, &str)]) -> (Answer, String) {
    let answer = learner.ask(method, CHAPTER, headers, b"").await;
    let tag = answer.header("etag").to_owned();
    assert!(tag.starts_with('"'), "a strong validator: {tag}");
    (answer, tag)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_there_already_is_not_sent_again() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let br = ("accept-encoding", "gzip, br");
    let (first, tag) = tagged(&mut ann, Method::GET, &[br]).await;
    assert_eq!((first.status, first.header("content-encoding")), (200, "br"));
    let (again, same) = tagged(&mut ann, Method::GET, &[br, ("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len(), &same), (304, 0, &tag));
    let (head, same) = tagged(&mut ann, Method::HEAD, &[br]).await;
    assert_eq!((head.status, head.body.len(), &same), (200, 0, &tag));
    assert_eq!(head.header("content-length"), first.body.len().to_string());
    let (plain, other) = tagged(&mut ann, Method::GET, &[("if-none-match", &tag)]).await;
    assert_eq!((plain.status, plain.header("content-encoding")), (200, ""), "other bytes, another tag");
    assert_ne!(other, tag);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_has_done_is_on_nobody_elses_page() {
    let server = Server::start().await;
    let (mut ann, mut bob) = (server.learner(), server.learner());
    let (_, before) = tagged(&mut bob, Method::GET, &[]).await;
    let list = bob.get("/exercises").await.text();
    ann.start(Some("flatten-secret-image")).await;
    assert_ne!(ann.get("/exercises").await.text(), list, "it stands there as begun");
    for path in [CHAPTER, "/"] {
        ann.get(path).await;
    }
    let (_, after) = tagged(&mut bob, Method::GET, &[]).await;
    assert_eq!((before, list), (after, bob.get("/exercises").await.text()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chapter_that_is_edited_is_served_anew() {
    let folder = tempfile::tempdir().unwrap();
    let content = concat!(env!("CARGO_MANIFEST_DIR"), "/../content/.");
    let copied = std::process::Command::new("cp").args(["-r", content]).arg(folder.path()).status().unwrap();
    assert!(copied.success());
    let server = Server::with(&[("DRYDOCK_CONTENT", folder.path().to_str().unwrap())]).await;
    let mut ann = server.learner();
    let (_, before) = tagged(&mut ann, Method::GET, &[]).await;
    let chapters = std::process::Command::new("find")
        .arg(folder.path())
        .args(["-name", "*flattening-images.md"])
        .output()
        .unwrap();
    let file = String::from_utf8(chapters.stdout).unwrap().trim().to_owned();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\nA quokka was added to this chapter.\n")).unwrap();
    for round in 0.. {
        let (answer, after) = tagged(&mut ann, Method::GET, &[("if-none-match", &before)]).await;
        if answer.status == 200 {
            assert!(answer.text().contains("quokka") && after != before);
            let found = ann.get("/api/search?q=quokka").await.json();
            assert!(found["hits"][0]["url"].as_str().is_some_and(|url| url.starts_with(CHAPTER)), "{found}");
            break;
        }
        assert!(round < 300, "it is never served");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
