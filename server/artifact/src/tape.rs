//! The members of a tar archive, one after the other, as they stream by.
//! Invariant: what two readers of tar could understand differently is refused: sparse files, contradicting extensions,
//! data after the end.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use tar::{Archive, EntryType, Header};

use crate::{Invalid, budget::Budget, invalid::quoted, name::readable};

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Symlink,
    /// Another name of a member.
    Hardlink,
    Character,
    Block,
    Fifo,
}

/// One member, as its headers tell it.
#[derive(Debug)]
pub(crate) struct Member {
    /// As written: hostile.
    pub(crate) path: Vec<u8>,
    /// Target of a link, as written; empty otherwise.
    pub(crate) link: Vec<u8>,
    pub(crate) kind: Kind,
    /// Permission bits.
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
    /// Bytes of content.
    pub(crate) size: u64,
    /// The extended header as written, with extended attributes.
    pub(crate) extended: Vec<u8>,
}

/// What to do with each member.
pub(crate) type Visit<'a> = dyn FnMut(&Member, &mut dyn Read) -> Result<(), Invalid> + 'a;

/// The most that the extensions of one member may take.
const MOST_EXTENDED: u64 = 1 << 20;

/// Extensions that come before a member and speak of it.
#[derive(Default)]
struct Extensions {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: Option<Vec<u8>>,
}

/// Walk an archive to its end; true when it ended as an archive should, false when it just stopped.
pub(crate) fn walk(reader: &mut dyn Read, budget: &Budget, visit: &mut Visit<'_>) -> Result<bool, Invalid> {
    let failed = |error: io::Error| unreadable(budget, &error);
    let mut archive = Archive::new(reader);
    let mut extensions = Extensions::default();
    // Raw entries: the library would read extensions of any length into memory.
    for entry in archive.entries().map_err(failed)?.raw(true) {
        let mut entry = entry.map_err(failed)?;
        let kind = entry.header().entry_type();
        if let Some(slot) = match kind {
            EntryType::GNULongName => Some(&mut extensions.path),
            EntryType::GNULongLink => Some(&mut extensions.link),
            EntryType::XHeader => Some(&mut extensions.pax),
            _ => None,
        } {
            budget.entry(0)?;
            let size = entry.size();
            if size > MOST_EXTENDED {
                return Err(Invalid::new("the extended header of an entry is too long"));
            }
            let mut body = Vec::new();
            entry.read_to_end(&mut body).map_err(failed)?;
            if body.len() as u64 != size {
                return Err(Invalid::new("it ends in the middle of an entry"));
            }
            if slot.replace(body).is_some() {
                return Err(Invalid::new("an entry has two extended headers of one kind"));
            }
            continue;
        }
        let member = member(entry.header(), std::mem::take(&mut extensions))?;
        budget.entry(member.path.len() + member.link.len())?;
        let mut content = Exact { inner: &mut entry, count: 0 };
        visit(&member, &mut content)?;
        io::copy(&mut content, &mut io::sink()).map_err(failed)?;
        if content.count != member.size {
            return Err(Invalid::new(format!("it ends in the middle of {}", quoted(&readable(&member.path)))));
        }
    }
    if extensions.path.is_some() || extensions.link.is_some() || extensions.pax.is_some() {
        return Err(Invalid::new("it ends with an extended header of nothing"));
    }
    ending(archive.into_inner(), budget)
}

/// After the first block of zeroes nothing but zeroes may follow.
fn ending(reader: &mut dyn Read, budget: &Budget) -> Result<bool, Invalid> {
    let mut rest = 0_u64;
    let mut buffer = vec![0; 8192];
    loop {
        let count = reader.read(&mut buffer).map_err(|error| unreadable(budget, &error))?;
        if count == 0 {
            return Ok(rest >= 512);
        }
        rest += count as u64;
        if buffer.iter().take(count).any(|byte| *byte != 0) {
            return Err(Invalid::new("there is data after its end"));
        }
    }
}

