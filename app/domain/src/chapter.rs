//! Chapters: what the front matter says of one, and the parts that group them.
//! The text itself is rendered elsewhere; here are only facts about it.

use serde::{Deserialize, Serialize};

use crate::id::{ChapterId, ExerciseId};

/// `content/chapters/NN-name/part.toml`: a group of chapters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Number in the curriculum, from 7 on.
    pub number: u8,
    /// Title, e.g. "Building images".
    pub title: String,
    /// One sentence.
    pub summary: String,
}

/// TOML front matter of a chapter, between two lines of `+++`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontMatter {
    /// Title, shown as the page's heading.
    pub title: String,
    /// Place within the part, from 1; unique there.
    pub order: u16,
    /// One or two sentences for lists and link previews.
    pub summary: String,
    /// Words that people look for, lower case.
    pub tags: Vec<String>,
    /// Chapters to read first.
    #[serde(default)]
    pub prerequisites: Vec<ChapterId>,
    /// Exercises that practise it.
    #[serde(default)]
    pub exercises: Vec<ExerciseId>,
    /// Rows of the curriculum it teaches, e.g. "7.2.9".
    #[serde(default)]
    pub teaches: Vec<String>,
    /// Reading time in minutes.
    pub minutes: u16,
    /// What its commands were checked with, e.g. "Engine 26.1".
    pub checked_with: String,
}

/// A place in a chapter: `chapter` or `chapter#heading`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SectionRef {
    /// The chapter.
    pub chapter: ChapterId,
    /// The heading's anchor; `None` means the chapter's start.
    pub anchor: Option<String>,
}

impl SectionRef {
    /// The path below the site's root, e.g. `/chapters/flattening#import`.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.anchor {
            Some(anchor) => format!("/chapters/{}#{anchor}", self.chapter),
            None => format!("/chapters/{}", self.chapter),
        }
    }
}

impl TryFrom<String> for SectionRef {
    type Error = crate::id::NotASlug;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (chapter, anchor) = match text.split_once('#') {
            Some((chapter, anchor)) => (chapter, Some(anchor.to_owned())),
            None => (text.as_str(), None),
        };
        Ok(Self { chapter: chapter.parse()?, anchor })
    }
}

impl From<SectionRef> for String {
    fn from(section: SectionRef) -> String {
        match section.anchor {
            Some(anchor) => format!("{}#{anchor}", section.chapter),
            None => section.chapter.into(),
        }
    }
}
