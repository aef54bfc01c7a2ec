//! What bytes are, by their beginning; names and media types are claims.
//! Invariant: looks at no more than the first block and changes nothing.

use std::io::{self, Cursor, Read};

/// One block of a tar archive.
pub(crate) const BLOCK: usize = 512;

/// What a stream seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tar,
    Gzip,
    Zstd,
    /// Begins as an object or an array.
    Json,
    /// A tar archive of nothing, or just zeroes.
    Zeroes,
    Other,
}

/// A stream whose beginning was looked at and put back.
pub(crate) type Peeked<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// Look at the beginning of a stream.
pub(crate) fn sniff<R: Read>(mut reader: R) -> io::Result<(Kind, Peeked<R>)> {
    let mut head = Vec::with_capacity(BLOCK);
    (&mut reader).take(BLOCK as u64).read_to_end(&mut head)?;
    Ok((kind(&head), Cursor::new(head).chain(reader)))
}

fn kind(head: &[u8]) -> Kind {
    if head.starts_with(&[0x1f, 0x8b, 8]) {
        return Kind::Gzip;
    }
    if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Kind::Zstd;
    }
    if head.len() == BLOCK {
        if head.iter().all(|byte| *byte == 0) {
            return Kind::Zeroes;
        }
        if is_tar(head) {
            return Kind::Tar;
        }
    }
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => Kind::Json,
        _ => Kind::Other,
    }
}

/// A header counts by its checksum, whether or not it bears the magic of a newer format.
fn is_tar(head: &[u8]) -> bool {
    let sum: u32 =
        head.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    let written: String = head[148..156].iter().map(|byte| char::from(*byte)).filter(char::is_ascii_digit).collect();
    u32::from_str_radix(&written, 8).is_ok_and(|written| written == sum)
}