fn member(header: &Header, extensions: Extensions) -> Result<Member, Invalid> {
    let broken = |error: io::Error| Invalid::new(format!("an entry's header cannot be read: {error}"));
    let kind = match header.entry_type() {
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Directory => Kind::Directory,
        EntryType::Symlink => Kind::Symlink,
        EntryType::Link => Kind::Hardlink,
        EntryType::Char => Kind::Character,
        EntryType::Block => Kind::Block,
        EntryType::Fifo => Kind::Fifo,
        EntryType::XGlobalHeader => return Err(Invalid::new("it has a global extended header")),
        EntryType::GNUSparse => return Err(Invalid::new("it has a sparse file")),
        other => return Err(Invalid::new(format!("it has an entry of the unknown type {}", other.as_byte()))),
    };
    let mut member = Member {
        path: header.path_bytes().into_owned(),
        link: header.link_name_bytes().map(|link| link.into_owned()).unwrap_or_default(),
        kind,
        mode: header.mode().map_err(broken)? & 0o7777,
        uid: header.uid().map_err(broken)?,
        gid: header.gid().map_err(broken)?,
        size: header.entry_size().map_err(broken)?,
        extended: extensions.pax.unwrap_or_default(),
    };
    if !matches!(kind, Kind::File) && member.size != 0 {
        return Err(Invalid::new(format!("{} is no file and has content", quoted(&readable(&member.path)))));
    }
    let records = pax(&member.extended)?;
    let number = |key: &str| -> Result<Option<u64>, Invalid> {
        let Some(value) = records.get(key.as_bytes()) else { return Ok(None) };
        let parsed = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
        parsed.map(Some).ok_or_else(|| Invalid::new(format!("an extended header's {key} is no number")))
    };
    if records.keys().any(|key| key.starts_with(b"GNU.sparse.")) {
        return Err(Invalid::new("it has a sparse file"));
    }
    // Where the sizes differ, readers disagree on where the next entry begins.
    if number("size")?.is_some_and(|size| size != member.size) {
        return Err(Invalid::new("an extended header contradicts its entry's size"));
    }
    member.uid = number("uid")?.unwrap_or(member.uid);
    member.gid = number("gid")?.unwrap_or(member.gid);
    for (long, key, field) in
        [(extensions.path, "path", &mut member.path), (extensions.link, "linkpath", &mut member.link)]
    {
        match (long.map(until_zero), records.get(key.as_bytes())) {
            (Some(long), Some(record)) if long != *record => {
                return Err(Invalid::new(format!("two extended headers contradict each other's {key}")));
            }
            (Some(long), _) => *field = long,
            (None, Some(record)) => field.clone_from(record),
            (None, None) => {}
        }
    }
    if !matches!(kind, Kind::Symlink | Kind::Hardlink) {
        member.link.clear();
    }
    Ok(member)
}

/// The records of an extended header: `length key=value\n`, where values may hold any byte.
fn pax(mut body: &[u8]) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, Invalid> {
    let malformed = || Invalid::new("an extended header is malformed");
    let mut records = BTreeMap::new();
    while !body.is_empty() {
        let space = body.iter().take(20).position(|byte| *byte == b' ').ok_or_else(malformed)?;
        let digits = body.get(..space).filter(|digits| digits.iter().all(u8::is_ascii_digit)).ok_or_else(malformed)?;
        let length: usize =
            std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).ok_or_else(malformed)?;
        let record = body.get(space + 1..length).ok_or_else(malformed)?;
        body = body.get(length..).ok_or_else(malformed)?;
        let record = record.strip_suffix(b"\n").ok_or_else(malformed)?;
        let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(malformed)?;
        let (key, value) = record.split_at(equals);
        if records.insert(key.to_vec(), value.get(1..).unwrap_or_default().to_vec()).is_some() {
            return Err(Invalid::new(format!("an extended header has {} twice", quoted(&readable(key)))));
        }
    }
    Ok(records)
}

fn until_zero(mut name: Vec<u8>) -> Vec<u8> {
    if let Some(end) = name.iter().position(|byte| *byte == 0) {
        name.truncate(end);
    }
    name
}

/// An input error in a learner's words, unless a limit was the cause.
pub(crate) fn unreadable(budget: &Budget, error: &io::Error) -> Invalid {
    budget.refused().unwrap_or_else(|| Invalid::new(format!("it cannot be read: {error}")))
}

/// Counts what a member's content really holds.
struct Exact<'a> {
    inner: &'a mut dyn Read,
    count: u64,
}

impl Read for Exact<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.count += count as u64;
        Ok(count)
    }
}
