//! Words that mean the same, from `synonyms.txt`.
//! Invariant: symmetric, and a word is never its own synonym.

use std::{collections::HashMap, sync::LazyLock};

static GROUPS: &str = include_str!("synonyms.txt");

static TABLE: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut table: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in GROUPS.lines().filter(|line| !line.starts_with('#')) {
        let names: Vec<&str> = line.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        for name in &names {
            let others = table.entry(name).or_default();
            for other in names.iter().filter(|other| *other != name) {
                if !others.contains(other) {
                    others.push(other);
                }
            }
        }
    }
    table
});

/// What else a word or a phrase in lower case is called.
pub(crate) fn synonyms(name: &str) -> &'static [&'static str] {
    TABLE.get(name).map_or(&[], Vec::as_slice)
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
        for (name, others) in TABLE.iter() {
            assert!(!others.contains(name) && *name == name.to_lowercase(), "{name}");
            assert!(name.split(' ').count() <= NAME_MAX_WORDS, "{name}");
            assert!(others.iter().all(|other| synonyms(other).contains(name)), "{name}");
        }
    }
}
