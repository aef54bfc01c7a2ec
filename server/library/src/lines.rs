//! From byte offsets to lines, so that every problem can say where it is.
//! Invariant: lines count from 1, and an offset past the end is on the last line.

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    starts: Vec<usize>,
    first: u32,
    last: u32,
}

impl Lines {
    /// `first` is the number of the text's first line, for a text that stands within a file.
    pub(crate) fn new(text: &str, first: u32) -> Self {
        Self::within(text, first, u32::MAX)
    }

    /// The same for a text that may have more lines than it takes in its file, where it ends at `last`.
    pub(crate) fn within(text: &str, first: u32, last: u32) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self { starts, first, last }
    }

    /// The line that holds the byte at `offset`.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        let before = self.starts.partition_point(|&start| start <= offset);
        self.first.saturating_add(u32::try_from(before.saturating_sub(1)).unwrap_or(u32::MAX)).min(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_offsets() {
        let lines = Lines::new("ab\n\ncd", 1);
        let seen: Vec<u32> = [0, 2, 3, 4, 5, 99].into_iter().map(|offset| lines.line(offset)).collect();
        assert_eq!(seen, [1, 1, 2, 3, 3, 3]);
        assert_eq!(Lines::new("", 7).line(0), 7);
    }
}
