//! Markdown's events, one after the other, into HTML.
//! Invariant: every start pushes what its end will write, so tags always pair up whatever the events are.

use std::{collections::BTreeSet, ops::Range};

use domain::problem::Problem;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Tag, TagEnd};

use super::{
    Rendered, Shape, Source,
    callout::{self, Callout, Marker},
    code::Fence,
    escape::escape_into,
    footnote::Footnotes,
    inline::{OpenImage, link_opening},
    link::Destination,
    section::Sections,
};
use crate::lines::Lines;

/// Deeper nesting than this is written without its tags.
const DEPTH_MAX: usize = 40;

type Events<'e> = [(Event<'e>, Range<usize>)];

/// What the end of a tag writes.
enum Close {
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
    source: &'a Source<'a>,
    lines: Lines,
    out: String,
    open: Vec<Close>,
    /// Texts put aside while a footnote is written.
    aside: Vec<String>,
    sections: Sections,
    footnotes: Footnotes,
    /// The heading being written: where its HTML begins, and its words.
    heading: Option<(usize, String)>,
    image: Option<OpenImage>,
    code: Option<String>,
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    last_level: u8,
    paragraphs: usize,
    too_deep: bool,
    here: Vec<(u32, String)>,
    links: Vec<(u32, String)>,
    images: BTreeSet<String>,
    problems: Vec<Problem>,
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

    fn fault(&mut self, line: u32, message: impl Into<String>) {
        self.problems.push(Problem::at(self.source.file, line, message));
    }

