//! A TOML text whose every key knows its line, and strict reading of it into our types.
//! Invariant: reading reports as many faults as it can find, each with a line, instead of the first alone.

use domain::problem::Problem;
use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue, Error, ValueDeserializer},
};

use crate::{
    lines::Lines,
    render::{Shape, Source},
};

/// A TOML text that parsed.
pub(crate) struct Document<'t> {
    file: &'t str,
    lines: Lines,
    root: Spanned<DeValue<'t>>,
}

impl<'t> Document<'t> {
    /// Parses the text, whose first line has the number `first_line` in its file.
    pub(crate) fn parse(file: &'t str, text: &'t str, first_line: u32, problems: &mut Vec<Problem>) -> Option<Self> {
        let lines = Lines::new(text, first_line);
        let (table, errors) = DeTable::parse_recoverable(text);
        let span = table.span();
        let faulty = !errors.is_empty();
        for error in errors {
            let line = lines.line(error.span().map_or(0, |span| span.start));
            problems.push(Problem::at(file, line, format!("this is not TOML: {}", sentence(error.message()))));
        }
        let root = Spanned::new(span, DeValue::Table(table.into_inner()));
        (!faulty).then_some(Self { file, lines, root })
    }

    /// The file it came from.
    pub(crate) fn file(&self) -> &str {
        self.file
    }

    /// The line of what a path of keys and indices names, e.g. `check.2.probe`; of as much of it as there is.
    pub(crate) fn line(&self, path: &str) -> u32 {
        let mut at = 0;
        let mut value = &self.root;
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let next = match value.get_ref() {
                DeValue::Table(table) => table.get_key_value(step).map(|(key, value)| (key.span().start, value)),
                DeValue::Array(items) => {
                    let item = step.parse().ok().and_then(|index: usize| items.get(index));
                    item.map(|item| (item.span().start, item))
                }
                _ => None,
            };
            let Some((start, found)) = next else { break };
            at = start;
            value = found;
        }
        self.lines.line(at)
    }

    /// The Markdown of a string, with the lines it takes in `source`, the text that was parsed. It begins in the line
    /// after the quotes when these end theirs.
    pub(crate) fn markdown<'m>(&self, path: &str, source: &str, text: &'m str, shape: Shape) -> Source<'m>
    where
        't: 'm,
    {
        let mut markdown = Source::new(self.file, self.line(path), text, shape);
        if let Some(span) = self.value(path).map(Spanned::span) {
            let raw = source.get(span.clone()).unwrap_or_default();
            let opens_line = raw.starts_with("\"\"\"\n") || raw.starts_with("'''\n");
            markdown.first_line = self.lines.line(span.start) + u32::from(opens_line);
            markdown.last_line = self.lines.line(span.end.saturating_sub(1));
        }
        markdown
    }

    /// The value at a path.
    pub(crate) fn value(&self, path: &str) -> Option<&Spanned<DeValue<'t>>> {
        path.split('.').filter(|step| !step.is_empty()).try_fold(&self.root, |value, step| match value.get_ref() {
            DeValue::Table(table) => table.get(step),
            DeValue::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// A problem at a path.
    pub(crate) fn problem(&self, path: &str, message: impl Into<String>) -> Problem {
        Problem::at(self.file, self.line(path), message)
    }

    /// How many items a list has; 0 when it is none.
    pub(crate) fn length(&self, path: &str) -> usize {
        self.value(path).and_then(|value| value.get_ref().as_array()).map_or(0, |items| items.len())
    }

    /// The whole document as a `T`.
    pub(crate) fn read<T: DeserializeOwned>(&self, problems: &mut Vec<Problem>) -> Option<T> {
        self.read_value(self.root.clone(), problems)
    }

    /// What stands at a path as a `T`.
    pub(crate) fn read_at<T: DeserializeOwned>(&self, path: &str, problems: &mut Vec<Problem>) -> Option<T> {
        self.read_value(self.value(path)?.clone(), problems)
    }

    /// The document as a `T` whose lists of these names are empty, so that items can be judged one by one.
    pub(crate) fn read_without_lists<T: DeserializeOwned>(
        &self,
        lists: &[&str],
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        let mut root = self.root.clone();
        if let DeValue::Table(table) = root.get_mut() {
            for list in lists {
                if let Some(value) = table.get_mut(*list).filter(|value| value.get_ref().is_array()) {
                    *value.get_mut() = DeValue::Array(DeArray::default());
                }
            }
        }
        self.read_value(root, problems)
    }

    fn read_value<T: DeserializeOwned>(&self, value: Spanned<DeValue<'t>>, problems: &mut Vec<Problem>) -> Option<T> {
        if let Ok(it) = T::deserialize(ValueDeserializer::from(value.clone())) {
            return Some(it);
        }
        self.faults_of::<T>(value, problems);
        None
    }

    /// Adds what keeps a value from being a `T`: every unknown key and every value of a wrong type in the table
    /// itself, and the first fault further inside each.
    fn faults_of<T: DeserializeOwned>(&self, mut value: Spanned<DeValue<'t>>, problems: &mut Vec<Problem>) {
        let place = value.span();
        let mut removed = Vec::new();
        while let Err(error) = T::deserialize(ValueDeserializer::from(value.clone())) {
            let span = error.span().unwrap_or_else(|| place.clone());
            let culprit = culprit(&value, &error);
            let hidden = removed.iter().any(|key| error.message().starts_with(&format!("missing field `{key}`")));
            if !hidden {
                problems.push(Problem::at(self.file, self.lines.line(span.start), sentence(error.message())));
            }
            match (culprit, value.get_mut()) {
                (Some(key), DeValue::Table(table)) => {
                    table.remove(key.as_str());
                    removed.push(key);
                }
                _ => return,
            }
        }
    }
}

/// The key of a table within which an error lies.
fn culprit(value: &Spanned<DeValue<'_>>, error: &Error) -> Option<String> {
    let span = error.span()?;
    let table = value.get_ref().as_table()?;
    let found = table.iter().find(|(key, value)| {
        let inside = |outer: std::ops::Range<usize>| outer.start <= span.start && span.end <= outer.end;
        span != std::ops::Range::default() && (inside(key.span()) || inside(value.span()))
    })?;
    Some(found.0.get_ref().to_string())
}

/// serde's words, in one line.
fn sentence(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
