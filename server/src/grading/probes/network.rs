//! An HTTP request to a port of the sandbox, or of one of its containers.

use std::{net::Ipv4Addr, time::Duration};

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use sandbox::{Sandbox, SandboxError};
use serde_json::{Map, Value, json};

use super::{Look, container};

const MOST: usize = 256 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn look(sandbox: &Sandbox, port: u16, name: Option<&str>, path: &str) -> Result<Look, SandboxError> {
    let host = match name {
        None => None,
        Some(name) => match container::inspect(sandbox, name).await? {
            Ok(document) => match address(&document) {
                Some(address) => Some(address),
                None => return Ok(Look::seen(json!({"answered": false, "error": format!("{name} has no address")}))),
            },
            Err(_) => {
                return Ok(Look::seen(json!({"answered": false, "error": format!("there is no container {name}")})));
            }
        },
    };
    let asked = tokio::time::timeout(PATIENCE, ask(sandbox, host, port, path)).await;
    Ok(Look::seen(match asked {
        Ok(Ok(facts)) => facts,
        Ok(Err(error)) => json!({"answered": false, "error": error}),
        Err(_) => json!({"answered": false, "error": "no answer within 10 s"}),
    }))
}

/// The container's first private address.
fn address(document: &Value) -> Option<Ipv4Addr> {
    let networks = document.pointer("/NetworkSettings/Networks")?.as_object()?;
    let mut addresses =
        networks.values().filter_map(|network| network.get("IPAddress")?.as_str()?.parse::<Ipv4Addr>().ok());
    addresses.find(Ipv4Addr::is_private)
}

async fn ask(sandbox: &Sandbox, host: Option<Ipv4Addr>, port: u16, path: &str) -> Result<Value, String> {
    let stream = sandbox.dial(host, port).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let driver = tokio::spawn(async move { drop(connection.await) });
    let request = http::Request::get(path).header("host", "localhost").body(Empty::<Bytes>::new());
    let answer = sender.send_request(request.map_err(|error| error.to_string())?).await;
    let answer = answer.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let headers: Map<String, Value> = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), Value::String(String::from_utf8_lossy(value.as_bytes()).into_owned())))
        .collect();
    let body = Limited::new(answer.into_body(), MOST).collect().await.map_err(|error| error.to_string())?;
    driver.abort();
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok(json!({"answered": true, "status": status, "headers": headers, "body": body}))
}