    /// Writes one event; gives how many of those after it are dealt with too.
    fn event(&mut self, event: &Event<'_>, line: u32, after: &Events<'_>) -> usize {
        match event {
            Event::Start(tag) => return self.start(tag, line, after),
            Event::End(_) => self.end(after),
            Event::Text(text) => self.text(text, line),
            Event::Code(text) => self.inline("<code>", text, "</code>"),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.inline("", text, ""),
            Event::Html(text) => self.inline("", text, ""),
            Event::InlineHtml(text) => {
                // The end of an element is told with its beginning.
                if !text.starts_with("</") || self.problems.last().is_none_or(|last| last.line != Some(line)) {
                    let shown = text.chars().take(40).collect::<String>();
                    self.fault(line, format!("raw HTML (`{shown}`) is not shown as such; write Markdown, or `\\<` for the sign"));
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
    fn inline(&mut self, opening: &str, text: &str, closing: &str) {
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
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } | Tag::Superscript | Tag::Subscript
        );
        if self.source.shape == Shape::Inline && is_block {
            return self.start_in_inline(tag, line);
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
                let opening = "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>\n";
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

    fn push(&mut self, opening: &str, close: Close) {
        // Words for an image are plain.
        if self.image.is_some() {
            self.open.push(Close::Text(""));
            return;
        }
        self.out.push_str(opening);
        self.open.push(close);
    }

    fn start_in_inline(&mut self, tag: &Tag<'_>, line: u32) -> usize {
        self.paragraphs += 1;
        if !matches!(tag, Tag::Paragraph) || self.paragraphs > 1 {
            self.fault(line, "one paragraph only here");
            self.out.push(' ');
        }
        match tag {
            Tag::CodeBlock(_) => {
                self.code = Some(String::new());
                self.open.push(Close::Code { info: None, line });
            }
            _ => self.open.push(Close::Block("")),
        }
        0
    }

    fn start_heading(&mut self, level: u8, id: Option<&str>, line: u32) {
        if self.source.shape == Shape::Fragment {
            self.fault(line, "no headings here: this text becomes part of a page");
            self.push("<p><strong>", Close::Block("</strong></p>\n"));
            return;
        }
        if level == 1 {
            self.fault(line, "headings begin at `##`: the title is the page's own `#`");
        } else if level > self.last_level + 1 {
            let most = "#".repeat(usize::from(self.last_level) + 1);
            self.fault(line, format!("a heading leaves out a level: use `{most}` here"));
        }
        let level = level.max(2);
        self.last_level = level;
        self.heading = Some((self.out.len(), String::new()));
        self.open.push(Close::Heading { level, wanted: id.map(ToOwned::to_owned), line });
    }

    fn start_quote(&mut self, kind: Option<pulldown_cmark::BlockQuoteKind>, line: u32, after: &Events<'_>) -> usize {
        let known = "`[!NOTE]`, `[!TIP]`, `[!WARNING]`, `[!CAUTION]` or `[!OLDER]`, alone on the first line";
        match (kind.map(Callout::of), callout::marker(after)) {
            (Some(Ok(callout)), _) => self.push(&callout.opening(), Close::Block("</div>\n")),
            (None, Some(Marker::Older { skip, paragraph_goes_on })) => {
                self.push(&Callout::Older.opening(), Close::Block("</div>\n"));
                if paragraph_goes_on {
                    self.push("<p>", Close::Block("</p>\n"));
                }
                return skip;
            }
            (kind, marker) => {
                let name = match (kind, marker) {
                    (Some(Err(name)), _) => Some(format!("[!{name}]")),
                    (_, Some(Marker::Unknown(name))) => Some(name),
                    _ => None,
                };
                if let Some(name) = name {
                    self.fault(line, format!("`{name}` does not begin a callout; use {known}"));
                }
                self.push("<blockquote>\n", Close::Block("</blockquote>\n"));
            }
        }
        0
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>, line: u32) {
        self.code = Some(String::new());
        let info = match kind {
            CodeBlockKind::Fenced(info) => Some(info.to_string()),
            CodeBlockKind::Indented => None,
        };
        self.open.push(Close::Code { info, line });
    }

    fn start_footnote(&mut self, name: &str, line: u32) {
        if self.source.shape != Shape::Page {
            self.fault(line, "no footnotes here: this text becomes part of a page");
        }
        self.aside.push(std::mem::take(&mut self.out));
        self.open.push(Close::Footnote { name: name.to_owned(), line });
    }

    fn start_cell(&mut self) {
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        if self.in_head {
            self.push(&format!("<th scope=\"col\"{class}>"), Close::Block("</th>"));
        } else {
            self.push(&format!("<td{class}>"), Close::Block("</td>"));
        }
    }

    fn start_link(&mut self, to: &str, title: &str, line: u32) {
        match link_opening(to, title) {
            Ok((opening, destination)) => {
                match destination {
                    Destination::Site(path) => self.links.push((line, path.to_owned())),
                    Destination::Here(anchor) => self.here.push((line, anchor.to_owned())),
                    Destination::Elsewhere(_) => {}
                }
                self.push(&opening, Close::Text("</a>"));
            }
            Err(why) => {
                self.fault(line, why);
                self.push("", Close::Text(""));
            }
        }
    }

    fn start_image(&mut self, to: &str, title: &str, line: u32) {
        self.open.push(Close::Image);
        if let Some(image) = &mut self.image {
            image.nested += 1;
            return;
        }
        let paragraph = self.out.ends_with("<p>").then(|| self.out.len() - "<p>".len());
        let (to, title) = (to.to_owned(), title.to_owned());
        self.image = Some(OpenImage { to, title, alt: String::new(), line, paragraph, nested: 0 });
    }

    fn end(&mut self, after: &Events<'_>) {
        match self.open.pop() {
            None => {}
            Some(Close::Text(text)) => self.out.push_str(text),
            Some(Close::Block(text)) => {
                self.out.push_str(text);
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

    fn end_heading(&mut self, level: u8, wanted: Option<&str>, line: u32) {
        let Some((from, title)) = self.heading.take() else { return };
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            self.fault(line, "a heading without words");
        }
        let inner = self.out.split_off(from.min(self.out.len()));
        let opened = self.sections.open(level, &title, wanted);
        if let Some(fault) = opened.fault {
            self.fault(line, fault);
        }
        let anchor = opened.anchor;
        self.out.push_str(&format!("<h{level} id=\"{anchor}\">{inner}<a class=\"anchor\" href=\"#{anchor}\" aria-label=\"Link to “"));
        escape_into(&mut self.out, &title);
        self.out.push_str(&format!("”\">#</a></h{level}>\n"));
    }

    fn end_code(&mut self, info: Option<&str>, line: u32) {
        let code = self.code.take().unwrap_or_default();
        let mut faults = Vec::new();
        if self.source.shape == Shape::Inline {
            self.inline("<code>", code.trim_end(), "</code>");
            return;
        }
        if info.is_none() {
            faults.push("put code between fences (```) that name its language, not behind blanks".to_owned());
        }
        let fence = Fence::parse(info.unwrap_or("text"), &mut faults);
        fence.html_into(&code, &mut self.out, &mut faults);
        self.sections.code(&code);
        for fault in faults {
            self.fault(line, fault);
        }
    }

    fn end_image(&mut self, after: &Events<'_>) {
        let Some(image) = &mut self.image else { return };
        if image.nested > 0 {
            image.nested -= 1;
            return;
        }
        let Some(image) = self.image.take() else { return };
        self.images.insert(image.to.clone());
        let html = match image.html(self.source) {
            Ok(html) => html,
            Err(why) => {
                self.fault(image.line, why);
                self.inline("", &image.alt, "");
                return;
            }
        };
        if let Some(heading) = &mut self.heading {
            heading.1.push_str(&image.alt);
        } else {
            self.sections.text(&image.alt);
        }
        let alone = matches!(after.first(), Some((Event::End(TagEnd::Paragraph), _)));
        match (image.paragraph, self.open.last_mut()) {
            (Some(from), Some(close @ Close::Block("</p>\n"))) if alone => {
                *close = Close::Block("</figure>\n");
                self.out.truncate(from);
                self.out.push_str("<figure class=\"image\">");
                self.out.push_str(&html);
                if !image.title.is_empty() {
                    self.out.push_str("<figcaption>");
                    escape_into(&mut self.out, &image.title);
                    self.out.push_str("</figcaption>");
                }
            }
            _ => self.out.push_str(&html),
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
        Rendered { html, sections, anchors, links: self.links, images: self.images, problems: self.problems }
    }
}
