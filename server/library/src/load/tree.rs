//! The files of the content folder, in memory.
//! Invariant: paths are relative, use `/`, and never leave the folder.

use std::collections::BTreeMap;

use domain::problem::Problem;

use crate::lines::Lines;

/// Every file below the content folder.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: BTreeMap<String, TreeFile>,
}

/// One file.
#[derive(Debug, Clone, Default)]
pub(crate) struct TreeFile {
    pub(crate) bytes: Vec<u8>,
    pub(crate) executable: bool,
}

impl Tree {
    /// A tree of text files, without a disk.
    #[must_use]
    pub fn of_texts<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let files = files
            .into_iter()
            .map(|(path, text)| (path.into(), TreeFile { bytes: text.into().into_bytes(), executable: false }));
        Self { files: files.collect() }
    }

    pub(crate) fn insert(&mut self, path: String, file: TreeFile) {
        self.files.insert(path, file);
    }

    /// All files, by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &TreeFile)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The files below a folder (given without `/` at its end), by their path within it.
    pub(crate) fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a TreeFile)> {
        let start = format!("{folder}/");
        let length = start.len();
        self.files
            .range(start.clone()..)
            .take_while(move |(path, _)| path.starts_with(&start))
            .map(move |(path, file)| (&path[length..], file))
    }

    /// A file.
    pub(crate) fn get(&self, path: &str) -> Option<&TreeFile> {
        self.files.get(path)
    }

    /// A text file, clean: UTF-8 without a byte order mark and with `\n` at the ends of lines. What is
    /// unclean but can be read is a problem and is read.
    pub(crate) fn text(&self, path: &str, problems: &mut Vec<Problem>) -> Option<String> {
        clean(path, &self.get(path)?.bytes, problems)
    }
}

fn clean(path: &str, bytes: &[u8], problems: &mut Vec<Problem>) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let readable = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
            let line = Lines::new(&readable, 1).line(readable.len());
            problems.push(Problem::at(path, line, "this is not UTF-8; save the file as UTF-8"));
            return None;
        }
    };
    let unmarked = text.strip_prefix('\u{feff}');
    if unmarked.is_some() {
        problems.push(Problem::at(path, 1, "the file starts with a byte order mark; save it as UTF-8 without one"));
    }
    let text = unmarked.unwrap_or(text);
    let Some(at) = text.find('\r') else { return Some(text.to_owned()) };
    let line = Lines::new(text, 1).line(at);
    problems.push(Problem::at(path, line, "a carriage return; save the file with Unix line endings (LF)"));
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: Option<&str>, problem: Option<(u32, &str)>) {
        let mut problems = Vec::new();
        assert_eq!(clean("a.md", bytes, &mut problems).as_deref(), text);
        match problem {
            None => assert_eq!(problems, []),
            Some((line, word)) => {
                assert_eq!(problems.len(), 1, "{problems:?}");
                assert_eq!(problems[0].line, Some(line));
                assert!(problems[0].message.contains(word), "{problems:?}");
            }
        }
    }

    #[test]
    fn cleans_text() {
        check("aé\n".as_bytes(), Some("aé\n"), None);
        check(b"a\nb\xff", None, Some((2, "UTF-8")));
        check(b"\xef\xbb\xbfa", Some("a"), Some((1, "byte order mark")));
        check(b"a\nb\r\nc\r", Some("a\nb\nc\n"), Some((2, "carriage return")));
    }

    #[test]
    fn finds_what_is_below_a_folder() {
        let tree = Tree::of_texts([("a/b", "1"), ("a/b/c", "2"), ("a/bb", "3"), ("ab/c", "4")]);
        assert_eq!(tree.below("a").map(|(path, _)| path).collect::<Vec<_>>(), ["b", "b/c", "bb"]);
        assert_eq!(tree.below("a/b").map(|(path, _)| path).collect::<Vec<_>>(), ["c"]);
    }
}
