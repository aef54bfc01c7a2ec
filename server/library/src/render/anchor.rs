//! Anchors of headings. Invariant: an anchor made from a title holds letters, digits and single hyphens only.

/// The title in lower case, words joined by hyphens; empty when it has no letter and no digit.
pub(crate) fn anchor_of(title: &str) -> String {
    let mut anchor = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            anchor.push(c);
        } else if !matches!(c, '\'' | '’') && !anchor.is_empty() && !anchor.ends_with('-') {
            anchor.push('-');
        }
    }
    anchor.truncate(anchor.trim_end_matches('-').len());
    anchor
}

#[cfg(test)]
mod tests {
    #[test]
    fn anchors() {
        for (title, anchor) in [
            ("Layers remember", "layers-remember"),
            ("What `--no-cache` does, and what it doesn't", "what-no-cache-does-and-what-it-doesnt"),
            (".dockerignore: a list", "dockerignore-a-list"),
            ("Über 3 Schichten", "über-3-schichten"),
            ("—", ""),
        ] {
            assert_eq!(super::anchor_of(title), anchor);
        }
    }
}
