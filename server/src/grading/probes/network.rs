//! An HTTP request to a port of the sandbox, or of one of its containers.
//! Invariant: only a sandbox that answers by itself can have a port that does not.

use std::{net::Ipv4Addr, time::Duration};

use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use sandbox::{Refusal, Sandbox, SandboxError};
use serde_json::{Map, Value, json};

use super::{Look, ProbeError, container};

const MOST: usize = 256 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn look(sandbox: &Sandbox, port: u16, name: Option<&str>, path: &str) -> Result<Look, ProbeError> {
    let answer = match place(sandbox, port, name).await? {
        Ok(place) => place.get(path, "*/*").await?,
        Err(silent) => Err(silent),
    };
    Ok(Look::seen(match answer {
        Ok(answer) => json!({
            "answered": true, "status": answer.status.as_u16(), "headers": told(&answer.headers),
            "body": String::from_utf8_lossy(&answer.body),
        }),
        Err(Silent(error)) => json!({"answered": false, "error": error}),
    }))
}

/// A port that may be asked.
pub(super) struct Place<'a> {
    sandbox: &'a Sandbox,
    host: Option<Ipv4Addr>,
    port: u16,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Why nothing proper answered: the learner's to mend.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Silent(pub(super) String);

/// The place of a port: of the sandbox's loopback, or of a container.
pub(super) async fn place<'a>(
    sandbox: &'a Sandbox,
    port: u16,
    name: Option<&str>,
) -> Result<Result<Place<'a>, Silent>, ProbeError> {
    let host = match name {
        None => None,
        Some(name) => match container::inspect(sandbox, name).await? {
            Some(document) => match address(&document) {
                Some(address) => Some(address),
                None => return Ok(Err(Silent(format!("{name} has no address")))),
            },
            None => return Ok(Err(Silent(format!("there is no container {name}")))),
        },
    };
    Ok(Ok(Place { sandbox, host, port }))
}

/// The container's first private address.
fn address(document: &Value) -> Option<Ipv4Addr> {
    let networks = document.pointer("/NetworkSettings/Networks")?.as_object()?;
    let mut addresses =
        networks.values().filter_map(|network| network.get("IPAddress")?.as_str()?.parse::<Ipv4Addr>().ok());
    addresses.find(Ipv4Addr::is_private)
}

impl Place<'_> {
    /// GET something.
    pub(super) async fn get(&self, path: &str, accept: &str) -> Result<Result<Answer, Silent>, ProbeError> {
        let stream = match self.sandbox.dial(self.host, self.port).await {
            Ok(stream) => stream,
            Err(error) => return nobody(error),
        };
        let asked = tokio::time::timeout(PATIENCE, ask(stream, path, accept)).await;
        let answer = asked.unwrap_or_else(|_| Err("no answer within 10 s".to_owned()));
        if answer.is_err() {
            // It may be the way to the sandbox that broke.
            self.sandbox.hello().await?;
        }
        Ok(answer.map_err(Silent))
    }
}

/// That nothing listens, if that is what it was.
fn nobody<T>(error: SandboxError) -> Result<Result<T, Silent>, ProbeError> {
    match error {
        SandboxError::Refused { refusal: Refusal::NotFound, message } => Ok(Err(Silent(message))),
        error => Err(error.into()),
    }
}

async fn ask(stream: impl sandbox::ByteStream, path: &str, accept: &str) -> Result<Answer, String> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let driver = tokio::spawn(async move { drop(connection.await) });
    let request = http::Request::get(path).header(header::HOST, "localhost").header(header::ACCEPT, accept);
    let request = request.body(Empty::<Bytes>::new()).map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, MOST).collect().await.map_err(|error| error.to_string())?;
    driver.abort();
    Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
}

fn told(headers: &HeaderMap) -> Map<String, Value> {
    let text = |value: &http::HeaderValue| Value::String(String::from_utf8_lossy(value.as_bytes()).into_owned());
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_port_that_nobody_listens_on_is_the_learners_fault() {
        let refused = |refusal| SandboxError::Refused { refusal, message: "nothing takes connections".to_owned() };
        let silent = nobody::<()>(refused(Refusal::NotFound)).unwrap();
        assert_eq!(silent, Err(Silent("nothing takes connections".to_owned())));
        for error in [
            refused(Refusal::System),
            refused(Refusal::Invalid),
            SandboxError::Slow { doing: "reach a port" },
            SandboxError::Engine(sandbox::EngineError::Gone),
        ] {
            assert!(nobody::<()>(error).is_err());
        }
    }

    #[test]
    fn a_container_is_reached_at_a_private_address() {
        let document = |address: &str| json!({"NetworkSettings": {"Networks": {"bridge": {"IPAddress": address}}}});
        assert_eq!(address(&document("172.31.255.2")), Some(Ipv4Addr::new(172, 31, 255, 2)));
        for other in ["8.8.8.8", "127.0.0.1", "169.254.169.254", ""] {
            assert_eq!(address(&document(other)), None, "{other}");
        }
        assert_eq!(address(&json!({})), None);
    }

    #[tokio::test]
    async fn what_is_no_http_is_no_answer() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        for (said, answered) in [("HTTP/1.1 204 No Content\r\n\r\n", true), ("hello\r\n\r\n", false), ("", false)] {
            let (ours, mut theirs) = tokio::io::duplex(1024);
            let service = tokio::spawn(async move {
                let mut request = [0; 1024];
                let length = theirs.read(&mut request).await.unwrap();
                theirs.write_all(said.as_bytes()).await.unwrap();
                String::from_utf8_lossy(&request[..length]).into_owned()
            });
            assert_eq!(ask(ours, "/a?b", "text/plain").await.is_ok(), answered, "{said}");
            let request = service.await.unwrap();
            assert!(
                request.starts_with("GET /a?b HTTP/1.1\r\n") && request.contains("accept: text/plain"),
                "{request}"
            );
        }
    }
}
