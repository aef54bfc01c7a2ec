//! The path below which a proxy shows the site, and what of a page goes below it.
//! Invariant: pages name every place from the site's own root; here alone the base is put before it, in addresses only
//! and never in text.

use std::{convert::Infallible, fmt};

use html5gum::{
    Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

/// Attributes that hold one address each.
const ADDRESSES: [&[u8]; 9] = [
    b"href",
    b"src",
    b"action",
    b"formaction",
    b"poster",
    b"data-glue",
    b"data-wasm",
    b"data-terminal",
    b"data-editor",
];
/// The longest base, bytes.
const LONGEST: usize = 200;

/// The path below which the site is shown: empty, or like `/learn` or `/tools/learn`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// Reads a path; with a slash at its end it means the same.
    ///
    /// # Errors
    /// Says what is wrong with a path that would have to be written differently in an address, a cookie or a header.
    pub fn parse(path: &str) -> Result<Self, String> {
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.is_empty() {
            return Ok(Self::default());
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let part = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(plain);
        match path.strip_prefix('/') {
            Some(parts) if parts.split('/').all(part) && path.len() <= LONGEST => Ok(Self(path.to_owned())),
            _ => Err(format!(
                "the path `{path}` is not of the form /learn or /tools/learn, of letters, digits and -._~, \
                 {LONGEST} characters at most"
            )),
        }
    }

    /// There is none: the site has its host for itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Without a slash at its end; empty at the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A place of the site, such as `/chapters`, as browsers ask for it.
    #[must_use]
    pub fn at(&self, place: &str) -> String {
        format!("{}{place}", self.0)
    }

    /// The place of the site that a path names, `None` when it does not go through the base; empty for the base
    /// itself without a slash.
    #[must_use]
    pub fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// A page whose addresses lead below the base; every other byte of it stays.
    #[must_use]
    pub fn page(&self, html: String) -> String {
        if self.is_root() {
            return html;
        }
        let mut page = String::with_capacity(html.len() + html.len() / 16);
        let mut done = 0;
        for start in addresses(&html) {
            page.push_str(&html[done..start]);
            page.push_str(self.as_str());
            done = start;
        }
        page.push_str(&html[done..]);
        page
    }
}

impl fmt::Display for Base {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Where in a page the addresses begin that are told from the site's root, in ascending order.
fn addresses(html: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut holds_one = false;
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
        match event {
            CallbackEvent::AttributeName { name } => holds_one = ADDRESSES.contains(&name),
            CallbackEvent::AttributeValue { value } => {
                // With two slashes it names another host.
                let leads_here = value.starts_with(b"/") && !value.starts_with(b"//");
                found.extend((std::mem::take(&mut holds_one) && leads_here).then_some(span.start));
            }
            _ => {}
        }
        None
    });
    // What is inside scripts and the like is text.
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    // A slash that is written as a reference stands elsewhere than at its beginning.
    found.retain(|start| html.as_bytes().get(*start) == Some(&b'/'));
    found
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn learn() -> Base {
        Base::parse("/learn").unwrap()
    }

    #[test]
    fn a_base_is_a_plain_path() {
        for (path, base) in
            [("", ""), ("/", ""), ("/learn", "/learn"), ("/learn/", "/learn"), ("/a/b-c.d_e~1", "/a/b-c.d_e~1")]
        {
            assert_eq!(Base::parse(path).unwrap().as_str(), base, "{path}");
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for path in [
            "learn",
            "//",
            "//learn",
            "/a//b",
            "/..",
            "/a/../b",
            "/.",
            "/a b",
            "/ä",
            "/a%20b",
            "/a\"b",
            "/a;b",
            "/a?b",
            long.as_str(),
        ] {
            assert!(Base::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_path_goes_through_the_base_or_not() {
        for (path, place) in [
            ("/learn/chapters/a", Some("/chapters/a")),
            ("/learn/", Some("/")),
            ("/learn", Some("")),
            ("/learning", None),
            ("/chapters", None),
            ("/a/learn/", None),
        ] {
            assert_eq!(learn().below(path), place, "{path}");
        }
        assert_eq!(Base::default().below("/chapters"), Some("/chapters"));
    }

    #[test]
    fn only_addresses_are_changed() {
        for (html, page) in [
            ("<a href=\"/\">/</a>", "<a href=\"/learn/\">/</a>"),
            ("<a class='x' href='/chapters/a?b&amp;c#d'>", "<a class='x' href='/learn/chapters/a?b&amp;c#d'>"),
            ("<a href=/chapters>", "<a href=/learn/chapters>"),
            ("<a\n href = \"/a\"\n>", "<a\n href = \"/learn/a\"\n>"),
            ("<A HREF=\"/a\">", "<A HREF=\"/learn/a\">"),
            ("<img alt=\"/ü\" src=\"/images/a.svg?v=1\" />", "<img alt=\"/ü\" src=\"/learn/images/a.svg?v=1\" />"),
            ("<form method=\"post\" action=\"/feedback\">", "<form method=\"post\" action=\"/learn/feedback\">"),
            (
                "<script id=\"site\" src=\"/s.js\" data-wasm=\"/a.wasm\" data-wake=\"/now\"></script>",
                "<script id=\"site\" src=\"/learn/s.js\" data-wasm=\"/learn/a.wasm\" data-wake=\"/now\"></script>",
            ),
            ("ä<a href=\"/b\">ö</a><!----><a href=\"/c\">", "ä<a href=\"/learn/b\">ö</a><!----><a href=\"/learn/c\">"),
        ] {
            assert_eq!(learn().page(html.to_owned()), page);
        }
    }

    #[test]
    fn everything_else_stays() {
        for html in [
            "<pre><code>&lt;a href=\"/x\"&gt; href=\"/x\"</code></pre>",
            "<button data-copy=\"/bin/sh\" data-run=\"/x\" title=\"/x\" value=\"/x\">href=\"/x\"</button>",
            "<div data-props='{\"html\":\"<a href=\\\"/x\\\">\",\"url\":\"/x\"}'></div>",
            "<a href=\"https://e.org/x\"></a><a href=\"//e.org/x\"></a><a href=\"#x\"></a><a href=\"x/y\"></a><a href=\"\"></a>",
            "<a href title=\"/x\"></a>",
            "<script>const a = '<a href=\"/x\">';</script>",
            "<style>a[href=\"/x\"] { color: red }</style>",
            "<textarea><a href=\"/x\"></textarea><title><a href=\"/x\"></title>",
            "<!-- <a href=\"/x\"> -->",
            "<p>1 < 2 href=\"/x\" <",
            "<a href=\"/x",
            "",
        ] {
            assert_eq!(learn().page(html.to_owned()), html);
        }
        let html = "<!DOCTYPE html><a href=\"/x\">".to_owned();
        assert_eq!(Base::default().page(html.clone()), html);
    }
}
