//! What is told to crawlers: where they may go, and which pages there are.
//! Invariant: every page that asks to be listed is on the map, under the address that it calls its own.

use crate::view::{Chapters, CheatSheet, Exercises};

/// Pages of text that are always there.
pub const STANDING: [&str; 5] = ["/", "/chapters", "/cheatsheet", "/cheatsheet/essential", "/exercises"];

/// `robots.txt`. Results of the search are without end; of the API a crawler makes nothing.
pub(crate) fn robots(public_url: Option<&str>) -> String {
    let map = public_url.map_or_else(String::new, |site| format!("\nSitemap: {site}/sitemap.xml\n"));
    format!("User-agent: *\nDisallow: /api/\nDisallow: /search\n{map}")
}

/// Paths of the pages to list, in the site's order.
pub(crate) fn paths(chapters: &Chapters, sheet: &CheatSheet, exercises: &Exercises) -> Vec<String> {
    let chapters = chapters.parts.iter().flat_map(|part| &part.chapters).map(|card| format!("/chapters/{}", card.id));
    let exercises = exercises.parts.iter().flat_map(|part| &part.exercises).map(|card| card.url());
    let groups = sheet.groups.iter().map(|group| group.url());
    STANDING.map(str::to_owned).into_iter().chain(chapters).chain(groups).chain(exercises).collect()
}

/// `sitemap.xml`. Paths are made of slugs, so nothing in them needs escaping.
pub(crate) fn sitemap(public_url: &str, paths: &[String]) -> String {
    let site = public_url.replace('&', "&amp;").replace('<', "&lt;");
    let mut map = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for path in paths {
        map.push_str(&format!("<url><loc>{site}{path}</loc></url>\n"));
    }
    map.push_str("</urlset>\n");
    map
}
