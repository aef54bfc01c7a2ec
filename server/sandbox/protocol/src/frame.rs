//! Frames: a big-endian length of four bytes, then that many bytes.

use serde::{Serialize, de::DeserializeOwned};

/// The longest frame either side takes: 1 MiB.
pub const MAX_FRAME: usize = 1024 * 1024;

/// Why a frame is refused.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// It says it is longer than [`MAX_FRAME`].
    #[error("a frame of {0} bytes is longer than the limit")]
    TooLong(usize),
    /// It does not hold the document that was expected.
    #[error("a frame does not hold what was expected")]
    Document(#[from] serde_json::Error),
}

/// The frame of these bytes.
///
/// # Errors
/// When they are too many.
pub fn encode(bytes: &[u8]) -> Result<Vec<u8>, FrameError> {
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length as usize <= MAX_FRAME);
    let length = length.ok_or(FrameError::TooLong(bytes.len()))?;
    let mut frame = Vec::with_capacity(4 + bytes.len());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(bytes);
    Ok(frame)
}

/// The length that a frame's first four bytes tell.
///
/// # Errors
/// When it is over the limit.
pub fn decode_length(head: [u8; 4]) -> Result<usize, FrameError> {
    let length = u32::from_be_bytes(head) as usize;
    if length > MAX_FRAME { Err(FrameError::TooLong(length)) } else { Ok(length) }
}

/// The frame of a document.
///
/// # Errors
/// When it is too long.
pub fn to_frame<T: Serialize>(document: &T) -> Result<Vec<u8>, FrameError> {
    encode(&serde_json::to_vec(document)?)
}

/// The document of a frame's bytes (without the length).
///
/// # Errors
/// When they hold something else.
pub fn from_frame<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    Ok(serde_json::from_slice(bytes)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn there_and_back() {
        let frame = to_frame(&vec![1, 2, 3]).unwrap();
        let length = decode_length(frame[..4].try_into().unwrap()).unwrap();
        assert_eq!(length, frame.len() - 4);
        assert_eq!(from_frame::<Vec<u8>>(&frame[4..]).unwrap(), [1, 2, 3]);
    }

    #[test]
    fn too_long_is_refused_both_ways() {
        assert!(encode(&vec![0; MAX_FRAME + 1]).is_err());
        assert!(decode_length([0xff; 4]).is_err());
        assert_eq!(decode_length([0, 0, 0, 7]).unwrap(), 7);
    }
}
