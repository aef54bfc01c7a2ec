//! Callouts: block quotes that begin with `[!KIND]`.
//! Invariant: each has its kind in words, so that colour is never the only sign.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, Event, Tag, TagEnd};

/// A kind of callout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callout {
    Note,
    Tip,
    Warning,
    Caution,
    Older,
}

impl Callout {
    /// The kind that pulldown-cmark saw; `Err` for one that is not ours.
    pub(crate) fn of(kind: BlockQuoteKind) -> Result<Self, &'static str> {
        match kind {
            BlockQuoteKind::Note => Ok(Self::Note),
            BlockQuoteKind::Tip => Ok(Self::Tip),
            BlockQuoteKind::Warning => Ok(Self::Warning),
            BlockQuoteKind::Caution => Ok(Self::Caution),
            BlockQuoteKind::Important => Err("IMPORTANT"),
        }
    }

    pub(crate) fn opening(self) -> String {
        let (class, title) = match self {
            Self::Note => ("note", "Note"),
            Self::Tip => ("tip", "Tip"),
            Self::Warning => ("warning", "Warning"),
            Self::Caution => ("caution", "Caution"),
            Self::Older => ("older", "In older material"),
        };
        format!("<div class=\"callout callout-{class}\" role=\"note\"><p class=\"callout-title\">{title}</p>\n")
    }
}

/// A marker at the start of a block quote that pulldown-cmark does not know.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// `[!OLDER]` alone on its line: its events to leave out, and whether its paragraph goes on after it.
    Older { skip: usize, paragraph_goes_on: bool },
    /// Anything else that looks like a marker.
    Unknown(String),
}

/// Looks for a marker in the events after the start of a block quote.
pub(crate) fn marker(after: &[(Event<'_>, Range<usize>)]) -> Option<Marker> {
    let mut events = after.iter().map(|(event, _)| event);
    if !matches!(events.next(), Some(Event::Start(Tag::Paragraph))) {
        return None;
    }
    let mut line = String::new();
    let mut skip = 1;
    for event in events {
        match event {
            // Brackets come as texts of their own; no marker needs many.
            Event::Text(text) if skip < 8 => line.push_str(text),
            _ => break,
        }
        skip += 1;
    }
    if line == "[!OLDER]" {
        return match after.get(skip).map(|(event, _)| event) {
            Some(Event::SoftBreak | Event::HardBreak) => {
                Some(Marker::Older { skip: skip + 1, paragraph_goes_on: true })
            }
            Some(Event::End(TagEnd::Paragraph)) => Some(Marker::Older { skip: skip + 1, paragraph_goes_on: false }),
            _ => Some(Marker::Unknown(line)),
        };
    }
    line.starts_with("[!").then(|| Marker::Unknown(line.split_inclusive(']').next().unwrap_or_default().to_owned()))
}
