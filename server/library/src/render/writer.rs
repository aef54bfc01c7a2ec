//! Markdown's events, one after the other, into HTML.
//! Invariant: every start pushes what its end will write, so tags always pair up whatever the events are.

use std::{collections::BTreeSet, ops::Range};

use domain::problem::Problem;
use pulldown_cmark::{Alignment, Event, Tag};

use super::{Rendered, Shape, Source, escape::escape_into, footnote::Footnotes, inline::OpenImage, section::Sections};
use crate::{Try, lines::Lines};

/// Deeper nesting than this is written without its tags.
const DEPTH_MAX: usize = 40;

/// A longer option may break, lest it be wider than a phone; in bytes.
const LONGEST_OPTION: usize = 24;

pub(super) type Events<'e> = [(Event<'e>, Range<usize>)];

/// What the end of a tag writes.
pub(super) enum Close {
    Text(&'static str),
    /// The same, and the words before it are a block of their own.
    Block(&'static str),
    Heading {
        level: u8,
        wanted: Option<String>,
        line: u32,
    },
    Code {
        info: Option<String>,
        line: u32,
    },
    Image,
    Footnote {
        name: String,
        line: u32,
    },
}

pub(super) struct Writer<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) lines: Lines,
    pub(super) out: String,
    pub(super) open: Vec<Close>,
    /// Texts put aside while a footnote is written.
    pub(super) aside: Vec<String>,
    pub(super) sections: Sections,
    pub(super) footnotes: Footnotes,
    /// The heading being written: where its HTML begins, and its words.
    pub(super) heading: Option<(usize, String)>,
    pub(super) image: Option<OpenImage>,
    pub(super) code: Option<String>,
    pub(super) alignments: Vec<Alignment>,
    pub(super) column: usize,
    pub(super) in_head: bool,
    pub(super) last_level: u8,
    pub(super) paragraphs: usize,
    pub(super) too_deep: bool,
    pub(super) here: Vec<(u32, String)>,
    pub(super) links: Vec<(u32, String)>,
    pub(super) images: BTreeSet<String>,
    pub(super) tries: Vec<Try>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(source: &'a Source<'a>) -> Self {
        Self {
            source,
            lines: Lines::within(source.text, source.first_line, source.last_line),
            out: String::with_capacity(source.text.len() * 3 / 2),
            open: Vec::new(),
            aside: Vec::new(),
            sections: Sections::new(),
            footnotes: Footnotes::default(),
            heading: None,
            image: None,
            code: None,
            alignments: Vec::new(),
            column: 0,
            in_head: false,
            last_level: 1,
            paragraphs: 0,
            too_deep: false,
            here: Vec::new(),
            links: Vec::new(),
            tries: Vec::new(),
            images: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn write(mut self, events: &Events<'_>) -> Rendered {
        let mut at = 0;
        while let Some((event, range)) = events.get(at) {
            let line = self.lines.line(range.start);
            let after = events.get(at + 1..).unwrap_or_default();
            at += 1 + self.event(event, line, after);
        }
        while self.open.last().is_some() {
            self.end(&[]);
        }
        self.finish()
    }

    pub(super) fn fault(&mut self, line: u32, message: impl Into<String>) {
        self.problems.push(Problem::at(self.source.file, line, message));
    }

    /// Writes one event; gives how many of those after it are dealt with too.
    fn event(&mut self, event: &Event<'_>, line: u32, after: &Events<'_>) -> usize {
        match event {
            Event::Start(tag) => return self.start(tag, line, after),
            Event::End(_) => self.end(after),
            Event::Text(text) => self.text(text, line),
            Event::Code(text) => self.code_words(text),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.inline("", text, ""),
            Event::Html(text) => self.inline("", text, ""),
            Event::InlineHtml(text) => {
                // The end of an element is told with its beginning.
                if !text.starts_with("</") || self.problems.last().is_none_or(|last| last.line != Some(line)) {
                    let shown = text.chars().take(40).collect::<String>();
                    self.fault(
                        line,
                        format!("raw HTML (`{shown}`) is not shown as such; write Markdown, or `\\<` for the sign"),
                    );
                }
                self.inline("", text, "");
            }
            Event::FootnoteReference(name) => self.mention(name, line),
            Event::SoftBreak => self.inline("", "\n", ""),
            Event::HardBreak => self.inline("<br />", "\n", ""),
            Event::Rule => self.rule(line),
            Event::TaskListMarker(done) => {
                let (sign, words) = if *done { ("☑", "Done") } else { ("☐", "To do") };
                self.out.push_str(&format!("<span class=\"task\" role=\"img\" aria-label=\"{words}\">{sign}</span> "));
            }
        }
        0
    }

    /// Words, as HTML between two tags and as plain text.
    pub(super) fn inline(&mut self, opening: &str, text: &str, closing: &str) {
        if let Some(image) = &mut self.image {
            image.alt.push_str(text);
            return;
        }
        self.out.push_str(opening);
        escape_into(&mut self.out, text);
        self.out.push_str(closing);
        match &mut self.heading {
            Some((_, title)) => title.push_str(text),
            None => self.sections.text(text),
        }
    }

    /// Code between words. A line may end at any hyphen, but an option that is torn there reads wrong.
    fn code_words(&mut self, text: &str) {
        self.inline("<code>", "", "");
        for (number, word) in text.split(' ').enumerate() {
            if number > 0 {
                self.inline("", " ", "");
            }
            if word.starts_with('-') && word.len() <= LONGEST_OPTION {
                self.inline("<span class=\"option\">", word, "</span>");
            } else {
                self.inline("", word, "");
            }
        }
        self.inline("", "", "</code>");
    }

    fn text(&mut self, text: &str, line: u32) {
        match &mut self.code {
            Some(code) => code.push_str(text),
            None => {
                if text.starts_with('^') && self.out.ends_with('[') {
                    self.fault(line, "a footnote that is not defined: write `[^name]: text` somewhere");
                }
                self.inline("", text, "");
            }
        }
    }

    fn mention(&mut self, name: &str, line: u32) {
        if self.source.shape != Shape::Page {
            self.fault(line, "no footnotes here: this text becomes part of a page");
        } else if self.image.is_none() && self.heading.is_none() {
            let mark = self.footnotes.mention(name, line);
            self.out.push_str(&mark);
        } else {
            self.fault(line, "no footnotes in headings and in words for images");
        }
    }

    fn rule(&mut self, line: u32) {
        if self.source.shape == Shape::Inline {
            self.fault(line, "one paragraph only here");
        } else {
            self.out.push_str("<hr />\n");
        }
    }

    fn start(&mut self, tag: &Tag<'_>, line: u32, after: &Events<'_>) -> usize {
        // A table is written whole, with rows and cells, or not at all.
        let depth = self.open.len() + if matches!(tag, Tag::Table(_)) { 3 } else { 0 };
        if depth >= DEPTH_MAX && !matches!(tag, Tag::CodeBlock(_) | Tag::Image { .. } | Tag::FootnoteDefinition(_)) {
            if !self.too_deep {
                self.fault(line, format!("nested more than {DEPTH_MAX} deep"));
            }
            self.too_deep = true;
            self.open.push(Close::Block(""));
            return 0;
        }
        let is_block = !matches!(
            tag,
            Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::Link { .. }
                | Tag::Image { .. }
                | Tag::Superscript
                | Tag::Subscript
        );
        if self.source.shape == Shape::Inline && is_block {
            return self.start_in_inline(tag, line);
        }
        if is_block && self.heading.is_none() {
            // The words of an item end where a list in it begins.
            self.sections.end_block();
        }
        match tag {
            Tag::Paragraph => self.push("<p>", Close::Block("</p>\n")),
            Tag::Heading { level, id, classes, attrs } => {
                if !classes.is_empty() || !attrs.is_empty() {
                    self.fault(line, "a heading can have an anchor (`{#name}`), and nothing else");
                }
                self.start_heading(*level as u8, id.as_deref(), line);
            }
            Tag::BlockQuote(kind) => return self.start_quote(*kind, line, after),
            Tag::CodeBlock(kind) => self.start_code(kind, line),
            Tag::HtmlBlock => {
                self.fault(line, "raw HTML is not shown as such; write Markdown");
                self.push("<p>", Close::Block("</p>\n"));
            }
            Tag::List(None) => self.push("<ul>\n", Close::Block("</ul>\n")),
            Tag::List(Some(1)) => self.push("<ol>\n", Close::Block("</ol>\n")),
            Tag::List(Some(first)) => self.push(&format!("<ol start=\"{first}\">\n"), Close::Block("</ol>\n")),
            Tag::Item => self.push("<li>", Close::Block("</li>\n")),
            Tag::FootnoteDefinition(name) => self.start_footnote(name, line),
            Tag::Table(alignments) => {
                self.alignments.clone_from(alignments);
                let opening =
                    "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>\n";
                self.push(opening, Close::Block("</tbody></table></div>\n"));
            }
            Tag::TableHead => {
                (self.in_head, self.column) = (true, 0);
                self.push("<thead><tr>", Close::Block("</tr></thead><tbody>\n"));
            }
            Tag::TableRow => {
                (self.in_head, self.column) = (false, 0);
                self.push("<tr>", Close::Block("</tr>\n"));
            }
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.push("<em>", Close::Text("</em>")),
            Tag::Strong => self.push("<strong>", Close::Text("</strong>")),
            Tag::Strikethrough => self.push("<del>", Close::Text("</del>")),
            Tag::Link { dest_url, title, .. } => self.start_link(dest_url, title, line),
            Tag::Image { dest_url, title, .. } => self.start_image(dest_url, title, line),
            // Not asked of the parser.
            Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => self.push("", Close::Text("")),
        }
        0
    }

    pub(super) fn push(&mut self, opening: &str, close: Close) {
        // Words for an image are plain.
        if self.image.is_some() {
            self.open.push(Close::Text(""));
            return;
        }
        self.out.push_str(opening);
        self.open.push(close);
    }

    fn end(&mut self, after: &Events<'_>) {
        match self.open.pop() {
            None => {}
            Some(Close::Text(text)) => self.out.push_str(text),
            Some(Close::Block(text)) => {
                if text == "</th>" && self.is_empty_cell() {
                    self.end_empty_header();
                } else {
                    self.out.push_str(text);
                }
                if self.heading.is_none() {
                    self.sections.end_block();
                }
            }
            Some(Close::Heading { level, wanted, line }) => self.end_heading(level, wanted.as_deref(), line),
            Some(Close::Code { info, line }) => self.end_code(info.as_deref(), line),
            Some(Close::Image) => self.end_image(after),
            Some(Close::Footnote { name, line }) => {
                let before = self.aside.pop().unwrap_or_default();
                let html = std::mem::replace(&mut self.out, before);
                if self.source.shape == Shape::Page && !self.footnotes.define(name.clone(), line, html) {
                    self.fault(line, format!("there are two footnotes `[^{name}]`"));
                }
            }
        }
    }

    fn finish(mut self) -> Rendered {
        for (line, anchor) in std::mem::take(&mut self.here) {
            if !self.sections.has_anchor(&anchor) {
                self.fault(line, format!("there is no heading with the anchor `#{anchor}` here"));
            }
        }
        let (notes, faults) = std::mem::take(&mut self.footnotes).finish();
        for (line, fault) in faults {
            self.fault(line, fault);
        }
        let (sections, anchors) = self.sections.finish();
        let mut html = self.out;
        html.push_str(&notes);
        self.problems.sort();
        Rendered {
            html,
            sections,
            anchors,
            tries: self.tries,
            links: self.links,
            images: self.images,
            problems: self.problems,
        }
    }
}
