//! Chapters: the tree, and one chapter to read.
//! Invariant: anchors in `contents` are those of the headings in `html`.

use domain::{
    chapter::{FrontMatter, Part},
    id::ChapterId,
};
use serde::{Deserialize, Serialize};

use super::ExerciseCard;

/// The page of all chapters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chapters {
    /// In the curriculum's order.
    pub parts: Vec<PartOfChapters>,
}

/// A part with its chapters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartOfChapters {
    /// Number, title, summary.
    pub part: Part,
    /// In order.
    pub chapters: Vec<ChapterCard>,
}

/// A chapter in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChapterCard {
    /// Its id.
    pub id: ChapterId,
    /// Place within the part, from 1.
    pub order: u16,
    /// Title.
    pub title: String,
    /// One or two sentences.
    pub summary: String,
    /// Reading time.
    pub minutes: u16,
    /// Exercises that practise it.
    pub exercises: Vec<ExerciseCard>,
}

/// A chapter to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChapterPage {
    /// Its id.
    pub id: ChapterId,
    /// What its front matter says.
    pub meta: FrontMatter,
    /// The part it belongs to.
    pub part: Part,
    /// The text, without the title.
    pub html: String,
    /// On-page contents, in order.
    pub contents: Vec<Heading>,
    /// The chapter before, over parts.
    pub previous: Option<ChapterLink>,
    /// The chapter after, over parts.
    pub next: Option<ChapterLink>,
    /// All chapters of the part, this one too.
    pub siblings: Vec<ChapterLink>,
    /// Chapters to read first.
    pub prerequisites: Vec<ChapterLink>,
    /// Exercises that practise it.
    pub exercises: Vec<ExerciseCard>,
    /// Whether "try it" can be offered: this server has sandboxes.
    pub may_try: bool,
}

/// A part to print, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WholePart {
    /// Number, title, summary.
    pub part: Part,
    /// In order; those that cannot be shown are left out.
    pub chapters: Vec<WholeChapter>,
}

/// A chapter among others on one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WholeChapter {
    /// Its id, and its anchor on the page.
    pub id: ChapterId,
    /// What its front matter says.
    pub meta: FrontMatter,
    /// The text, without the title; its headings begin at the third level, and all its names with the id.
    pub html: String,
}

/// A heading of the on-page contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 2 or 3.
    pub level: u8,
    /// Its anchor, without `#`.
    pub anchor: String,
    /// Plain text.
    pub title: String,
}

/// A chapter to go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChapterLink {
    /// Its id.
    pub id: ChapterId,
    /// Title.
    pub title: String,
}

impl ChapterLink {
    /// Path below the site's root.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/chapters/{}", self.id)
    }
}

/// A section to go to, with words for the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionLink {
    /// Path below the site's root, with the anchor.
    pub url: String,
    /// The chapter's title.
    pub chapter: String,
    /// The heading; `None` for the chapter's start.
    pub heading: Option<String>,
}

impl SectionLink {
    /// "Chapter: heading" or the chapter alone.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.heading {
            Some(heading) => format!("{}: {heading}", self.chapter),
            None => self.chapter.clone(),
        }
    }
}
