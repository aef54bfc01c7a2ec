//! Reading a chapter: times against a static file of the same server, bytes as a browser gets them.

use std::time::Instant;

use ::tests::{Learner, Server, client::Answer};
use hyper::Method;

use crate::{
    report::{Base, Report},
    stats::Sample,
};

const ROUNDS: usize = 200;
pub(crate) const PAGE: &str = "/chapters/flattening-images";
/// What a current browser says on this machine's loopback.
const ENCODINGS: (&str, &str) = ("accept-encoding", "gzip, deflate, br, zstd");

/// Ask as a browser does.
pub(crate) async fn get(learner: &mut Learner, path: &str) -> Answer {
    let answer = learner.ask(Method::GET, path, &[ENCODINGS], b"").await;
    assert_eq!(answer.status, 200, "{path}");
    answer
}

/// A file that every page names: nothing is made for it.
pub(crate) async fn static_file(learner: &mut Learner) -> String {
    let html = learner.get("/").await.text();
    let file = fetched(&html).into_iter().find(|path| path.starts_with("/assets/") && path.ends_with(".svg"));
    file.expect("a page names its icon")
}

#[expect(clippy::cast_precision_loss, reason = "sizes of pages")]
pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let mut learner = server.learner();
    let file = static_file(&mut learner).await;
    let (mut files, mut pages) = (Sample::default(), Sample::default());
    // The first round warms both sides and is not counted.
    for round in 0..=ROUNDS {
        for (path, sample) in [(file.as_str(), &mut files), (PAGE, &mut pages)] {
            let began = Instant::now();
            get(&mut learner, path).await;
            if round > 0 {
                sample.add_since(began);
            }
        }
    }
    let base = Base { what: "a static file", times: &files };
    report.note_ratio("chapter_latency", &pages, &base, 50, None);
    report.note_ratio("chapter_latency_p95", &pages, &base, 95, None);

    let page = get(&mut learner, PAGE).await;
    let encoding = page.header("content-encoding").to_owned();
    assert!(!encoding.is_empty(), "pages are compressed");
    let html = learner.get(PAGE).await.text();
    let detail = format!("HTML by {encoding}, of {:.1} kB", html.len() as f64 / 1000.0);
    report.note("chapter_bytes", page.body.len() as f64 / 1000.0, "kB", None, detail);
    let files = fetched(&html);
    let mut parts = Vec::new();
    for path in &files {
        parts.push(get(&mut learner, path).await.body.len());
    }
    let bytes = page.body.len() + parts.iter().sum::<usize>();
    let detail = format!("the HTML and the {} files that a first visit fetches with it, compressed", files.len());
    report.note("chapter_first_visit_bytes", bytes as f64 / 1000.0, "kB", Some(60.0), detail);
}

/// Paths of this site that a browser fetches to show a page: what `src` names, and what `href` of a `<link>` that
/// is for showing does. What only waits for a click is named by other attributes.
fn fetched(html: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for tag in html.split('<').filter_map(|part| part.split_once('>').map(|(tag, _)| tag)) {
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let found = match name {
            "script" | "img" => value(attributes, "src"),
            "link" => {
                let wanted = ["stylesheet", "preload", "modulepreload", "icon"];
                let shows = value(attributes, "rel").is_some_and(|rel| wanted.contains(&rel));
                value(attributes, "href").filter(|_| shows)
            }
            _ => None,
        };
        paths.extend(found.filter(|path| path.starts_with('/')).map(|path| path.replace("&amp;", "&")));
    }
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// The value of an attribute in double quotes.
fn value<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    loop {
        let at = from + attributes[from..].find(name)?;
        let after = &attributes[at + name.len()..];
        let begins = at == 0 || attributes[..at].ends_with(char::is_whitespace);
        if let Some(value) = after.strip_prefix("=\"").filter(|_| begins) {
            return value.split('"').next();
        }
        from = at + name.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_first_visit_fetches_is_counted() {
        let html = r#"<link rel="stylesheet" href="/assets/a.css"><link rel="search" href="/opensearch.xml">
            <link rel="icon" href="/assets/m.svg" type="image/svg+xml"><script id="site" type="module"
            src="/assets/s.js" data-wasm="/assets/app.wasm" data-src="/assets/no.js"></script>
            <img alt="x" src="/images/f.svg?v=1&amp;w=2"><a href="/assets/book.pdf">x</a>
            <img src="data:image/png;base64,xx"><img src="/images/f.svg?v=1&amp;w=2"><p>src="/no"</p>"#;
        assert_eq!(fetched(html), ["/assets/a.css", "/assets/m.svg", "/assets/s.js", "/images/f.svg?v=1&w=2"]);
    }

    #[test]
    fn an_attribute_is_taken_by_its_whole_name() {
        assert_eq!(value(r#"data-src="a" src="b""#, "src"), Some("b"));
        assert_eq!(value(r#"srcset="a""#, "src"), None);
        assert_eq!(value("", "src"), None);
    }
}
