//! An API that pretends: a lease that goes through its states, a shell that echoes, checks that come in slowly.
//! For looking at islands without an engine; the server's own tests look at the real one.
//! Invariant: one lease, kept in memory; `POST /api/pretend/{what}` makes it queue, warn or end.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use app::api::{
    EngineState, FileEntry, FileKind, Lease, NewLease, Preview, Problem, RevealedHint, Solution, SolutionFile,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        Path, Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::{get, post},
};
use domain::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, LeaseId},
    lease::LeaseState,
    verdict::Verdict,
};
use futures::stream::{self, Stream, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::fixture;

struct Inner {
    lease: Option<Lease>,
    files: BTreeMap<String, (u64, Vec<u8>)>,
    output: Vec<u8>,
    hints: u32,
}

#[derive(Clone)]
pub(crate) struct Pretend {
    inner: Arc<Mutex<Inner>>,
    events: broadcast::Sender<(&'static str, Value)>,
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

fn starter() -> BTreeMap<String, (u64, Vec<u8>)> {
    let dockerfile = "FROM debian:13\nCOPY --chmod=600 deploy_key /tmp/deploy_key\nRUN git clone ssh://git@example.internal/app /app\nRUN rm /tmp/deploy_key\nUSER app\nCMD [\"/app/run\"]\n";
    let files = [
        ("Dockerfile", dockerfile),
        ("app/run", "#!/bin/sh\necho serving as $(id -un)\n"),
        ("compose.yaml", "services:\n  app:\n    build: .\n    ports: [\"8080:80\"]\n"),
        ("deploy_key", "kJ3…\n"),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), (1, text.as_bytes().to_vec()))).collect()
}

pub(crate) fn router() -> Router {
    let inner = Inner { lease: None, files: starter(), output: Vec::new(), hints: 0 };
    let pretend = Pretend { inner: Arc::new(Mutex::new(inner)), events: broadcast::channel(64).0 };
    Router::new()
        .route("/api/search", get(search))
        .route("/api/leases", post(start))
        .route("/api/leases/{id}", get(look).delete(end))
        .route("/api/leases/{id}/events", get(events))
        .route("/api/leases/{id}/extend", post(extend))
        .route("/api/leases/{id}/reset", post(reset))
        .route("/api/leases/{id}/socket", get(socket))
        .route("/api/leases/{id}/ports", get(ports))
        .route("/api/leases/{id}/files", get(list))
        .route("/api/leases/{id}/files/{*path}", get(read).put(write).delete(remove))
        .route("/api/leases/{id}/attempts", post(check))
        .route("/api/attempts/{id}/events", get(grading))
        .route("/api/exercises/{id}/hints", post(hint))
        .route("/api/exercises/{id}/solution", post(solution))
        .route("/api/pretend/{what}", post(pretend_that))
        .with_state(pretend)
}

impl Pretend {
    fn change(&self, change: impl FnOnce(&mut Lease)) -> Option<Lease> {
        let mut inner = self.inner.lock().unwrap();
        let lease = inner.lease.as_mut()?;
        change(lease);
        let lease = lease.clone();
        let _nobody = self.events.send(("lease", json!(lease)));
        Some(lease)
    }

    fn begin(&self, queue: bool) {
        let this = self.clone();
        tokio::spawn(async move {
            let wait = |ms| tokio::time::sleep(Duration::from_millis(ms));
            if queue {
                for place in [3, 2, 1] {
                    this.change(|lease| {
                        lease.state = LeaseState::Queued;
                        lease.position = Some(place);
                        lease.eta_seconds = Some(place * 20);
                    });
                    wait(1500).await;
                }
            }
            this.change(|lease| lease.state = LeaseState::Starting);
            wait(600).await;
            this.change(|lease| {
                lease.state = LeaseState::Ready;
                lease.engine = EngineState::Starting;
            });
            wait(900).await;
            this.change(|lease| lease.engine = EngineState::Ready);
        });
    }
}

async fn search(Query(asked): Query<BTreeMap<String, String>>) -> Response {
    let query = asked.get("q").map(String::as_str).unwrap_or_default();
    match query {
        "down" => {
            problem(StatusCode::SERVICE_UNAVAILABLE, "busy", "The search is being rebuilt.", "Try again in a moment.")
        }
        "nothing" => Json(json!([])).into_response(),
        _ => Json(fixture::hits()).into_response(),
    }
}

fn problem(status: StatusCode, error: &str, detail: &str, next: &str) -> Response {
    (status, Json(Problem { error: error.into(), detail: detail.into(), next: next.into() })).into_response()
}

async fn start(State(pretend): State<Pretend>, Json(new): Json<NewLease>) -> Json<Lease> {
    let lease = Lease {
        engine: EngineState::Starting,
        preview: Some(Preview { template: "http://{port}-pretend.localhost:8123/".into() }),
        ..fixture::lease("l1", new.exercise, LeaseState::Starting, now() + 2700)
    };
    pretend.inner.lock().unwrap().lease = Some(lease.clone());
    pretend.begin(false);
    Json(lease)
}

async fn look(State(pretend): State<Pretend>) -> Response {
    match pretend.inner.lock().unwrap().lease.clone() {
        Some(lease) => Json(lease).into_response(),
        None => problem(StatusCode::NOT_FOUND, "not_found", "There is no such sandbox.", ""),
    }
}

async fn extend(State(pretend): State<Pretend>) -> Json<Option<Lease>> {
    Json(pretend.change(|lease| {
        lease.expires_at = now() + 3600;
        lease.may_extend = false;
    }))
}

async fn reset(State(pretend): State<Pretend>) -> Json<Option<Lease>> {
    {
        let mut inner = pretend.inner.lock().unwrap();
        inner.files = starter();
        inner.output.clear();
    }
    let lease = pretend.change(|lease| lease.state = LeaseState::Starting);
    pretend.begin(false);
    Json(lease)
}

async fn end(State(pretend): State<Pretend>) -> StatusCode {
    pretend.change(|lease| lease.state = LeaseState::Ended);
    StatusCode::NO_CONTENT
}

async fn pretend_that(State(pretend): State<Pretend>, Path(what): Path<String>) -> StatusCode {
    match what.as_str() {
        "queue" => pretend.begin(true),
        "short" => drop(pretend.change(|lease| lease.expires_at = now() + 100)),
        "end" => drop(pretend.change(|lease| {
            lease.state = LeaseState::Ended;
            lease.end_reason = Some("Its time was up.".into());
        })),
        "warn" => drop(pretend.events.send(("warning", json!({"message": "Your sandbox ends in five minutes."})))),
        "touch" => {
            pretend
                .inner
                .lock()
                .unwrap()
                .files
                .insert("Dockerfile".into(), (99, b"FROM debian:13\n# changed in the terminal\n".to_vec()));
            let _nobody = pretend.events.send(("files", json!(["Dockerfile"])));
        }
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::NO_CONTENT
}

type Events = Sse<std::pin::Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>>;

async fn events(State(pretend): State<Pretend>) -> Events {
    let first = pretend.inner.lock().unwrap().lease.clone();
    let later = stream::unfold(pretend.events.subscribe(), |mut events| async move {
        loop {
            match events.recv().await {
                Ok((name, data)) if name != "files" => {
                    return Some((Event::default().event(name).json_data(data).unwrap(), events));
                }
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    });
    let first = stream::iter(first.map(|lease| Event::default().event("lease").json_data(lease).unwrap()));
    Sse::new(first.chain(later).map(Ok).boxed())
}

async fn ports(State(pretend): State<Pretend>) -> Json<Value> {
    let lease = pretend.inner.lock().unwrap().lease.clone();
    let url = lease.and_then(|lease| lease.preview).map(|preview| preview.url(8080));
    Json(json!([{"port": 8080, "container": "app", "url": url}]))
}

async fn list(State(pretend): State<Pretend>) -> Json<Vec<FileEntry>> {
    let inner = pretend.inner.lock().unwrap();
    let folder = FileEntry { path: "app".into(), kind: FileKind::Dir, size: 0, mode: 0o755 };
    let files = inner.files.iter().map(|(path, (_, bytes))| FileEntry {
        path: path.clone(),
        kind: FileKind::File,
        size: bytes.len() as u64,
        mode: 0o644,
    });
    Json(files.chain([folder]).collect())
}

async fn read(State(pretend): State<Pretend>, Path((_, path)): Path<(String, String)>) -> Response {
    match pretend.inner.lock().unwrap().files.get(&path) {
        Some((version, bytes)) => ([(header::ETAG, format!("\"{version}\""))], bytes.clone()).into_response(),
        None => problem(StatusCode::NOT_FOUND, "not_found", "There is no such file.", ""),
    }
}

async fn write(
    State(pretend): State<Pretend>,
    Path((_, path)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let mut inner = pretend.inner.lock().unwrap();
    let version = inner.files.get(&path).map_or(0, |(version, _)| *version);
    let wanted = headers.get(header::IF_MATCH).map(|etag| etag.to_str().unwrap().to_owned());
    if wanted.is_some_and(|wanted| wanted != format!("\"{version}\"")) {
        return problem(StatusCode::PRECONDITION_FAILED, "changed", "This file was changed in the sandbox.", "");
    }
    inner.files.insert(path, (version + 1, bytes.to_vec()));
    (StatusCode::NO_CONTENT, [(header::ETAG, format!("\"{}\"", version + 1))]).into_response()
}

async fn remove(State(pretend): State<Pretend>, Path((_, path)): Path<(String, String)>) -> StatusCode {
    pretend.inner.lock().unwrap().files.remove(&path);
    StatusCode::NO_CONTENT
}

async fn check(State(pretend): State<Pretend>) -> Response {
    let Some(lease) = pretend.inner.lock().unwrap().lease.clone() else {
        return problem(StatusCode::CONFLICT, "not_ready", "There is no sandbox to check.", "Start one.");
    };
    let attempt = Attempt {
        id: AttemptId("a3".into()),
        exercise: "flatten-secret-image".parse().unwrap(),
        revision: 1,
        lease: LeaseId(lease.id.0),
        number: 3,
        state: AttemptState::Running,
        started_at: now(),
        graded_at: None,
        verdict: None,
        kept: false,
    };
    (StatusCode::ACCEPTED, Json(attempt)).into_response()
}

async fn grading() -> Events {
    let results = fixture::results();
    let mut events = Vec::new();
    for result in &results {
        events.push(("looking", json!({"check": result.check})));
        events.push(("check", json!(result)));
    }
    events.push(("verdict", json!(Verdict::of(results))));
    let slowly = stream::iter(events).then(|(name, data)| async move {
        tokio::time::sleep(Duration::from_millis(250)).await;
        Ok(Event::default().event(name).json_data(data).unwrap())
    });
    Sse::new(slowly.chain(stream::pending()).boxed())
}

async fn hint(State(pretend): State<Pretend>) -> Json<RevealedHint> {
    let mut inner = pretend.inner.lock().unwrap();
    inner.hints += 1;
    Json(RevealedHint {
        number: inner.hints,
        of: 3,
        html: "<p>Look at <code>docker history --no-trunc app:fat</code>.</p>".into(),
    })
}

async fn solution() -> Json<Solution> {
    let files = vec![SolutionFile {
        path: "solve.sh".into(),
        text: "id=$(docker create app:fat)\ndocker export \"$id\" | docker import - app:flat\n".into(),
    }];
    Json(Solution {
        html: "<p>Export the file system, import it with the config, remove the old image.</p>".into(),
        files,
    })
}

async fn socket(State(pretend): State<Pretend>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|socket| shell(pretend, socket))
}

/// A shell that echoes, with the ring that lets a page go on after a reload.
async fn shell(pretend: Pretend, mut socket: WebSocket) {
    let mut events = pretend.events.subscribe();
    let known = !pretend.inner.lock().unwrap().output.is_empty();
    let terminals = if known { json!([{"terminal": 1, "cols": 80, "rows": 24, "end_offset": 0}]) } else { json!([]) };
    let _gone =
        socket.send(Message::Text(json!({"type": "terminals", "terminals": terminals}).to_string().into())).await;
    loop {
        let message = tokio::select! {
            message = socket.recv() => message,
            event = events.recv() => {
                if let Ok(("files", paths)) = event {
                    let _gone = socket.send(Message::Text(json!({"type": "files", "paths": paths}).to_string().into())).await;
                }
                continue;
            }
        };
        let Some(Ok(message)) = message else { return };
        let replies = match message {
            Message::Text(text) => {
                let ask: Value = serde_json::from_str(&text).unwrap();
                match ask["type"].as_str().unwrap() {
                    "open" => {
                        let mut inner = pretend.inner.lock().unwrap();
                        if inner.output.is_empty() {
                            inner.output.extend_from_slice(b"\x1b[1;32mroot@drydock\x1b[0m:\x1b[1;34m~/work\x1b[0m# ");
                        }
                        vec![Message::Text(json!({"type": "opened", "terminal": ask["terminal"]}).to_string().into())]
                    }
                    "attach" => {
                        let inner = pretend.inner.lock().unwrap();
                        let from = ask["from"].as_u64().unwrap() as usize;
                        vec![output(
                            ask["terminal"].as_u64().unwrap() as u8,
                            from,
                            &inner.output[from.min(inner.output.len())..],
                        )]
                    }
                    _ => Vec::new(),
                }
            }
            Message::Binary(bytes) => {
                let mut inner = pretend.inner.lock().unwrap();
                let from = inner.output.len();
                for &byte in &bytes[1..] {
                    match byte {
                        b'\r' => inner.output.extend_from_slice("\r\npretended · see \x1b[4mhttp://localhost:8080/\x1b[0m\r\n\x1b[1;32mroot@drydock\x1b[0m:\x1b[1;34m~/work\x1b[0m# ".as_bytes()),
                        127 => inner.output.extend_from_slice(b"\x08 \x08"),
                        byte => inner.output.push(byte),
                    }
                }
                vec![output(bytes[0], from, &inner.output[from..])]
            }
            _ => Vec::new(),
        };
        for reply in replies {
            if socket.send(reply).await.is_err() {
                return;
            }
        }
    }
}

fn output(terminal: u8, from: usize, bytes: &[u8]) -> Message {
    Message::Binary([&[terminal], &(from as u64).to_be_bytes()[..], bytes].concat().into())
}
