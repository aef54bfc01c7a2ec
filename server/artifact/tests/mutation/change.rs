//! Changes: of plain bytes, of tar headers whose checksum is put right again, and of JSON documents.

use super::draw::Draw;

const BLOCK: usize = 512;

/// Words that parsers stumble over, in names and in numbers of a header.
const NAMES: [&[u8]; 16] = [
    b"../x",
    b"/etc/passwd",
    b".",
    b"..",
    b"",
    b"a/../../b",
    b"./manifest.json",
    b"manifest.json",
    b"index.json",
    b".wh..wh..opq",
    b".wh.",
    b".wh..",
    b"a\0b",
    b"\xff\xfe",
    b"././@LongLink",
    b"blobs/sha256/",
];
const NUMBERS: [&[u8]; 10] = [
    b"00000000000",
    b"77777777777",
    b"00000000001",
    b"-0000000001",
    b"99999999999",
    b"           ",
    b"\x80\0\0\0\0\0\0\0\0\0\x02",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    b"00000001000",
    b"0x000000001",
];
const KINDS: &[u8] = b"0123456789xgLKSDMVNXAZ\0\xff";
const RECORDS: [&str; 9] = [
    "18 path=../../etc\n",
    "16 path=/absolute\n",
    "20 size=99999999999\n",
    "9 size=0\n",
    "12 size=-00001\n",
    "30 GNU.sparse.realsize=100000\n",
    "22 linkpath=/etc/shadow\n",
    "999 path=short\n",
    "0 path=\n",
];
const VALUES: [&str; 14] = [
    "null",
    "0",
    "-1",
    "1e400",
    "18446744073709551616",
    "\"\"",
    "[]",
    "{}",
    "[[]]",
    "true",
    "\"../x\"",
    "\"sha256:\"",
    "\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"",
    "\"\\ud800\"",
];

/// One to six changes.
pub fn change(draw: &mut Draw, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=draw.below(6) {
        match draw.below(10) {
            0..=3 => header(draw, bytes),
            4 => document(draw, bytes),
            _ => plain(draw, bytes, other),
        }
    }
}

fn range(draw: &mut Draw, length: usize) -> std::ops::Range<usize> {
    let start = draw.below(length);
    let longest = if draw.one_in(3) { BLOCK * 4 } else { 16 };
    start..(start + draw.below(longest) + 1).min(length)
}

fn plain(draw: &mut Draw, bytes: &mut Vec<u8>, other: &[u8]) {
    if bytes.is_empty() {
        bytes.extend_from_slice(other);
        return;
    }
    let at = draw.below(bytes.len());
    match draw.below(9) {
        0 => bytes[at] ^= 1 << draw.below(8),
        1 => bytes[at] = *draw.pick(&[0, 1, 0x7f, 0x80, 0xff, b'/', b'"', b'{', b'\\']),
        2 => bytes[at] = draw.byte(),
        3 => {
            let cut = range(draw, bytes.len());
            bytes.drain(cut);
        }
        4 => {
            let again = bytes[range(draw, bytes.len())].to_vec();
            bytes.splice(at..at, again);
        }
        5 => bytes.truncate(at),
        // Whole blocks, from another archive as well.
        6 if bytes.len() > 2 * BLOCK => {
            let (one, two) = (draw.below(bytes.len() / BLOCK), draw.below(bytes.len() / BLOCK));
            for byte in 0..BLOCK {
                bytes.swap(one * BLOCK + byte, two * BLOCK + byte);
            }
        }
        7 if other.len() > BLOCK => {
            let from = draw.below(other.len() / BLOCK) * BLOCK;
            let until = (from + BLOCK * (1 + draw.below(4))).min(other.len());
            let place = at / BLOCK * BLOCK;
            bytes.splice(place..place, other[from..until].iter().copied());
        }
        _ => {
            let filled = range(draw, bytes.len());
            let byte = draw.byte();
            bytes[filled].fill(byte);
        }
    }
}

/// Where headers begin, by their magic word.
fn headers(bytes: &[u8]) -> Vec<usize> {
    (0..bytes.len() / BLOCK).map(|at| at * BLOCK).filter(|at| &bytes[at + 257..at + 262] == b"ustar").collect()
}

fn header(draw: &mut Draw, bytes: &mut Vec<u8>) {
    let all = headers(bytes);
    if all.is_empty() {
        return;
    }
    let at = *draw.pick(&all);
    match draw.below(8) {
        0 | 1 => write(&mut bytes[at..at + 100], draw.pick::<&[u8]>(&NAMES)),
        2 => write(&mut bytes[at + 157..at + 257], draw.pick::<&[u8]>(&NAMES)),
        3 => write(&mut bytes[at + 124..at + 136], draw.pick::<&[u8]>(&NUMBERS)),
        4 => {
            let field = *draw.pick(&[100, 108, 116, 329, 337, 345]);
            write(&mut bytes[at + field..at + field + 8], &draw.pick::<&[u8]>(&NUMBERS)[..8]);
        }
        5 => bytes[at + 156] = *draw.pick(KINDS),
        6 => write(
            &mut bytes[at + 257..at + 265],
            draw.pick::<&[u8]>(&[&b"ustar\x0000"[..], b"ustar  \0", b"ustar\0\0\0", b"\0\0\0\0\0\0\0\0"]),
        ),
        // An extended header before it, with a record or two.
        _ => {
            let records: String = (0..=draw.below(2)).map(|_| *draw.pick(&RECORDS)).collect();
            let mut extended = tar::Header::new_ustar();
            extended.set_path("pax").unwrap();
            extended.set_entry_type(*draw.pick(&[tar::EntryType::XHeader, tar::EntryType::XGlobalHeader]));
            extended.set_size(records.len() as u64);
            extended.set_cksum();
            let mut body = records.into_bytes();
            body.resize(body.len().next_multiple_of(BLOCK), 0);
            body.splice(0..0, extended.as_bytes().iter().copied());
            bytes.splice(at..at, body);
            return;
        }
    }
    // Most parsers look no further when it is wrong.
    if !draw.one_in(16) {
        put_checksum_right(&mut bytes[at..at + BLOCK]);
    }
}

fn write(field: &mut [u8], text: &[u8]) {
    field.fill(0);
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text[..length]);
}

fn put_checksum_right(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// Another value, or another key, in the place of one after a colon. Lengths change, and digests with them.
fn document(draw: &mut Draw, bytes: &mut Vec<u8>) {
    let colons: Vec<usize> =
        bytes.windows(2).enumerate().filter(|(_, pair)| *pair == b"\":").map(|(at, _)| at + 2).collect();
    if colons.is_empty() {
        return;
    }
    let at = *draw.pick(&colons);
    let rest = &bytes[at..];
    let length = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']')).unwrap_or(rest.len());
    // Filled up to the old length where that is longer, so that the archive around it stays whole.
    let mut value = draw.pick(&VALUES).as_bytes().to_vec();
    value.resize(value.len().max(length), b' ');
    let end = if draw.one_in(4) { at + length } else { (at + value.len()).min(bytes.len()) };
    bytes.splice(at..end, value);
}
