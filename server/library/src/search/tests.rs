//! Search over a small library of our own.

use super::*;
use crate::{Tree, load_tree};

fn chapter(title: &str, order: u32, tags: &str, body: &str) -> String {
    format!(
        "+++\ntitle = \"{title}\"\norder = {order}\nsummary = \"About {title}.\"\ntags = [{tags}]\nminutes = 3\n\
         checked_with = \"Engine 26.1\"\n+++\n{body}"
    )
}

fn index() -> Index {
    let tree = Tree::of_texts([
        ("chapters/07-images/part.toml".to_owned(), "number = 7\ntitle = \"Images\"\nsummary = \"S.\"\n".to_owned()),
        (
            "chapters/07-images/01-build-cache.md".to_owned(),
            chapter(
                "The build cache",
                1,
                "\"cache\"",
                "How building reuses layers.\n\n## What invalidates it\n\nA changed file does.\n\n## Build without it\n\n\
                 ```sh\ndocker build --no-cache .\n```\n\n## Cache mounts\n\n`RUN --mount=type=cache,target=/root` keeps downloads.\n",
            ),
        ),
        (
            "chapters/07-images/02-flattening-images.md".to_owned(),
            chapter(
                "Flattening images",
                2,
                "\"flatten\", \"squash\"",
                "One layer instead of many.\n\n## Layers remember {#layers-remember}\n\nA secret that was removed in a later layer is still there.\n\n\
                 ## Export and import\n\nThe history is lost, `USER` and `HEALTHCHECK` too.\n",
            ),
        ),
        (
            "chapters/07-images/03-hardening.md".to_owned(),
            chapter(
                "Hardening",
                3,
                "",
                "Less is safer.\n\n## No new privileges\n\nRun with `--security-opt no-new-privileges` to defuse set-uid files.\n\n\
                 ## A default user\n\nSet `USER` in a multi-stage build.\n",
            ),
        ),
        (
            "cheatsheet/07-small.toml".to_owned(),
            "part = 7\norder = 1\ngroup = \"Make an image smaller\"\n\n[[entry]]\nid = \"flatten-by-export\"\ntask = \"Flatten an image into one layer\"\n\
             command = '''\ndocker export \"$id\" | docker import - app:flat\n'''\ndoes = \"Writes one archive.\"\n\
             section = \"flattening-images#export-and-import\"\n\n[[entry]]\nid = \"build-fresh\"\ntask = \"Build without the cache\"\n\
             command = \"docker build --no-cache --pull .\"\ndoes = \"Runs every step again.\"\nsection = \"build-cache\"\n"
                .to_owned(),
        ),
    ]);
    let (library, problems) = load_tree(&tree);
    assert_eq!(problems, []);
    Index::build(&library).unwrap()
}

fn urls(index: &Index, text: &str) -> Vec<String> {
    index.search(text, None, 10).hits.into_iter().map(|hit| hit.url).collect()
}

#[test]
fn finds_what_is_meant_first() {
    let index = index();
    for (query, wanted) in [
        ("flatten", "/chapters/flattening-images"),
        ("flattening images", "/chapters/flattening-images"),
        ("squash an image", "/chapters/flattening-images"),
        ("--no-cache", "/cheatsheet/small#build-fresh"),
        ("no-cache", "/cheatsheet/small#build-fresh"),
        ("nocache", "/cheatsheet/small#build-fresh"),
        ("--mount=type=cache", "/chapters/build-cache#cache-mounts"),
        ("--mount", "/chapters/build-cache#cache-mounts"),
        ("type=cache", "/chapters/build-cache#cache-mounts"),
        ("no-new-privileges", "/chapters/hardening#no-new-privileges"),
        ("no new privileges", "/chapters/hardening#no-new-privileges"),
        ("privileges", "/chapters/hardening#no-new-privileges"),
        ("multistage", "/chapters/hardening#a-default-user"),
        ("healthcheck", "/chapters/flattening-images#export-and-import"),
        ("HEALTHCHECK", "/chapters/flattening-images#export-and-import"),
        ("helthcheck", "/chapters/flattening-images#export-and-import"),
        ("invaldates", "/chapters/build-cache#what-invalidates-it"),
        ("what inval", "/chapters/build-cache#what-invalidates-it"),
        ("layers rem", "/chapters/flattening-images#layers-remember"),
        ("\"later layer\"", "/chapters/flattening-images#layers-remember"),
        ("how do I build without the cache?", "/cheatsheet/small#build-fresh"),
    ] {
        assert_eq!(urls(&index, query).first().map(String::as_str), Some(wanted), "{query}: {:?}", urls(&index, query));
    }
}

#[test]
fn relaxes_when_little_is_found() {
    let index = index();
    assert_eq!(urls(&index, "export nonsenseword")[0], "/chapters/flattening-images#export-and-import");
    let long = format!("{} invalidates {}", "zzz yyy ".repeat(50), "xxx ".repeat(50));
    assert_eq!(urls(&index, &long)[0], "/chapters/build-cache#what-invalidates-it");
    assert_eq!(urls(&index, "qqqqq"), [""; 0]);
}

#[test]
fn all_words_come_before_some() {
    let hits = index().search("build cache", None, 20).hits;
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert_eq!(hits[0].url, "/chapters/build-cache");
}

#[test]
fn filters_counts_and_suggests() {
    let index = index();
    let found = index.search("cache", Some(Kind::Entry), 10);
    assert_eq!(found.hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(), [Kind::Entry]);
    assert_eq!(found.counts[1], (Kind::Entry, 1));
    assert!(found.counts[0].1 >= 3, "{:?}", found.counts);
    assert_eq!(index.search("flaten the image ", None, 1).instead, ["flatten the image"]);
    assert_eq!(index.search("flatten", None, 1).instead, [""; 0]);
    assert_eq!(index.search("cache", None, 0).hits, []);
}

#[test]
fn hits_have_the_documented_shape() {
    let hit = index().search("--no-cache", Some(Kind::Entry), 1).hits.remove(0);
    let json: toml::Value = toml::Value::try_from(&hit).unwrap();
    let keys: Vec<&str> = json.as_table().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["command", "kind", "score", "section", "snippet", "title", "url"]);
    assert_eq!(json["kind"].as_str(), Some("entry"));
    assert_eq!(hit.snippet, "docker build <mark>--no-cache</mark> --pull .");
    assert_eq!(hit.section, "Make an image smaller");
    assert_eq!(Kind::parse("entry"), Some(Kind::Entry));
    assert_eq!(Kind::parse("nonsense"), None);
}

#[test]
fn an_empty_library_finds_nothing() {
    let index = Index::build(&crate::Library::default()).unwrap();
    assert!(index.is_empty());
    for query in ["", "a", "docker build --no-cache", "\"a b\""] {
        assert_eq!(index.search(query, None, 10).hits, []);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_query(text in "\\PC*", more in "[\\-\"'/.,:=()\\[\\]{}*?~^+!<>|&\\\\ \u{0}a-cé\u{301}]{0,60}") {
        thread_local!(static INDEX: Index = index());
        INDEX.with(|index| for query in [&text, &more] {
            for hit in index.search(query, None, 5).hits {
                let rest = hit.snippet.replace("<mark>", "").replace("</mark>", "");
                assert!(!rest.contains(['<', '>']), "{rest}");
            }
        });
    }
}
