//! Every page, rendered with made-up content.
#![expect(clippy::unwrap_used, reason = "tests")]
