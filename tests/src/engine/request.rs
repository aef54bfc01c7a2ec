//! One request to the engine, as far as it must be understood: what it asks for, and where its head and body end.

use std::io;

use tokio::{io::AsyncReadExt as _, net::UnixStream};

/// More than the longest head and body that we send.
const MOST: usize = 4 * 1024 * 1024;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Whether the engine answers.
    Ping,
    /// What it is.
    Info,
    /// Create a container.
    Create,
    /// Start it.
    Start,
    /// Prepare a program in it.
    Exec,
    /// Start that program and attach to it: from then on a byte stream.
    Attach,
    /// List containers.
    List,
    /// Remove a container.
    Remove,
    /// Anything else.
    Other,
}

/// A request.
pub(super) struct Request {
    /// What it asks for.
    pub(super) operation: Operation,
    /// All that is to be sent on: head, and body unless it is a stream.
    pub(super) bytes: Vec<u8>,
}

impl Request {
    /// Read the request that a connection begins with; `None` when it closes before.
    pub(super) async fn read(from: &mut UnixStream) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = find(&bytes, b"\r\n\r\n") {
                break at + 4;
            }
            if !more(from, &mut bytes).await? {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim().to_ascii_lowercase())
            })
        };
        if let Some(length) = header("content-length") {
            let length: usize = length.parse().map_err(io::Error::other)?;
            while bytes.len() < end + length {
                if !more(from, &mut bytes).await? {
                    return Ok(None);
                }
            }
        } else if header("transfer-encoding").is_some() {
            while find(&bytes[end..], b"0\r\n\r\n").is_none() {
                if !more(from, &mut bytes).await? {
                    return Ok(None);
                }
            }
        }
        let operation = operation(head.lines().next().unwrap_or_default());
        if header("upgrade").is_none() {
            // Then the answer ends where the connection does.
            let kept: Vec<&str> =
                head.trim_end().lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:")).collect();
            let mut alone = format!("{}\r\nConnection: close\r\n\r\n", kept.join("\r\n")).into_bytes();
            alone.extend_from_slice(&bytes[end..]);
            bytes = alone;
        }
        Ok(Some(Self { operation, bytes }))
    }
}

async fn more(from: &mut UnixStream, bytes: &mut Vec<u8>) -> io::Result<bool> {
    if bytes.len() > MOST {
        return Err(io::Error::other("a request without end"));
    }
    Ok(from.read_buf(bytes).await? > 0)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn operation(line: &str) -> Operation {
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if parts.first().is_some_and(|part| part.starts_with("v1.")) {
        parts.remove(0);
    }
    match (method, parts.as_slice()) {
        ("GET" | "HEAD", ["_ping"]) => Operation::Ping,
        ("GET", ["info"]) => Operation::Info,
        ("POST", ["containers", "create"]) => Operation::Create,
        ("POST", ["containers", _, "start"]) => Operation::Start,
        ("POST", ["containers", _, "exec"]) => Operation::Exec,
        ("POST", ["exec", _, "start"]) => Operation::Attach,
        ("GET", ["containers", "json"]) => Operation::List,
        ("DELETE", ["containers", _]) => Operation::Remove,
        _ => Operation::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart() {
        assert_eq!(operation("POST /v1.41/containers/create?name=x HTTP/1.1"), Operation::Create);
        assert_eq!(operation("POST /v1.41/containers/a1/exec HTTP/1.1"), Operation::Exec);
        assert_eq!(operation("POST /exec/a1/start HTTP/1.1"), Operation::Attach);
        assert_eq!(operation("DELETE /v1.41/containers/a1?force=true HTTP/1.1"), Operation::Remove);
        assert_eq!(operation("GET /v1.41/volumes/x HTTP/1.1"), Operation::Other);
    }
}
