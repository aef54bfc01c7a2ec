//! The site below a path of a host that others share: what proxies of both kinds are answered.

use hyper::Method;
use serde_json::json;
use tests::Server;

const FORM: [(&str, &str); 2] = [("content-type", "application/x-www-form-urlencoded"), ("host", "example.org")];
const FILLED: &[u8] = b"section=flattening-images&opinion=clear";

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_a_server_answers_with_the_path_and_without_it() {
    let server = Server::with(&[("DRYDOCK_PUBLIC_URL", "https://example.org/learn/")]).await;
    let mut ann = server.learner();
    let (handed_on, taken_off) = (ann.get("/learn/chapters").await, ann.get("/chapters").await);
    assert_eq!((handed_on.status, &handed_on.body), (200, &taken_off.body));
    assert!(handed_on.text().contains("href=\"/learn/chapters/flattening-images\""));
    assert!(!handed_on.text().contains("href=\"/chapters"));
    assert_eq!(ann.get("/learn/worker.js").await.status, 200);
    let to_slash = ann.get("/learn").await;
    assert_eq!((to_slash.status, to_slash.header("location")), (308, "/learn/"));
    assert_eq!(ann.get("/learning").await.status, 404);
    assert!(ann.get("/learning").await.text().contains("href=\"/learn/chapters\""));
    let book = ann.get("/learn/api/book").await.json();
    assert_eq!(book["pages"][1], "/chapters", "places are told from the site's root");

    // Who asks is judged by the origin alone, which has no path.
    let say = json!({"section": "flattening-images", "opinion": "clear"});
    for (origin, status) in
        [("https://example.org/learn", 403), ("http://example.org", 403), ("https://example.org", 204)]
    {
        ann.origin = Some(origin.to_owned());
        assert_eq!(ann.post("/learn/api/feedback", &say).await.status, status, "{origin}");
    }
    let known = ann.cookie.clone().expect("a learner");
    assert!(known.starts_with("__Secure-drydock_learner="), "{known}");

    // The same learner by both ways, also beside a cookie of another server.
    let other = format!("__Secure-drydock_learner=of-another-server; {known}");
    for path in ["/learn/feedback", "/feedback"] {
        for cookie in [&known, &other] {
            ann.cookie = Some(cookie.clone());
            let answer = ann.ask(Method::POST, path, &FORM, FILLED).await;
            let to = "/learn/chapters/flattening-images?said#feedback";
            assert_eq!(
                (answer.status, answer.header("location"), answer.header("set-cookie")),
                (303, to, ""),
                "{path}"
            );
        }
    }
    ann.cookie = None;
    let answer = ann.ask(Method::POST, "/learn/feedback", &FORM, FILLED).await;
    let cookie = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/learn;"] {
        assert!(format!("{cookie};").contains(part), "{cookie}");
    }
    let refused = ann.ask(Method::POST, "/learn/feedback", &FORM, b"").await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("href=\"/learn/\"") && !refused.text().contains("href=\"/\""));

    // Previews know nothing of the path.
    let host = format!("80-{}.preview.example.org", "a".repeat(32));
    let preview = ann.ask(Method::GET, "/learn", &[("host", host.as_str())], &[]).await;
    assert_eq!((preview.status, preview.header("location")), (404, ""), "{}", preview.text());
    assert!(preview.text().contains("This sandbox has ended"), "{}", preview.text());
}
