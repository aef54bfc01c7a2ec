//! Links in Markdown: which may be followed, and how.
//! Invariant: what becomes an `href` is a path below the site's root, an anchor, or an `https` address.

/// Where a link goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination<'t> {
    /// A path below the site's root, perhaps with an anchor.
    Site(&'t str),
    /// An anchor on the same page.
    Here(&'t str),
    /// Another site.
    Elsewhere(&'t str),
}

/// Judges a link's destination; a sentence about what is wrong with it otherwise.
pub(crate) fn destination(to: &str) -> Result<Destination<'_>, String> {
    if to.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(format!("the link `{to}` has a blank or a backslash in it"));
    }
    if let Some(anchor) = to.strip_prefix('#') {
        return if anchor.is_empty() {
            Err("the link `#` goes nowhere".to_owned())
        } else {
            Ok(Destination::Here(anchor))
        };
    }
    if to.starts_with('/') && !to.starts_with("//") {
        return Ok(Destination::Site(to));
    }
    match to.split_once("://") {
        Some(("https", rest)) if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
            Ok(Destination::Elsewhere(to))
        }
        Some(("http", _)) => Err(format!("the link `{to}` must begin with `https://`")),
        _ => Err(format!(
            "the link `{to}` must be a path such as `/chapters/build-cache#anchor`, an anchor such as `#anchor`, or begin with `https://`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations() {
        assert_eq!(destination("/chapters/a#b"), Ok(Destination::Site("/chapters/a#b")));
        assert_eq!(destination("#b"), Ok(Destination::Here("b")));
        assert_eq!(destination("https://example.org/x"), Ok(Destination::Elsewhere("https://example.org/x")));
        for bad in [
            "javascript:alert(1)",
            "JAVASCRIPT:x",
            "java\tscript:x",
            "data:text/html,x",
            "//evil.example",
            "/\\evil.example",
            "http://a.example",
            "https:///x",
            "mailto:a@b.example",
            "a@b.example",
            "other.md",
            "",
            "#",
            "vbscript:x",
            "HTTPS://x",
        ] {
            assert!(destination(bad).is_err(), "{bad}");
        }
    }
}
