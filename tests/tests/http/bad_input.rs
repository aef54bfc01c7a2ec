//! Whatever is sent, the answer is a status, a word for programs and a sentence for people.

use hyper::Method;
use serde_json::json;

use tests::Server;

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_gets_a_clear_answer() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(None).await;
    let kind = [("content-type", "application/json")];

    for body in ["", "{", "[]", "{\"exercise\": 7}", "\u{0}"] {
        let answer = ann.ask(Method::POST, "/api/leases", &kind, body.as_bytes()).await;
        let (status, word) = answer.error();
        assert!(matches!(status, 400 | 422) && word == "invalid", "{body:?}: {}", answer.text());
    }
    assert_eq!(ann.ask(Method::POST, "/api/leases", &[], b"{}").await.error(), (415, "invalid".to_owned()));
    assert_eq!(ann.post("/api/leases", &json!({"exercise": "no-such"})).await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.delete("/api/search").await.error(), (405, "no_method".to_owned()));
    assert_eq!(ann.get("/api/nowhere").await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.get("/api/leases/no-such").await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.get("/api/attempts/no-such").await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.post("/api/exercises/no-such/hints", &json!({})).await.error(), (404, "not_found".to_owned()));
    assert_eq!(ann.get(&format!("/api/leases/{lease}/socket")).await.error(), (400, "invalid".to_owned()));
    let answer = ann.post(&format!("/api/leases/{lease}/attempts"), &json!({})).await;
    assert_eq!(answer.error(), (400, "invalid".to_owned()), "a free sandbox has nothing to check");
    let large = vec![b'x'; 3 * 1024 * 1024];
    // The answer may come, and the connection close, before all of it was sent: a connection of its own.
    let mut sender = server.learner();
    sender.cookie.clone_from(&ann.cookie);
    if let Some(answer) = sender.try_put(&format!("/api/leases/{lease}/files/large"), &large).await {
        assert_eq!(answer.error(), (413, "too_large".to_owned()));
    }
    assert_eq!(ann.get(&format!("/api/leases/{lease}/files/large")).await.status, 404);
    assert_eq!(ann.get(&format!("/api/leases/{lease}")).await.json()["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_of_every_kind_are_answered() {
    let server = Server::start().await;
    let mut ann = server.learner();
    for query in ["", "%20", "%22", "AND%20OR", "(((", "a:b:c", "%F0%9F%90%B3", "title:*", "-", "docker%20AND%20%2D"] {
        for path in [format!("/api/search?q={query}"), format!("/search?q={query}")] {
            assert_eq!(ann.get(&path).await.status, 200, "{path}");
        }
    }
    // Bytes of every kind, of many lengths: whatever an address can carry.
    let mut state = 20_261_127_u64;
    for length in [1, 2, 3, 5, 8, 13, 40, 200, 1_500, 6_000, 20_000] {
        for among in
            [&b"docker \"-:*()"[..], &[0, 9, 10, 13, 27, 127], &[b'a', 0x80, 0xc3, 0xa9, 0xed, 0xa0, 0xf0, 0xff]]
        {
            let mut query = String::new();
            for _ in 0..length {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let byte = among[usize::try_from(state >> 33).unwrap() % among.len()];
                query.push_str(&format!("%{byte:02X}"));
            }
            let answer = ann.get(&format!("/api/search?q={query}")).await;
            assert_eq!(answer.status, 200, "{query:.80}");
            assert!(answer.json()["hits"].is_array(), "{query:.80}");
            assert_eq!(ann.get(&format!("/search?q={query}")).await.status, 200, "{query:.80}");
        }
    }
    // What is no query at all is said to be none; a page is a page all the same.
    for wrong in ["kind=none", "kind=Error", "limit=x", "limit=-1", "limit=99999999999999999999", "q=a&q=b"] {
        assert_eq!(
            ann.get(&format!("/api/search?q=docker&{wrong}")).await.error(),
            (400, "invalid".to_owned()),
            "{wrong}"
        );
        assert_eq!(ann.get(&format!("/search?q=docker&{wrong}")).await.status, 200, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_are_counted_by_kind_and_picked_out_by_it() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let all = ann.get("/api/search?q=permission%20denied&limit=50").await;
    let time = all.header("server-timing").strip_prefix("search;dur=").map(str::parse::<f64>);
    assert!(time.is_some_and(|time| time.is_ok()), "{}", all.header("server-timing"));
    let all = all.json();
    let counts = |found: &serde_json::Value| -> Vec<(String, u64)> {
        let facets = found["facets"].as_array().unwrap().iter();
        facets.map(|it| (it["kind"].as_str().unwrap().to_owned(), it["count"].as_u64().unwrap())).collect()
    };
    let all_counts = counts(&all);
    assert_eq!(all["hits"][0]["kind"], "error", "a message that is quoted is the best answer: {}", all["hits"][0]);
    for (kind, count) in &all_counts {
        let found = ann.get(&format!("/api/search?q=permission%20denied&limit=50&kind={kind}")).await.json();
        let hits = found["hits"].as_array().unwrap();
        assert!(hits.iter().all(|hit| hit["kind"] == kind.as_str()), "{kind}");
        assert_eq!(u64::try_from(hits.len()).unwrap(), *count.min(&50), "{kind}");
        assert_eq!(counts(&found), all_counts, "counted before the kind is picked out");
        if *count == 0 {
            continue;
        }
        // The same on the command line.
        let told = server.ask(&["search", "--json", "--limit", "50", "--kind", kind, "permission denied"]);
        assert_eq!(told, found, "{kind}");
    }
    assert!(all_counts.iter().filter(|(_, count)| *count > 0).count() >= 3, "{all_counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_not_there_say_so() {
    let server = Server::start().await;
    let mut ann = server.learner();
    for path in [
        "/nowhere",
        "/chapters/no-such",
        "/exercises/no-such",
        "/assets/no-such.js",
        "/images/../etc/passwd",
        "/images/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
    ] {
        let answer = ann.get(path).await;
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
    }
}
