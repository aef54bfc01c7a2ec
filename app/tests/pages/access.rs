//! What every page owes to everybody: one heading, names for all controls, landmarks, nothing inline.

use std::collections::HashSet;

use scraper::ElementRef;

use super::{PAGES, Page, get};

async fn every_page(look: impl Fn(&str, &Page)) {
    for path in PAGES {
        for known in [false, true] {
            let page = get(path, known).await;
            look(path, &page);
        }
    }
}

#[tokio::test]
async fn one_heading_a_title_and_a_description() {
    every_page(|path, page| {
        assert_eq!(page.all("h1").len(), 1, "{path}");
        assert!(page.text_of("title").contains("Drydock"), "{path}");
        let description = page.all("meta[name=description]")[0].attr("content").unwrap();
        assert!(description.len() > 15, "{path}: {description}");
        assert_eq!(page.all("html[lang=en]").len(), 1, "{path}");
    })
    .await;
}

#[tokio::test]
async fn landmarks_and_a_way_past_the_header() {
    every_page(|path, page| {
        for landmark in ["header.top", "main#main", "footer.bottom", "nav[aria-label=Sections]"] {
            assert_eq!(page.all(landmark).len(), 1, "{path} {landmark}");
        }
        let skip = page.all("body > a")[0];
        assert_eq!(skip.attr("href"), Some("#main"), "{path}");
        for nav in page.all("nav") {
            assert!(nav.attr("aria-label").or(nav.attr("aria-labelledby")).is_some(), "{path}: a nav without a name");
        }
    })
    .await;
}

#[tokio::test]
async fn every_control_has_a_name() {
    every_page(|path, page| {
        let labelled: HashSet<&str> = page.all("label[for]").iter().filter_map(|label| label.attr("for")).collect();
        for input in page.all("input, textarea, select") {
            let is_label =
                |node: &ElementRef<'_>| node.value().name() == "label" && node.text().any(|it| !it.trim().is_empty());
            let by_label = input.attr("id").is_some_and(|id| labelled.contains(id))
                || input.ancestors().filter_map(ElementRef::wrap).any(|node| is_label(&node));
            assert!(by_label || input.attr("aria-label").is_some(), "{path}: {}", input.html());
        }
        for control in page.all("button, a[href], summary") {
            let words = control.text().collect::<String>();
            assert!(!words.trim().is_empty() || control.attr("aria-label").is_some(), "{path}: {}", control.html());
        }
        for image in page.all("img") {
            assert!(image.attr("alt").is_some(), "{path}: {}", image.html());
        }
    })
    .await;
}

#[tokio::test]
async fn ids_are_unique_and_references_hold() {
    every_page(|path, page| {
        let mut ids = HashSet::new();
        for element in page.all("[id]") {
            let id = element.attr("id").unwrap();
            assert!(ids.insert(id.to_owned()), "{path}: two elements are called {id}");
        }
        for attribute in ["aria-labelledby", "aria-controls", "for"] {
            for element in page.all(&format!("[{attribute}]")) {
                let id = element.attr(attribute).unwrap();
                assert!(ids.contains(id), "{path}: {attribute} names {id}, which is not there");
            }
        }
        for link in page.all("a[href^='#']") {
            let anchor = &link.attr("href").unwrap()[1..];
            assert!(ids.contains(anchor), "{path}: a link to #{anchor}, which is not there");
        }
    })
    .await;
}

#[tokio::test]
async fn headings_skip_no_level() {
    every_page(|path, page| {
        let mut before = 1;
        for heading in page.all("main :is(h1, h2, h3, h4)") {
            let level = heading.value().name().as_bytes()[1] - b'0';
            // A dialog that is closed is not read with the page.
            if heading
                .ancestors()
                .any(|node| node.value().as_element().is_some_and(|element| element.name() == "dialog"))
            {
                continue;
            }
            assert!(level <= before + 1, "{path}: h{level} after h{before}");
            before = level;
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_inline_but_the_theme_and_nothing_comes_from_elsewhere() {
    every_page(|path, page| {
        assert_eq!(page.all("[style]").len(), 0, "{path}");
        assert_eq!(page.all("style").len(), 0, "{path}");
        let inline: Vec<_> = page.all("script:not([src])").iter().map(|script| script.inner_html()).collect();
        assert_eq!(inline.len(), 1, "{path}");
        assert!(inline[0].contains("localStorage.getItem('theme')"), "{path}");
        for element in page.all("[src], link[href]") {
            let url = element.attr("src").or(element.attr("href")).unwrap();
            assert!(url.starts_with('/') && !url.starts_with("//"), "{path}: {url}");
        }
        assert!(!page.text.contains(" onclick="), "{path}");
    })
    .await;
}
