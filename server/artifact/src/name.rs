//! Names of entries: from hostile bytes to relative paths.
//! Invariant: a normal path has no empty, `.` or `..` component, no slash at either end, and maps to one byte string only.

use crate::{Invalid, invalid::quoted};

/// Normalise an entry's path; the root of the archive is the empty path.
pub(crate) fn normal(raw: &[u8], most: usize) -> Result<String, Invalid> {
    let shown = readable(raw);
    if raw.len() > most {
        return Err(Invalid::new(format!("the path {} is longer than {most} bytes", quoted(&shown))));
    }
    if raw.is_empty() {
        return Err(Invalid::new("an entry has no name"));
    }
    if raw.contains(&0) {
        return Err(Invalid::new(format!("the path {} holds a zero byte", quoted(&shown))));
    }
    if raw.starts_with(b"/") {
        return Err(Invalid::new(format!("the path {} is absolute", quoted(&shown))));
    }
    let mut parts = Vec::new();
    for part in shown.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(Invalid::new(format!("the path {} leads upwards", quoted(&shown)))),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// Bytes as text; those that are not UTF-8, and backslashes in such a name, are written `\xNN`.
pub(crate) fn readable(raw: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(raw) {
        return text.to_owned();
    }
    let mut text = String::with_capacity(raw.len() + 16);
    for chunk in raw.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\x5c"));
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The folder of a normal path; of a path at the top, the root.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The last component of a normal path.
pub(crate) fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, base)| base)
}

/// Join two normal paths, either of which may be the root.
pub(crate) fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") }
}
