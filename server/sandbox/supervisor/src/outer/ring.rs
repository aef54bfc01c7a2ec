//! A terminal's last bytes, by absolute offset.
//! Invariant: `start + bytes.len() == end`, and never more than the limit is kept.

use std::collections::VecDeque;

/// The last bytes of a stream.
pub(super) struct Ring {
    bytes: VecDeque<u8>,
    end: u64,
    limit: usize,
}

impl Ring {
    /// An empty one, whose first byte will have the offset `first`.
    pub(super) fn new(limit: usize, first: u64) -> Self {
        Self { bytes: VecDeque::new(), end: first, limit }
    }

    /// Offset of the oldest byte kept.
    pub(super) fn start(&self) -> u64 {
        self.end - self.bytes.len() as u64
    }

    /// Offset after the newest byte.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    pub(super) fn push(&mut self, new: &[u8]) {
        self.end += new.len() as u64;
        let new = &new[new.len().saturating_sub(self.limit)..];
        let over = (self.bytes.len() + new.len()).saturating_sub(self.limit);
        self.bytes.drain(..over);
        self.bytes.extend(new);
    }

    /// Up to `most` bytes from `offset`, which is moved up to the oldest byte kept.
    pub(super) fn read(&self, offset: u64, most: usize) -> (u64, Vec<u8>) {
        let from = offset.clamp(self.start(), self.end);
        let skip = usize::try_from(from - self.start()).unwrap_or(0);
        (from, self.bytes.iter().skip(skip).take(most).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_bytes_by_offset() {
        let mut ring = Ring::new(8, 0);
        assert_eq!(ring.read(0, 9), (0, vec![]));
        ring.push(b"abcde");
        assert_eq!(ring.read(1, 3), (1, b"bcd".to_vec()));
        ring.push(b"fghij");
        assert_eq!((ring.start(), ring.end()), (2, 10));
        assert_eq!(ring.read(0, 99), (2, b"cdefghij".to_vec()));
        ring.push(b"0123456789ABCDEF");
        assert_eq!(ring.read(0, 99), (18, b"89ABCDEF".to_vec()));
        assert_eq!(ring.read(1000, 9), (26, vec![]));
    }

    #[test]
    fn goes_on_counting_where_another_stopped() {
        let mut ring = Ring::new(8, 100);
        assert_eq!((ring.start(), ring.end(), ring.read(0, 9)), (100, 100, (100, vec![])));
        ring.push(b"ab");
        assert_eq!(ring.read(0, 9), (100, b"ab".to_vec()));
    }
}
