//! Why an archive is not judged.
//! Invariant: a plain sentence part for a learner to read, short, and without control characters.

/// An archive that cannot be trusted; its text completes "the archive is not valid: …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

impl Invalid {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        let reason: String = reason.into();
        Self(reason.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(600).collect())
    }
}

/// Quote a name of the archive's for a sentence; names are hostile and may be long.
pub(crate) fn quoted(name: &str) -> String {
    let mut short: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    format!("`{short}`")
}
