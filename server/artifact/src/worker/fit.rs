//! A report that fits into an answer.
//! Invariant: a text is told whole or not at all, for half a text would seem to lack the other half.

use std::io;

use serde_json::Value;

use crate::Report;

/// The longest report, with room for what is around it.
const MOST: usize = (256 << 10) - 64;

/// Leave out what is long until a report fits.
pub(super) fn fit(mut report: Report) -> io::Result<Value> {
    for most in [usize::MAX, 64 << 10, 16 << 10, 4096, 512, 64, 8] {
        if most != usize::MAX {
            shorten(&mut report, most);
        }
        let value = serde_json::to_value(&report)?;
        if serde_json::to_vec(&value)?.len() <= MOST {
            return Ok(value);
        }
    }
    Err(io::Error::other("the report is too long"))
}

fn shorten(report: &mut Report, most: usize) {
    report.secrets.found.truncate(most.max(20));
    for image in &mut report.images {
        for file in image.files.values_mut() {
            file.text = file.text.take().filter(|text| text.len() <= most);
            file.target = file.target.take().filter(|target| target.len() <= most);
        }
        image.setuid.truncate(most / 8);
        image.tags.truncate(most / 8);
        image.history.truncate(most.max(127));
        for line in &mut image.history {
            cut(&mut line.created_by, most);
            line.comment = line.comment.take().filter(|comment| comment.len() <= most);
        }
        for layer in &mut image.layers {
            if let Some(line) = &mut layer.created_by {
                cut(line, most);
            }
        }
        image.config.env.retain(|key, value| key.len() + value.len() <= most);
        image.config.labels.retain(|key, value| key.len() + value.len() <= most);
        image.config.exposed_ports.truncate(most);
        image.config.volumes.truncate(most);
    }
}

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
}
