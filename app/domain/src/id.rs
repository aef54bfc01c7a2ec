//! Identifiers: one newtype per noun, so that a lease is never taken for an attempt.
//! Slugs (chapters, exercises, checks, entries) are checked when parsed; random ids are opaque text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name: use 1 to 64 lower-case letters, digits and single hyphens")]
pub struct NotASlug(pub String);

/// True for 1–64 characters of `a-z0-9` joined by single hyphens.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    text.len() <= 64
        && text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text, as in URLs and folder names.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotASlug;
            fn try_from(text: String) -> Result<Self, NotASlug> {
                if is_slug(&text) { Ok(Self(text)) } else { Err(NotASlug(text)) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotASlug;
            fn from_str(text: &str) -> Result<Self, NotASlug> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text, as stored and shown.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

slug!(
    /// A chapter: its file name without the leading number.
    ChapterId
);
slug!(
    /// An exercise: its folder name.
    ExerciseId
);
slug!(
    /// A check within one exercise.
    CheckId
);
slug!(
    /// A cheat-sheet entry.
    EntryId
);
slug!(
    /// A group of cheat-sheet entries.
    GroupId
);
slug!(
    /// A case (the solution or a wrong solution) within one exercise: its folder name.
    CaseId
);
slug!(
    /// A scenario (a fresh sandbox prepared for rerun checks) within one exercise.
    ScenarioId
);
opaque!(
    /// A learner, anonymous or not.
    LearnerId
);
opaque!(
    /// The right to one sandbox until a time.
    LeaseId
);
opaque!(
    /// One press of Check.
    AttemptId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["a", "flatten-secret-image", "step-2", "7"] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "-", "a-", "-a", "a--b", "A", "a_b", "ä", "a/b", "..", &"x".repeat(65)] {
            assert!(!is_slug(bad), "{bad}");
        }
    }
}
