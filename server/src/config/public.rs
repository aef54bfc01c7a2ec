//! The address of the site as browsers see it, which may end in a path below which a proxy shows it.
//! Invariant: the origin is written as browsers write it in `Origin`, and no place of the site begins like the path, so
//! that a request tells by itself whether a proxy has taken the path off.

use std::fmt;

use app::Base;
use serde::{Deserialize, Serialize};
use url::{Position, Url};

/// The first parts of all that the site itself answers.
const OWN: [&str; 16] = [
    "api",
    "assets",
    "chapters",
    "cheatsheet",
    "design",
    "exercises",
    "feedback",
    "healthz",
    "images",
    "manifest.webmanifest",
    "opensearch.xml",
    "progress",
    "robots.txt",
    "search",
    "sitemap.xml",
    "worker.js",
];

/// `https://learn.example.org`, or `https://example.org/learn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl {
    origin: String,
    base: Base,
}

impl PublicUrl {
    /// Scheme, host and, where it is not the usual one, port.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path below which a proxy shows the site.
    #[must_use]
    pub fn base(&self) -> &Base {
        &self.base
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let form = || format!("`{text}` is not of the form https://host, https://host:port or https://host/path");
        let (scheme, rest) = text.split_once("://").ok_or_else(form)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // A parser of addresses takes out blanks and mends much else; what is written here is meant as it stands.
        let blank = authority.chars().any(|sign| sign.is_whitespace() || sign.is_control());
        if !matches!(scheme, "http" | "https") || authority.is_empty() || blank {
            return Err(form());
        }
        let url = Url::parse(&format!("{scheme}://{authority}")).map_err(|error| format!("{}: {error}", form()))?;
        if url[Position::AfterPort..] != *"/" || !url[Position::BeforeUsername..Position::BeforeHost].is_empty() {
            return Err(form());
        }
        let base = Base::parse(path).map_err(|why| format!("{why}, in `{text}`"))?;
        let first = base.as_str().split('/').nth(1).unwrap_or_default();
        if OWN.contains(&first) {
            return Err(format!(
                "`{text}` begins its path like pages of the site itself, so /{first}/… could mean either; take another"
            ));
        }
        Ok(Self { origin: url.origin().ascii_serialization(), base })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.origin, self.base)
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, String), String> {
        PublicUrl::try_from(text.to_owned()).map(|url| (url.origin, url.base.to_string()))
    }

    #[test]
    fn an_address_is_an_origin_and_a_base() {
        for (text, origin, base) in [
            ("https://learn.example.org", "https://learn.example.org", ""),
            ("https://learn.example.org/", "https://learn.example.org", ""),
            ("https://Example.ORG:443/learn/", "https://example.org", "/learn"),
            ("http://example.org:8080/tools/learn", "http://example.org:8080", "/tools/learn"),
            ("http://192.168.1.5:8000", "http://192.168.1.5:8000", ""),
            ("http://[::1]:8000/learn", "http://[::1]:8000", "/learn"),
            ("https://bücher.example/Learn", "https://xn--bcher-kva.example", "/Learn"),
        ] {
            assert_eq!(read(text), Ok((origin.to_owned(), base.to_owned())), "{text}");
            let again = String::from(PublicUrl::try_from(text.to_owned()).unwrap());
            assert_eq!(read(&again), Ok((origin.to_owned(), base.to_owned())), "{again}");
        }
    }

    #[test]
    fn what_is_no_such_address_is_refused_with_a_reason() {
        for (text, word) in [
            ("", "of the form https://host"),
            ("learn.example.org", "of the form https://host"),
            ("ftp://example.org", "of the form https://host"),
            ("https://", "of the form https://host"),
            ("https:///learn", "of the form https://host"),
            ("https://ann:secret@example.org", "of the form https://host"),
            ("https://ann@example.org", "of the form https://host"),
            ("https://example.org?a", "of the form https://host"),
            ("https://example.org#a", "of the form https://host"),
            ("https://example.org\\learn", "of the form https://host"),
            ("https://exam ple.org", "of the form https://host"),
            ("https://exam\tple.org", "of the form https://host"),
            ("https://example.org:99999", "port"),
            ("https://example.org/a?b", "/a?b"),
            ("https://example.org/a#b", "/a#b"),
            ("https://example.org/a b", "letters, digits"),
            ("https://example.org//a", "//a"),
            ("https://example.org/a/../b", "/a/../b"),
            ("https://example.org/chapters", "take another"),
            ("https://example.org/api/learn", "take another"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
    }

    #[test]
    fn no_place_of_the_site_may_be_a_base() {
        let outer = include_str!("../http/mod.rs").split_once("let own").unwrap().1;
        let pages = include_str!("../../../app/src/router.rs");
        let places: Vec<&str> = outer
            .lines()
            .chain(pages.lines())
            .filter_map(|line| line.trim().strip_prefix(".route(\"/").or_else(|| line.trim().strip_prefix(".nest(\"/")))
            .filter_map(|rest| rest.split(['"', '/']).next().filter(|first| !first.is_empty()))
            .collect();
        assert!(places.len() > 10, "{places:?}");
        for place in places {
            assert!(OWN.contains(&place), "{place}");
        }
    }
}
