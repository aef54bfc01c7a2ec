//! Server-sent events as a browser follows them.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::Value;

/// From one event to the next it takes no longer, also in a long queue.
const PATIENCE: Duration = Duration::from_secs(300);

/// An open stream of events.
pub struct Events {
    body: Incoming,
    /// Came and was not told yet.
    left: Vec<u8>,
}

impl Events {
    pub(crate) fn new(body: Incoming) -> Self {
        Self { body, left: Vec::new() }
    }

    /// The next event's name and document; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        // Comments come for ever: they must renew nobody's patience.
        tokio::time::timeout(PATIENCE, self.event()).await.expect("an event in time")
    }

    async fn event(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some(block) = block(&mut self.left) {
                if let Some(event) = event(&block) {
                    return Some(event);
                }
            }
            let frame = self.body.frame().await?;
            if let Ok(bytes) = frame.expect("the stream of events stays whole").into_data() {
                self.left.extend_from_slice(&bytes);
            }
        }
    }
}

/// Take what stands before the first empty line.
fn block(left: &mut Vec<u8>) -> Option<String> {
    let end = left.windows(2).position(|pair| pair == b"\n\n")?;
    let block: Vec<u8> = left.drain(..end + 2).collect();
    Some(String::from_utf8(block).unwrap())
}

/// `None` for a comment, which keeps a stream alive.
fn event(block: &str) -> Option<(String, Value)> {
    let mut name = "message";
    let mut data = None;
    for line in block.lines() {
        if let Some(after) = line.strip_prefix("event:") {
            name = after.trim();
        } else if let Some(after) = line.strip_prefix("data:") {
            data = Some(serde_json::from_str(after.trim()).unwrap());
        }
    }
    Some((name.to_owned(), data?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_taken_one_by_one_and_comments_left_out() {
        let mut left = b"event: lease\ndata: {\"state\":\"ready\"}\n\n:\n\ndata: 1\n\nevent: la".to_vec();
        let mut told = Vec::new();
        while let Some(block) = block(&mut left) {
            told.extend(event(&block));
        }
        assert_eq!(told[0], ("lease".to_owned(), serde_json::json!({"state": "ready"})));
        assert_eq!(told[1], ("message".to_owned(), serde_json::json!(1)));
        assert_eq!((told.len(), left.as_slice()), (2, &b"event: la"[..]));
    }
}
