//! What readers say of sections comes to the authors.

use hyper::Method;
use serde_json::json;
use tests::Server;

#[tokio::test(flavor = "multi_thread")]
async fn readers_say_and_authors_read() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let place = "/api/feedback";
    let say = |section: &str, opinion: &str, text: &str| json!({"section": section, "opinion": opinion, "text": text});
    let section = "flattening-images#export-and-import";
    assert_eq!(ann.post(place, &say(section, "mistake", "teh \u{202e}archive")).await.status, 204);
    assert_eq!(ann.post(place, &json!({"section": "flattening-images", "opinion": "clear"})).await.status, 204);
    for (bad, wanted) in [
        (say(section, "mistake", " "), (400, "invalid")),
        (say(section, "clear", &"x".repeat(2_001)), (400, "invalid")),
        (say("flattening-images#nothing", "clear", ""), (404, "not_found")),
        (say("nothing", "clear", ""), (404, "not_found")),
        (say("Bad!", "clear", ""), (422, "invalid")),
        (say(section, "fine", ""), (422, "invalid")),
    ] {
        assert_eq!(ann.post(place, &bad).await.error(), (wanted.0, wanted.1.to_owned()), "{bad}");
    }

    let form = [("content-type", "application/x-www-form-urlencoded")];
    let filled = b"section=flattening-images%23export-and-import&opinion=unclear&text=one%0D%0Atwo";
    let answer = ann.ask(Method::POST, "/feedback", &form, filled).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/chapters/flattening-images?said#feedback"));
    assert!(ann.get("/chapters/flattening-images?said").await.text().contains("Thank you."));
    assert!(!ann.get("/chapters/flattening-images").await.text().contains("\">Thank you."));
    let answer = ann.ask(Method::POST, "/feedback", &form, b"section=flattening-images").await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("whether it was clear"), "{}", answer.text());
    ann.origin = Some("http://elsewhere.example".to_owned());
    assert_eq!(ann.post(place, &say(section, "clear", "")).await.status, 403);

    let said = server.ask(&["content", "feedback", "--json"]);
    let texts: Vec<&str> = said.as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["teh \u{202e}archive", "", "one\ntwo"], "{said}");
    let told = String::from_utf8(server.run(&["content", "feedback", "--days", "1"])).unwrap();
    let first = format!("/chapters/{section}: 0 clear, 1 unclear, 1 mistakes");
    assert!(told.starts_with(&first), "{told}");
    assert!(!told.contains('\u{202e}'), "{told}");
}
