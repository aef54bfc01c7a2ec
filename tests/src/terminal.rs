//! A learner's terminal: a shell by bytes and offsets, over the web socket.

use std::time::{Duration, Instant};

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

use crate::client::Learner;

/// A terminal that works says something within this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A web socket of a sandbox.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The socket that a browser opens for a sandbox's terminals; the status of the refusal otherwise.
///
/// # Errors
/// When the server refuses it.
pub async fn socket(learner: &Learner, lease: &str) -> Result<Socket, u16> {
    let url = format!("ws://localhost:{}/api/leases/{lease}/socket", learner.port);
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("origin", learner.origin.clone().unwrap().parse().unwrap());
    headers.insert("cookie", learner.cookie.clone().unwrap().parse().unwrap());
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

/// The next message that says something. A server's pings come for ever: they must renew nobody's patience.
///
/// # Panics
/// When the socket closes.
pub async fn next(socket: &mut Socket) -> Message {
    loop {
        let message = socket.next().await.expect("the socket stays open").unwrap();
        if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
            return message;
        }
    }
}

/// Terminal 0 of a sandbox.
pub struct Terminal {
    socket: Socket,
    /// All output seen, from offset `from`.
    pub output: Vec<u8>,
    /// Offset of the first of them.
    pub from: u64,
}

impl Terminal {
    /// Attach to terminal 0 from an offset on.
    pub async fn attach(learner: &Learner, lease: &str, from: u64) -> Self {
        let mut socket = socket(learner, lease).await.unwrap();
        let ask = json!({"type": "attach", "terminal": 0, "from": from}).to_string();
        socket.send(Message::text(ask)).await.unwrap();
        Self { socket, output: Vec::new(), from }
    }

    /// Send a control message as it is.
    pub async fn say(&mut self, message: &str) {
        self.socket.send(Message::text(message.to_owned())).await.unwrap();
    }

    /// Type a line and press Enter.
    pub async fn type_line(&mut self, line: &str) {
        let bytes = [&[0], line.as_bytes(), b"\r"].concat();
        self.socket.send(Message::binary(bytes)).await.unwrap();
    }

    /// Take what comes until nothing has come for a moment.
    pub async fn quiet(&mut self) {
        while tokio::time::timeout(Duration::from_millis(300), self.step("silence")).await.is_ok() {}
    }

    /// Press a key that comes back as it is, and wait for it.
    pub async fn press(&mut self, key: &[u8]) {
        let from = self.output.len();
        self.socket.send(Message::binary([&[0], key].concat())).await.unwrap();
        while self.output.len() == from {
            self.step("an echo").await;
        }
    }

    /// Take output for so long, acknowledge it and forget it; its bytes, and the most of what `look` gave meanwhile.
    pub async fn swallow(&mut self, time: Duration, look: impl Fn() -> f64) -> (u64, f64) {
        let (began, first, mut most, mut looked) = (Instant::now(), self.end(), look(), Instant::now());
        while began.elapsed() < time {
            self.step("a flood").await;
            self.forget().await;
            if looked.elapsed() > Duration::from_millis(100) {
                (most, looked) = (most.max(look()), Instant::now());
            }
        }
        (self.end() - first, most)
    }

    /// Press Ctrl-C and wait for the next prompt, taking what still comes; how long that took.
    pub async fn interrupt(&mut self) -> Duration {
        let began = Instant::now();
        self.socket.send(Message::binary(vec![0, 3])).await.unwrap();
        loop {
            self.step("a prompt").await;
            let seen = String::from_utf8_lossy(&self.output).into_owned();
            if seen.trim_end().ends_with('#') {
                return began.elapsed();
            }
            self.forget().await;
        }
    }

    /// Acknowledge what has come, and keep only its end.
    async fn forget(&mut self) {
        let end = self.end();
        let keep = self.output.len().min(64);
        self.from = end - keep as u64;
        self.output.drain(..self.output.len() - keep);
        self.say(&json!({"type": "ack", "terminal": 0, "offset": end}).to_string()).await;
    }

    /// Wait until the output holds a text.
    pub async fn until(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.output).contains(text) {
            self.step(text).await;
        }
    }

    /// What a command puts out, less the last line break.
    pub async fn ask(&mut self, command: &str) -> String {
        let from = self.output.len();
        // What is typed comes back as well, but with `%s` in it.
        self.type_line(&format!("printf 'said<%s>%s\\n' \"$({command})\" end")).await;
        while !String::from_utf8_lossy(&self.output[from..]).contains(">end") {
            self.step(">end").await;
        }
        let output = String::from_utf8_lossy(&self.output[from..]).into_owned();
        let said = output.rsplit("said<").next().unwrap_or_default();
        said.split(">end").next().unwrap_or_default().replace("\r\n", "\n")
    }

    /// Wait for a JSON message of a type.
    pub async fn told(&mut self, kind: &str) -> Value {
        loop {
            if let Some(message) = self.step(kind).await
                && message["type"] == kind
            {
                return message;
            }
        }
    }

    async fn step(&mut self, wanted: &str) -> Option<Value> {
        let message = tokio::time::timeout(PATIENCE, next(&mut self.socket)).await;
        let seen = String::from_utf8_lossy(&self.output);
        match message.unwrap_or_else(|_| panic!("no {wanted:?} in {seen:?}")) {
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

    /// Offset after the last byte seen.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.from + self.output.len() as u64
    }
}
