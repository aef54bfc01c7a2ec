//! The web socket: a shell by bytes and offsets.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use crate::{client::Learner, server::Server};

pub(crate) struct Terminal {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// All output seen, from offset `from`.
    pub(crate) output: Vec<u8>,
    pub(crate) from: u64,
}

impl Terminal {
    /// Attach to terminal 0 from an offset on.
    pub(crate) async fn attach(learner: &Learner, lease: &str, from: u64) -> Self {
        let url = format!("ws://localhost:{}/api/leases/{lease}/socket", learner.port);
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", learner.origin.clone().unwrap().parse().unwrap());
        headers.insert("cookie", learner.cookie.clone().unwrap().parse().unwrap());
        let (mut socket, _) = connect_async(request).await.unwrap();
        let ask = json!({"type": "attach", "terminal": 0, "from": from}).to_string();
        socket.send(Message::text(ask)).await.unwrap();
        Self { socket, output: Vec::new(), from }
    }

    pub(crate) async fn say(&mut self, message: &str) {
        self.socket.send(Message::text(message.to_owned())).await.unwrap();
    }

    pub(crate) async fn type_line(&mut self, line: &str) {
        let bytes = [&[0], line.as_bytes(), b"\r"].concat();
        self.socket.send(Message::binary(bytes)).await.unwrap();
    }

    /// Wait until the output holds a text.
    pub(crate) async fn until(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.output).contains(text) {
            self.step(text).await;
        }
    }

    /// Wait for a JSON message of a type.
    pub(crate) async fn told(&mut self, kind: &str) -> Value {
        loop {
            if let Some(message) = self.step(kind).await
                && message["type"] == kind
            {
                return message;
            }
        }
    }

    async fn step(&mut self, wanted: &str) -> Option<Value> {
        let next = tokio::time::timeout(Duration::from_secs(30), self.socket.next()).await;
        let seen = String::from_utf8_lossy(&self.output);
        let message = next.unwrap_or_else(|_| panic!("no {wanted:?} in {seen:?}")).expect("the socket stays open").unwrap();
        match message {
            Message::Binary(bytes) => {
                let offset = u64::from_be_bytes(bytes[1..9].try_into().unwrap());
                assert_eq!((bytes[0], offset), (0, self.from + self.output.len() as u64), "bytes follow one another");
                self.output.extend_from_slice(&bytes[9..]);
                None
            }
            Message::Text(text) => Some(serde_json::from_str(&text).unwrap()),
            _ => None,
        }
    }

    pub(crate) fn end(&self) -> u64 {
        self.from + self.output.len() as u64
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_goes_on_where_it_stopped() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(&server, None).await;
    let mut first = Terminal::attach(&ann, &lease, 0).await;
    first.type_line("kept=anchor; echo on$(printf e)").await;
    first.until("\rone\r\n").await;
    first.type_line("sleep 0.3; echo $kept-tw$(printf o)").await;
    first.until("tw$(printf o)").await;
    let at = first.end();
    // Printed while nobody looks.
    drop(first);
    tokio::time::sleep(Duration::from_millis(600)).await;
    let mut second = Terminal::attach(&ann, &lease, at).await;
    second.until("anchor-two").await;
    second.type_line("docker version --format '{{.Server.Version}}' && echo en$(printf gine)").await;
    second.until("engine").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_on_the_socket_harms_nobody() {
    let server = Server::start().await;
    let mut ann = server.learner();
    let lease = ann.start(&server, None).await;
    let mut terminal = Terminal::attach(&ann, &lease, 0).await;
    for bad in ["", "{", "{\"type\":\"fly\"}", "{\"type\":\"open\",\"terminal\":300,\"cols\":1,\"rows\":1}"] {
        terminal.say(bad).await;
        assert_eq!(terminal.told("error").await["error"], "invalid", "{bad}");
    }
    terminal.say("{\"type\":\"attach\",\"terminal\":99,\"from\":0}").await;
    assert_eq!(terminal.told("error").await["error"], "refused");
    terminal.type_line("echo still he$(printf re)").await;
    terminal.until("still here").await;
}
