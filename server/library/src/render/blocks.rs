//! Headings, quotes, code and cells: blocks that are more than a tag.
//! Invariant: what these write at the start and at the end pairs up, as everything in [`Writer`] does.

use pulldown_cmark::{Alignment, BlockQuoteKind, CodeBlockKind, Tag};

use super::{
    Shape,
    callout::{self, Callout, Marker},
    code::Fence,
    escape::escape_into,
    writer::{Close, Events, Writer},
};

impl Writer<'_> {
    pub(super) fn start_in_inline(&mut self, tag: &Tag<'_>, line: u32) -> usize {
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

    pub(super) fn start_heading(&mut self, level: u8, id: Option<&str>, line: u32) {
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

    pub(super) fn start_quote(&mut self, kind: Option<BlockQuoteKind>, line: u32, after: &Events<'_>) -> usize {
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

    pub(super) fn start_code(&mut self, kind: &CodeBlockKind<'_>, line: u32) {
        self.code = Some(String::new());
        let info = match kind {
            CodeBlockKind::Fenced(info) => Some(info.to_string()),
            CodeBlockKind::Indented => None,
        };
        self.open.push(Close::Code { info, line });
    }

    pub(super) fn start_footnote(&mut self, name: &str, line: u32) {
        if self.source.shape != Shape::Page {
            self.fault(line, "no footnotes here: this text becomes part of a page");
        }
        self.aside.push(std::mem::take(&mut self.out));
        self.open.push(Close::Footnote { name: name.to_owned(), line });
    }

    pub(super) fn start_cell(&mut self) {
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

    pub(super) fn end_heading(&mut self, level: u8, wanted: Option<&str>, line: u32) {
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
        self.out.push_str(&format!(
            "<h{level} id=\"{anchor}\">{inner}<a class=\"anchor\" href=\"#{anchor}\" aria-label=\"Link to “"
        ));
        escape_into(&mut self.out, &title);
        self.out.push_str(&format!("”\">#</a></h{level}>\n"));
    }

    pub(super) fn end_code(&mut self, info: Option<&str>, line: u32) {
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
        self.tries.extend(fence.tried(&code, line + 1));
        for fault in faults {
            self.fault(line, fault);
        }
    }

    /// Whether nothing was written since the cell of a table's head was opened.
    pub(super) fn is_empty_cell(&self) -> bool {
        self.out
            .rfind('<')
            .is_some_and(|at| self.out.get(at..).is_some_and(|tail| tail.starts_with("<th ") && tail.ends_with('>')))
    }

    /// A head that heads nothing is a plain cell, so that nobody is told of a column without a name.
    pub(super) fn end_empty_header(&mut self) {
        self.out.truncate(self.out.rfind('<').unwrap_or(self.out.len()));
        self.out.push_str("<td></td>");
    }
}
