//! Markdown into HTML, sections, and a list of what is wrong with it.
//! Invariant: total and linear. Whatever the text, the HTML is well formed and has no script, no event handler,
//! no style and no address but the site's own and `https`.

pub(crate) mod anchor;
mod blocks;
mod callout;
mod code;
mod console;
mod dockerfile;
pub(crate) mod escape;
mod footnote;
pub(crate) mod highlight;
mod inline;
mod link;
mod section;
pub(crate) mod together;
mod writer;

use std::collections::BTreeSet;

use domain::problem::Problem;
use pulldown_cmark::{Options, Parser};

use crate::{Section, Try};

/// Markdown and where it stands.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The file, for problems.
    pub file: &'a str,
    /// The number of the text's first line in that file.
    pub first_line: u32,
    /// No problem is placed after this line, for text that has its line ends written as `\n`.
    pub last_line: u32,
    /// The Markdown.
    pub text: &'a str,
    /// What it may consist of.
    pub shape: Shape,
    /// The image that a relative address means.
    pub images: &'a dyn Fn(&str) -> Option<ShownImage>,
}

impl<'a> Source<'a> {
    /// Markdown without images.
    #[must_use]
    pub fn new(file: &'a str, first_line: u32, text: &'a str, shape: Shape) -> Self {
        Self { file, first_line, last_line: u32::MAX, text, shape, images: &|_| None }
    }
}

/// What a text may consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Everything; headings open sections.
    Page,
    /// Everything but headings and footnotes: it is put into a page that has others.
    Fragment,
    /// One paragraph, without the `<p>` around it.
    Inline,
}

/// An image as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownImage {
    /// Its address below the site's root.
    pub src: String,
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

/// What became of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The HTML.
    pub html: String,
    /// The opening, and for a page one section for each `##` and `###` heading.
    pub sections: Vec<Section>,
    /// Every heading's anchor.
    pub anchors: BTreeSet<String>,
    /// What readers are offered to try.
    pub tries: Vec<Try>,
    /// Paths below the site's root that are linked to, with their lines; following them needs the rest of the content.
    pub links: Vec<(u32, String)>,
    /// Relative addresses of the images shown.
    pub images: BTreeSet<String>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Rendered {
    /// All text, with code, plain.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for part in self.sections.iter().flat_map(|it| [&it.title, &it.text, &it.code]).filter(|part| !part.is_empty())
        {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(part);
        }
        text
    }
}

/// Renders Markdown.
#[must_use]
pub fn render(source: &Source<'_>) -> Rendered {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM;
    let events: Vec<_> = Parser::new_ext(source.text, options).into_offset_iter().collect();
    writer::Writer::new(source).write(&events)
}

#[cfg(test)]
mod tests;
