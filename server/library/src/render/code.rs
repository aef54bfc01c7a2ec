//! Fenced code blocks: their first line, and the figure they become.
//! Invariant: buttons are plain `<button hidden>`; a page without scripts shows none that does nothing.

use std::collections::BTreeSet;

use super::{
    console,
    escape::{escape, escape_into},
    highlight::{self, Language},
};
use crate::{Command, Try};

/// What the words after the fence say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    language: Language,
    runs: bool,
    copies: bool,
    file: Option<String>,
    marks: BTreeSet<usize>,
}

impl Fence {
    /// Reads the words after the fence; faults are sentences.
    pub(crate) fn parse(info: &str, faults: &mut Vec<String>) -> Self {
        let mut words = info.split_whitespace();
        let name = words.next().unwrap_or_default();
        let language = Language::named(name).unwrap_or_else(|| {
            let names = Language::names();
            faults.push(if name.is_empty() {
                format!("name the language of this code block: one of {names}")
            } else {
                format!("there is no language `{name}`; use one of {names}")
            });
            Language::Text
        });
        let mut fence = Self { language, runs: false, copies: true, file: None, marks: BTreeSet::new() };
        for word in words {
            match word.split_once('=') {
                None if word == "run" => fence.runs = true,
                None if word == "nocopy" => fence.copies = false,
                Some(("file", file)) if !file.is_empty() => fence.file = Some(file.to_owned()),
                Some(("mark", marks)) => match lines_of(marks) {
                    Some(marks) => fence.marks = marks,
                    None => faults.push(format!("`{word}` must name lines, such as `mark=2,4-5`")),
                },
                _ => faults.push(format!("`{word}` is none of `run`, `nocopy`, `file=NAME`, `mark=LINES`")),
            }
        }
        if fence.runs && !matches!(language.name(), "sh" | "console") {
            faults.push(format!("`run` is for `sh` and `console`, not for `{}`", language.name()));
            fence.runs = false;
        }
        fence
    }

    /// The figure; faults are sentences.
    pub(crate) fn html_into(&self, code: &str, out: &mut String, faults: &mut Vec<String>) {
        let lines = highlight::lines(self.language, code);
        if let Some(beyond) = self.marks.iter().find(|mark| **mark > lines.len()) {
            faults.push(format!("line {beyond} is to be marked, but the block has {}", lines.len()));
        }
        out.push_str("<figure class=\"code\" data-language=\"");
        out.push_str(self.language.name());
        out.push_str("\">");
        if let Some(file) = &self.file {
            out.push_str("<figcaption>");
            escape_into(out, file);
            out.push_str("</figcaption>");
        }
        self.buttons_into(code, out, faults);
        out.push_str("<pre tabindex=\"0\"><code>");
        for (place, line) in lines.iter().enumerate() {
            let marked = self.marks.contains(&(place + 1));
            out.push_str(if marked { "<mark>" } else { "" });
            line.html_into(out);
            // Within the mark, so that it may be a block of its own.
            out.push('\n');
            out.push_str(if marked { "</mark>" } else { "" });
        }
        out.push_str("</code></pre></figure>\n");
    }

    /// What readers are offered to try; the code's first line has the number `first_line` in its file.
    pub(crate) fn tried(&self, code: &str, first_line: u32) -> Option<Try> {
        if !self.runs {
            return None;
        }
        let commands = if self.language == Language::Console {
            console::commands(code, first_line)
        } else {
            vec![Command { line: first_line, typed: code.trim_end().to_owned(), answer: None }]
        };
        Some(Try { commands })
    }

    /// `data-copy` and `data-run` hold the text; empty, they stand for the whole text of the `code` element.
    fn buttons_into(&self, code: &str, out: &mut String, faults: &mut Vec<String>) {
        let session = self.language == Language::Console;
        let typed = if session { console::typed(code) } else { String::new() };
        if session && typed.is_empty() {
            if self.runs {
                faults.push(
                    "nothing in this session is typed (no line begins with `$ `), so nothing can be tried".to_owned(),
                );
            }
            return;
        }
        if !self.copies && !self.runs {
            return;
        }
        let typed = escape(&typed);
        out.push_str("<div class=\"code-buttons\">");
        if self.copies {
            out.push_str(&format!("<button type=\"button\" data-copy=\"{typed}\" hidden=\"\">Copy</button>"));
        }
        if self.runs {
            out.push_str(&format!("<button type=\"button\" data-run=\"{typed}\" hidden=\"\">Try it</button>"));
        }
        out.push_str("</div>");
    }
}

/// `2,4-5` as numbers; `None` when it is not that.
fn lines_of(text: &str) -> Option<BTreeSet<usize>> {
    let mut lines = BTreeSet::new();
    for range in text.split(',') {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
        if from == 0 || to < from || to > 10_000 {
            return None;
        }
        lines.extend(from..=to);
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(info: &str, code: &str) -> (String, Vec<String>) {
        let (mut out, mut faults) = (String::new(), Vec::new());
        Fence::parse(info, &mut faults).html_into(code, &mut out, &mut faults);
        (out, faults)
    }

    #[test]
    fn figures() {
        let (html, faults) = figure("text file=a<b mark=2", "x\n<y>\n");
        assert_eq!(faults, [""; 0]);
        assert_eq!(
            html,
            "<figure class=\"code\" data-language=\"text\"><figcaption>a&lt;b</figcaption><div class=\"code-buttons\">\
             <button type=\"button\" data-copy=\"\" hidden=\"\">Copy</button></div><pre tabindex=\"0\"><code>x\n\
             <mark>&lt;y&gt;\n</mark></code></pre></figure>\n"
        );
        let (html, _) = figure("console run", "$ echo \"a\"\na\n");
        assert!(html.contains("data-copy=\"echo &quot;a&quot;\""), "{html}");
        assert!(html.contains("data-run=\"echo &quot;a&quot;\""), "{html}");
        assert!(!figure("console", "only output").0.contains("button"));
        assert!(!figure("text nocopy", "x").0.contains("button"));
    }

    #[test]
    fn faults() {
        for (info, word) in [
            ("", "name the language"),
            ("cobol", "`cobol`"),
            ("text run", "`run` is for"),
            ("sh mark=x", "mark=x"),
            ("sh mark=0", "mark=0"),
            ("sh mark=9", "line 9"),
            ("sh runn", "`runn`"),
            ("sh file=", "`file=`"),
            ("console run", "nothing in this session"),
        ] {
            let (_, faults) = figure(info, "a\n");
            assert!(faults.len() == 1 && faults[0].contains(word), "{info}: {faults:?}");
        }
    }
}
