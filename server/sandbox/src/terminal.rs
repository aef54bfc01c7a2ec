//! Taking part in a terminal: output by absolute offset, input, size.

use futures::{AsyncReadExt as _, AsyncWriteExt as _, io::ReadHalf, io::WriteHalf};
use protocol::{input, output};

use crate::{connection::read_frame, error::SandboxError};

/// What a terminal puts out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Bytes, the first of them at an offset.
    Data {
        /// Offset of the first byte.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Bytes that are lost: they were put out too long ago.
    Gap {
        /// First lost byte.
        from: u64,
        /// First byte that is there again.
        to: u64,
    },
    /// The shell ended; nothing follows.
    Exited {
        /// Its exit code; −1 when unknown.
        code: i32,
    },
}

/// Taking part in a terminal.
#[derive(Debug)]
pub struct Attached {
    incoming: ReadHalf<yamux::Stream>,
    outgoing: WriteHalf<yamux::Stream>,
}

/// The half that reads.
#[derive(Debug)]
pub struct TerminalOutput(ReadHalf<yamux::Stream>);

/// The half that writes.
#[derive(Debug)]
pub struct TerminalInput(WriteHalf<yamux::Stream>);

impl Attached {
    pub(crate) fn new(stream: yamux::Stream) -> Self {
        let (incoming, outgoing) = stream.split();
        Self { incoming, outgoing }
    }

    /// Both halves, to be used by different tasks.
    #[must_use]
    pub fn split(self) -> (TerminalOutput, TerminalInput) {
        (TerminalOutput(self.incoming), TerminalInput(self.outgoing))
    }
}

impl TerminalOutput {
    /// The next output.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self) -> Result<Output, SandboxError> {
        let frame = read_frame(&mut self.0).await?;
        decode(&frame).ok_or_else(|| SandboxError::broken("a terminal's frame of no known kind"))
    }
}

fn decode(frame: &[u8]) -> Option<Output> {
    let (kind, rest) = frame.split_first()?;
    match *kind {
        output::DATA => {
            let (offset, bytes) = rest.split_first_chunk::<8>()?;
            Some(Output::Data { offset: u64::from_be_bytes(*offset), bytes: bytes.to_vec() })
        }
        output::GAP => {
            let (from, to) = rest.split_first_chunk::<8>()?;
            Some(Output::Gap { from: u64::from_be_bytes(*from), to: u64::from_be_bytes(to.try_into().ok()?) })
        }
        output::EXITED => Some(Output::Exited { code: i32::from_be_bytes(rest.try_into().ok()?) }),
        _ => None,
    }
}

impl TerminalInput {
    /// Type bytes.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), SandboxError> {
        for chunk in bytes.chunks(16 * 1024) {
            self.send(&[&[input::DATA], chunk].concat()).await?;
        }
        Ok(())
    }

    /// Tell the terminal's size.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn resize(&mut self, cols: u16, rows: u16) -> Result<(), SandboxError> {
        self.send(&[&[input::RESIZE][..], &cols.to_be_bytes(), &rows.to_be_bytes()].concat()).await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), SandboxError> {
        let frame = protocol::encode(bytes).map_err(SandboxError::broken)?;
        self.0.write_all(&frame).await.map_err(SandboxError::broken)?;
        self.0.flush().await.map_err(SandboxError::broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_or_refused() {
        let data = [&[output::DATA][..], &7_u64.to_be_bytes(), b"hi"].concat();
        assert_eq!(decode(&data), Some(Output::Data { offset: 7, bytes: b"hi".to_vec() }));
        let gap = [&[output::GAP][..], &1_u64.to_be_bytes(), &9_u64.to_be_bytes()].concat();
        assert_eq!(decode(&gap), Some(Output::Gap { from: 1, to: 9 }));
        assert_eq!(decode(&[output::EXITED, 0, 0, 0, 3]), Some(Output::Exited { code: 3 }));
        for bad in [&[][..], &[9], &[output::DATA, 1], &[output::GAP, 1, 2], &[output::EXITED]] {
            assert_eq!(decode(bad), None);
        }
    }
}
