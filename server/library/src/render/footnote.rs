//! Footnotes: numbered as they are first mentioned, put at the end, linked both ways.
//! Invariant: ids hold a colon, which no heading's anchor does.

use std::collections::BTreeMap;

/// Footnotes so far.
#[derive(Default)]
pub(crate) struct Footnotes {
    /// Names in the order of first mention, with the line and how often each is mentioned.
    mentioned: Vec<(String, u32, usize)>,
    numbers: BTreeMap<String, usize>,
    defined: BTreeMap<String, (u32, String)>,
}

impl Footnotes {
    /// The mark in the text.
    pub(crate) fn mention(&mut self, name: &str, line: u32) -> String {
        let number = *self.numbers.entry(name.to_owned()).or_insert_with(|| {
            self.mentioned.push((name.to_owned(), line, 0));
            self.mentioned.len()
        });
        let times = self.mentioned.get_mut(number - 1).map_or(1, |(_, _, times)| {
            *times += 1;
            *times
        });
        let again = if times > 1 { format!(":{times}") } else { String::new() };
        format!(
            "<sup class=\"footnote-mark\"><a href=\"#fn:{number}\" id=\"fnref:{number}{again}\" \
             aria-label=\"Footnote {number}\">{number}</a></sup>"
        )
    }

    /// The text of a footnote; false when there was one of that name.
    pub(crate) fn define(&mut self, name: String, line: u32, html: String) -> bool {
        self.defined.insert(name, (line, html)).is_none()
    }

    /// The list for the end of the page, and faults with their lines.
    pub(crate) fn finish(mut self) -> (String, Vec<(u32, String)>) {
        let mut faults = Vec::new();
        let mut items = String::new();
        for (index, (name, line, _)) in self.mentioned.iter().enumerate() {
            let number = index + 1;
            let (_, html) = self.defined.remove(name).unwrap_or_else(|| {
                faults.push((*line, format!("there is no footnote `[^{name}]`")));
                (*line, String::new())
            });
            items.push_str(&format!(
                "<li id=\"fn:{number}\">{html}<a class=\"footnote-back\" href=\"#fnref:{number}\" \
                 aria-label=\"Back to where footnote {number} is mentioned\">↩</a></li>\n"
            ));
        }
        faults.extend(
            self.defined
                .into_iter()
                .map(|(name, (line, _))| (line, format!("nothing mentions the footnote `[^{name}]`"))),
        );
        if items.is_empty() {
            return (items, faults);
        }
        (format!("<section class=\"footnotes\" aria-label=\"Footnotes\"><ol>\n{items}</ol></section>\n"), faults)
    }
}
