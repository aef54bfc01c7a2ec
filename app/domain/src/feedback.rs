//! What a reader says of a section, without an account.

use serde::{Deserialize, Serialize};

use crate::chapter::SectionRef;

/// The longest text, in characters.
pub const LONGEST_TEXT: usize = 2_000;

/// What somebody thinks of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    /// It was clear.
    Clear,
    /// Something in it is unclear.
    Unclear,
    /// Something in it is wrong, a typing error for example.
    Mistake,
}

impl Opinion {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Clear, Self::Unclear, Self::Mistake];

    /// As in the database and in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Unclear => "unclear",
            Self::Mistake => "mistake",
        }
    }

    /// The opinion of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|opinion| opinion.as_str() == name)
    }
}

/// One answer to "Was this section clear?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// What it is about.
    pub section: SectionRef,
    /// What is thought of it.
    pub opinion: Opinion,
    /// In the reader's own words; may be empty, but for a mistake.
    #[serde(default)]
    pub text: String,
}

impl Feedback {
    /// Why it cannot be taken, as a plain sentence.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        if self.text.chars().count() > LONGEST_TEXT {
            return Some("The text is longer than 2000 characters.");
        }
        if self.opinion == Opinion::Mistake && self.text.trim().is_empty() {
            return Some("Say in the text what is wrong, and it can be mended.");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_mistake_needs_words_and_none_needs_many() {
        let fault = |opinion, text: &str| {
            Feedback { section: "layers#x".to_owned().try_into().unwrap(), opinion, text: text.to_owned() }.fault()
        };
        assert_eq!(fault(Opinion::Clear, ""), None);
        assert_eq!(fault(Opinion::Unclear, ""), None);
        assert_eq!(fault(Opinion::Mistake, "teh"), None);
        assert!(fault(Opinion::Mistake, " \n").unwrap().contains("what is wrong"));
        assert_eq!(fault(Opinion::Unclear, &"ü".repeat(LONGEST_TEXT)), None);
        assert!(fault(Opinion::Clear, &"x".repeat(LONGEST_TEXT + 1)).unwrap().contains("longer"));
        for opinion in Opinion::ALL {
            assert_eq!(Opinion::parse(opinion.as_str()), Some(opinion));
        }
        assert_eq!(Opinion::parse("fine"), None);
    }
}
