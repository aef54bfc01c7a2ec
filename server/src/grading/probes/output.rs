//! What a container puts out, told apart as it streams by.
//! Invariant: however much comes, only the end of each stream is kept.

use bytes::Bytes;
use futures::{Stream, TryStreamExt as _};
use sandbox::SandboxError;

/// Bytes kept of each stream.
const MOST: usize = 64 * 1024;
/// What comes before each chunk: `[stream, 0, 0, 0, length: u32]`; see the engine API's "attach".
const HEAD: usize = 8;

/// The end of both streams.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// Of a head that has not come whole.
    head: Vec<u8>,
    /// Stream of the chunk that comes.
    stream: u8,
    /// Bytes of it that have not come.
    left: usize,
    stdout: Tail,
    stderr: Tail,
}

#[derive(Debug, Default)]
struct Tail(Vec<u8>);

impl Output {
    /// Take what comes to its end, or to what breaks it off.
    pub(super) async fn follow(
        &mut self,
        mut body: impl Stream<Item = Result<Bytes, SandboxError>> + Unpin,
    ) -> Result<(), SandboxError> {
        while let Some(bytes) = body.try_next().await? {
            self.take(&bytes);
        }
        Ok(())
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.left == 0 {
                let (head, rest) = bytes.split_at(bytes.len().min(HEAD - self.head.len()));
                self.head.extend_from_slice(head);
                bytes = rest;
                if let [stream, _, _, _, a, b, c, d] = *self.head.as_slice() {
                    self.stream = stream;
                    self.left = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
                    self.head.clear();
                }
                continue;
            }
            let (chunk, rest) = bytes.split_at(bytes.len().min(self.left));
            match self.stream {
                1 => self.stdout.push(chunk),
                2 => self.stderr.push(chunk),
                _ => {}
            }
            self.left -= chunk.len();
            bytes = rest;
        }
    }

    /// Standard output and standard error, what is not UTF-8 replaced.
    pub(super) fn texts(&self) -> (String, String) {
        (self.stdout.text(), self.stderr.text())
    }
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
        // Not at every byte: moving what is kept costs as much as it holds.
        if self.0.len() > 2 * MOST {
            self.0.drain(..self.0.len() - MOST);
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.0.get(self.0.len().saturating_sub(MOST)..).unwrap_or_default()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(stream: u8, text: &[u8]) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap().to_be_bytes();
        [&[stream, 0, 0, 0][..], &length, text].concat()
    }

    fn texts(chunks: &[&[u8]]) -> (String, String) {
        let mut output = Output::default();
        for chunk in chunks {
            output.take(chunk);
        }
        output.texts()
    }

    #[test]
    fn output_is_told_apart_however_it_comes() {
        let bytes = [frame(1, b"out"), frame(2, b"err"), frame(0, b"in"), frame(1, b""), frame(1, b"put")].concat();
        let wanted = ("output".to_owned(), "err".to_owned());
        for size in 1..bytes.len() {
            let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
            assert_eq!(texts(&chunks), wanted, "in chunks of {size}");
        }
        // A forged length takes what there is.
        assert_eq!(texts(&[&[1, 0, 0, 0, 255, 255, 255, 255, b'x']]), ("x".to_owned(), String::new()));
        assert_eq!(texts(&[&[1, 2, 3]]), (String::new(), String::new()));
    }

    #[tokio::test]
    async fn of_much_output_the_end_is_kept_and_a_break_is_told() {
        // As much as 2,000 lines of logs can be.
        let line = Bytes::from(frame(1, &[b'x'; 16 * 1024]));
        let lines = futures::stream::iter((0..2_000).map(move |_| Ok(line.clone())));
        let mut output = Output::default();
        output.follow(lines).await.unwrap();
        output.take(&frame(1, b"the end"));
        let text = output.texts().0;
        assert_eq!(text.len(), MOST);
        assert!(text.ends_with("xthe end"));
        assert!(output.stdout.0.capacity() <= 8 * MOST, "{}", output.stdout.0.capacity());

        let broken = [Ok(Bytes::from(frame(2, b"first"))), Err(SandboxError::Slow { doing: "answer" })];
        let mut output = Output::default();
        assert!(matches!(output.follow(futures::stream::iter(broken)).await, Err(SandboxError::Slow { .. })));
        assert_eq!(output.texts().1, "first");
    }
}
