//! A learner with a browser: one cookie, one origin.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Method, Request, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use crate::{events::Events, terminal::Terminal};

/// Somebody who asks.
pub struct Learner {
    client: Client<HttpConnector, Full<Bytes>>,
    /// Port of the server.
    pub port: u16,
    /// `name=value` of the cookie that the server gave.
    pub cookie: Option<String>,
    /// Sent as `Origin` with everything that changes something.
    pub origin: Option<String>,
}

/// What came back.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// `name=value` of the cookie that it sets.
    #[must_use]
    pub fn cookie(&self) -> Option<String> {
        let cookie = self.headers.get(header::SET_COOKIE)?;
        cookie.to_str().unwrap().split(';').next().map(str::to_owned)
    }

    /// A header; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and stable word of an error; that it has a sentence with it is asserted.
    #[must_use]
    pub fn error(&self) -> (u16, String) {
        let problem = self.json();
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 5), "{problem}");
        (self.status, problem["error"].as_str().unwrap().to_owned())
    }
}

impl Learner {
    /// Somebody without a cookie.
    #[must_use]
    pub fn new(port: u16) -> Self {
        let mut connector = HttpConnector::new();
        // As browsers do.
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { client, port, cookie: None, origin: Some(format!("http://localhost:{port}")) }
    }

    /// Ask; the cookie that comes back is kept.
    pub async fn ask(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_ask(method, path, headers, body).await.unwrap()
    }

    /// The same, when it may fail to be answered.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn try_ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Box<dyn std::error::Error>> {
        let answer = self.send(method, path, headers, body).await?;
        self.cookie = answer.cookie().or_else(|| self.cookie.take());
        Ok(answer)
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder().method(method).uri(format!("http://127.0.0.1:{}{path}", self.port));
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, format!("localhost:{}", self.port));
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(origin) = self.origin.as_ref().filter(|_| method != Method::GET) {
            request = request.header(header::ORIGIN, origin);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Full::new(Bytes::copy_from_slice(body)))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Box<dyn std::error::Error>> {
        let answer = self.client.request(self.request(&method, path, headers, body)?).await?;
        let (parts, body) = answer.into_parts();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.collect().await?.to_bytes() })
    }

    /// Follow server-sent events.
    pub async fn events(&self, path: &str) -> Events {
        let request = self.request(&Method::GET, path, &[("accept", "text/event-stream")], &[]).unwrap();
        let answer = self.client.request(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        Events::new(answer.into_body())
    }

    /// A GET that may fail to connect.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        self.send(Method::GET, path, &[], &[]).await.ok()
    }

    /// `GET`.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], &[]).await
    }

    /// `POST` of JSON.
    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, &[("content-type", "application/json")], body.to_string().as_bytes()).await
    }

    /// `PUT` of bytes.
    pub async fn put(&mut self, path: &str, body: &[u8]) -> Answer {
        self.ask(Method::PUT, path, &[], body).await
    }

    /// A `PUT` that may be cut off by an early answer.
    pub async fn try_put(&self, path: &str, body: &[u8]) -> Option<Answer> {
        self.send(Method::PUT, path, &[], body).await.ok()
    }

    /// A `POST` of JSON that may be cut off.
    pub async fn try_post(&self, path: &str, body: &Value) -> Option<Answer> {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string().as_bytes()).await.ok()
    }

    /// A `DELETE` that may be cut off.
    pub async fn try_delete(&self, path: &str) -> Option<Answer> {
        self.send(Method::DELETE, path, &[], &[]).await.ok()
    }

    /// `DELETE`.
    pub async fn delete(&mut self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, &[], &[]).await
    }

    /// Start a sandbox and wait until it can be used; its lease's id.
    pub async fn start(&mut self, exercise: Option<&str>) -> String {
        let answer = self.post("/api/leases", &serde_json::json!({ "exercise": exercise })).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        self.until(&id, "ready").await;
        id
    }

    /// Wait for a state of a lease; its view.
    pub async fn until(&mut self, lease: &str, state: &str) -> Value {
        let began = Instant::now();
        loop {
            let view = self.get(&format!("/api/leases/{lease}")).await.json();
            if view["state"] == state {
                return view;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the lease does not become {state}: {view}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Wait until a lease's engine answers.
    pub async fn until_engine(&mut self, lease: &str) {
        // It starts at the first key.
        let mut terminal = Terminal::attach(self, lease, 0).await;
        terminal.until("# ").await;
        terminal.type_line("").await;
        let mut events = self.events(&format!("/api/leases/{lease}/events")).await;
        loop {
            let (_, view) = events.next().await.expect("events until the engine answers");
            assert!(view["state"] != "ended" && view["engine"] != "failed", "{view}");
            if view["engine"] == "ready" {
                return;
            }
        }
    }

    /// Do what an exercise's own solution does, in the lease's first terminal.
    pub async fn solve(&mut self, lease: &str, exercise: &str, terminal: &mut Terminal) {
        let solution = self.post(&format!("/api/exercises/{exercise}/solution"), &serde_json::json!({})).await.json();
        let script = solution["files"][0]["text"].as_str().expect("the solution has a script").to_owned();
        let file = format!("/api/leases/{lease}/files/solve.sh");
        assert_eq!(self.put(&file, script.as_bytes()).await.status, 204);
        let code = terminal.ask("sh solve.sh >solve.log 2>&1; echo $?; rm solve.sh solve.log").await;
        assert_eq!(code, "0", "the solution's script fails");
    }
}
