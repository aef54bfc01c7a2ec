//! Words that mean the same, from `synonyms.txt`.
//! Invariant: symmetric, and a word is never its own synonym.

use std::{collections::HashMap, sync::LazyLock};

use super::words::{parts, stem};

static GROUPS: &str = include_str!("synonyms.txt");

static TABLE: LazyLock<HashMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let mut table: HashMap<String, Vec<&str>> = HashMap::new();
    for line in GROUPS.lines().filter(|line| !line.starts_with('#')) {
        let names: Vec<&str> = line.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        for name in &names {
            let others = table.entry(key(name)).or_default();
            for other in names.iter().filter(|other| key(other) != key(name)) {
                if !others.contains(other) {
                    others.push(other);
                }
            }
        }
    }
    table
});

/// A name without endings and punctuation: `Multi-stage builds` is `multi stage build`.
fn key(name: &str) -> String {
    stems(&name.to_lowercase()).join(" ")
}

/// The stems of a text's words, of words without one the words themselves.
pub(crate) fn stems(text: &str) -> Vec<String> {
    parts(text).into_iter().map(|(_, part)| stem(part).unwrap_or_else(|| part.to_owned())).collect()
}

/// What else a word or a phrase in lower case is called.
pub(crate) fn synonyms(name: &str) -> &'static [&'static str] {
    TABLE.get(&key(name)).map_or(&[], Vec::as_slice)
}

/// The most words that a name in the table has.
pub(crate) const NAME_MAX_WORDS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symmetric_and_lower_case() {
        assert!(synonyms("flatten").contains(&"squash"));
        assert!(synonyms("squash").contains(&"flatten"));
        assert!(synonyms("virtual machine").contains(&"vm"));
        assert!(synonyms("no such word").is_empty());
        assert!(synonyms("virtual machines").contains(&"vm"));
        for (name, others) in TABLE.iter() {
            assert!(name.split(' ').count() <= NAME_MAX_WORDS, "{name}");
            for other in others {
                assert!(*other == other.to_lowercase() && key(other) != *name, "{name}");
                assert!(synonyms(other).iter().any(|back| key(back) == *name), "{name}");
            }
        }
    }
}
