//! Pages below a path of a shared host: every address leads below it, and nothing else is different.

use app::{Base, Site};
use scraper::Html;

use super::{PAGES, Page, get, get_of, site};

/// Attributes that hold an address each, as the standard and our scripts name them.
const ADDRESSES: [&str; 10] = [
    "href",
    "src",
    "srcset",
    "action",
    "formaction",
    "poster",
    "data-glue",
    "data-wasm",
    "data-terminal",
    "data-editor",
];
/// Attributes whose value may begin with a slash and is text.
const TEXTS: [&str; 12] = [
    "alt",
    "aria-label",
    "content",
    "d",
    "data-base",
    "data-copy",
    "data-entry",
    "data-props",
    "data-run",
    "placeholder",
    "title",
    "value",
];

async fn get_below(path: &str, known: bool) -> Page {
    get_of(Site { base: Base::parse("/learn").unwrap(), ..site() }, path, known).await
}

/// All attributes of a page, as `(element, attribute, value)`.
fn attributes(html: &Html) -> Vec<(String, String, String)> {
    let elements = html.tree.values().filter_map(|node| node.as_element());
    elements
        .flat_map(|element| {
            element.attrs().map(|(name, value)| (element.name().to_owned(), name.to_owned(), value.to_owned()))
        })
        .collect()
}

#[tokio::test]
async fn every_address_leads_below_the_base_and_nothing_else_is_different() {
    for path in PAGES {
        for known in [false, true] {
            let (bare, below) = (get(path, known).await, get_below(path, known).await);
            assert_eq!(bare.status, below.status, "{path}");
            let told: Vec<_> = attributes(&below.html).into_iter().filter(|(_, name, _)| name != "data-base").collect();
            let plain = attributes(&bare.html);
            assert!(plain.len() > 100, "{path}");
            assert_eq!(plain.len(), told.len(), "{path}");
            let mut led = 0;
            for (was, is) in plain.into_iter().zip(told) {
                let (element, name, value) = &was;
                let from_root = value.starts_with('/') && !value.starts_with("//");
                let is_address = ADDRESSES.contains(&name.as_str());
                assert!(
                    is_address || !from_root || TEXTS.contains(&name.as_str()),
                    "{path}: what is {name} of {element}?"
                );
                let wanted = if is_address && from_root { format!("/learn{value}") } else { value.clone() };
                assert_eq!(is, (element.clone(), name.clone(), wanted), "{path}");
                led += usize::from(is_address && from_root);
            }
            assert!(led > 10, "{path}: {led}");
            let text = |page: &Page| page.html.root_element().text().collect::<String>();
            assert_eq!(text(&bare), text(&below), "{path}");
            assert_eq!(below.all("html[data-base=\"/learn\"]").len(), 1, "{path}");
            assert!(!bare.text.contains("data-base"), "{path}");
        }
    }
}

#[tokio::test]
async fn what_browsers_install_and_add_is_below_the_base() {
    let manifest: serde_json::Value =
        serde_json::from_str(&get_below("/manifest.webmanifest", false).await.text).unwrap();
    assert_eq!((&manifest["id"], &manifest["start_url"]), (&"/learn/".into(), &"/learn/".into()));
    assert_eq!(manifest["icons"][0]["src"], "/learn/assets/mark.svg");
    let public_url = Some("https://example.org/learn".into());
    let told = Site { base: Base::parse("/learn").unwrap(), public_url, ..site() };
    let search = get_of(told, "/opensearch.xml", false).await.text;
    assert!(search.contains(r#"template="https://example.org/learn/search?q={searchTerms}""#), "{search}");
    let manifest: serde_json::Value = serde_json::from_str(&get("/manifest.webmanifest", false).await.text).unwrap();
    assert_eq!((&manifest["id"], &manifest["start_url"]), (&"/".into(), &"/".into()));
}
