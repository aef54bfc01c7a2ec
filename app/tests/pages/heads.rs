//! What stands in a page's head, and what crawlers are told.

use std::sync::Arc;

use super::{Page, get, get_of, site};

const OWN: &str = "https://learn.example.org";

async fn known(path: &str) -> Page {
    get_of(app::Site { public_url: Some(Arc::from(OWN)), ..site() }, path, false).await
}

fn content(page: &Page, property: &str) -> Vec<String> {
    let found = page.all(&format!("meta[property='{property}']"));
    found.iter().filter_map(|meta| meta.attr("content").map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_link_to_a_page_shows_its_title_and_a_picture() {
    let page = known("/chapters/flattening-images?said").await;
    assert_eq!(content(&page, "og:title"), ["Flattening images · Drydock"]);
    assert_eq!(content(&page, "og:type"), ["article"]);
    assert_eq!(content(&page, "og:url"), [format!("{OWN}/chapters/flattening-images")]);
    assert_eq!(content(&page, "og:image"), [format!("{OWN}/assets/card.png")]);
    assert_eq!(
        page.all("link[rel=canonical]")[0].attr("href"),
        Some("https://learn.example.org/chapters/flattening-images")
    );
    assert_eq!(page.all("meta[name='twitter:card'][content=summary_large_image]").len(), 1);
    assert_eq!(content(&known("/").await, "og:type"), ["website"]);
}

#[tokio::test]
async fn without_an_address_of_its_own_a_page_names_none() {
    let page = get("/chapters/flattening-images", false).await;
    assert_eq!(content(&page, "og:title").len(), 1);
    assert_eq!([content(&page, "og:url"), content(&page, "og:image")], [[""; 0]; 2]);
    assert_eq!(page.all("link[rel=canonical]").len(), 0);
    assert!(!page.text.contains("localhost:1"), "the name that was asked for is in the page");
    assert_eq!(page.all("meta[name='twitter:card'][content=summary]").len(), 1);
}

#[tokio::test]
async fn a_page_that_is_not_listed_has_no_address_of_its_own() {
    for path in ["/search?q=flatten", "/progress", "/nowhere"] {
        let page = known(path).await;
        assert_eq!(page.all("link[rel=canonical]").len(), 0, "{path}");
        assert_eq!(page.all("meta[name=robots][content=noindex]").len(), 1, "{path}");
    }
}

#[tokio::test]
async fn the_mark_is_there_for_tabs_and_home_screens() {
    let page = get("/", false).await;
    let icons = page.all("link[rel=icon], link[rel=apple-touch-icon]");
    let files: Vec<_> = icons.iter().filter_map(|icon| icon.attr("href")).collect();
    assert_eq!(files, ["/assets/icon-32.png", "/assets/mark.svg", "/assets/icon-180.png"]);
    let manifest: serde_json::Value = serde_json::from_str(&get("/manifest.webmanifest", false).await.text).unwrap();
    let sizes: Vec<_> =
        manifest["icons"].as_array().unwrap().iter().map(|icon| icon["sizes"].as_str().unwrap()).collect();
    assert_eq!(sizes, ["any", "192x192", "512x512", "512x512"]);
}

#[tokio::test]
async fn the_map_has_every_page_that_wants_to_be_found_under_its_own_address() {
    let map = known("/sitemap.xml").await;
    assert_eq!(map.headers["content-type"], "application/xml; charset=utf-8");
    let places: Vec<_> = map.text.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next()).collect();
    assert!(places.len() > 8, "{places:?}");
    for place in &places {
        let page = known(place.strip_prefix(OWN).unwrap()).await;
        // One that is being mended is an error page as long as it is.
        if page.status == 503 {
            continue;
        }
        assert_eq!(page.status, 200, "{place}");
        assert_eq!(page.all("link[rel=canonical]")[0].attr("href"), Some(*place));
        assert_eq!(page.all("meta[name=robots]").len(), 0, "{place}");
    }
    assert_eq!(get("/sitemap.xml", false).await.status, 404);
}

#[tokio::test]
async fn crawlers_are_told_where_the_map_is_only_when_there_is_one() {
    let robots = known("/robots.txt").await;
    assert_eq!(robots.headers["content-type"], "text/plain; charset=utf-8");
    assert!(
        robots.text.contains("Disallow: /search\n")
            && robots.text.ends_with(&format!("\nSitemap: {OWN}/sitemap.xml\n"))
    );
    assert!(!get("/robots.txt", false).await.text.contains("Sitemap"));
    assert!(known("/opensearch.xml").await.text.contains(&format!("template=\"{OWN}/search?q={{searchTerms}}\"")));
}
