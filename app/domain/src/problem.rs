//! A fault in content: which file, which line, what is wrong and what to do.
//! Parsers collect problems and go on, so that an author sees all of them at once.

use std::fmt;

use serde::Serialize;

/// One fault in one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Path relative to the content folder, with `/`.
    pub file: String,
    /// Line, from 1; `None` where the fault is in the file as a whole.
    pub line: Option<u32>,
    /// A plain sentence: what is wrong and what would be right.
    pub message: String,
}

impl Problem {
    /// A fault at a line.
    #[must_use]
    pub fn at(file: impl Into<String>, line: u32, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: Some(line), message: message.into() }
    }

    /// A fault in the file as a whole.
    #[must_use]
    pub fn in_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}
