//! The API of the learner's engine. Whatever answers there may be forged: bound everything, believe nothing.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{Stream, TryStreamExt as _};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Body as _, Frame, Incoming};
use hyper_util::rt::TokioIo;
use tokio::{
    task::AbortHandle,
    time::{Sleep, timeout},
};

use crate::{Sandbox, SandboxError};

/// The API version that the sandbox's engine speaks.
const API: &str = "/v1.45";

/// A request.
#[derive(Debug, Clone)]
pub struct EngineRequest {
    /// Method.
    pub method: Method,
    /// Path and query below the version, e.g. `/images/json?all=true`.
    pub path: String,
    /// Content type and body.
    pub body: Option<(&'static str, Bytes)>,
}

impl EngineRequest {
    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None }
    }

    /// A POST without a body.
    pub fn post(path: impl Into<String>) -> Self {
        Self { method: Method::POST, path: path.into(), body: None }
    }

    /// A DELETE.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None }
    }

    /// With a JSON document.
    #[must_use]
    pub fn json(mut self, document: &serde_json::Value) -> Self {
        self.body = Some(("application/json", document.to_string().into()));
        self
    }
}

/// What is taken at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body.
    pub bytes: u64,
    /// Time for the whole.
    pub time: Duration,
}

impl Default for Limits {
    /// 8 MiB and 10 s.
    fn default() -> Self {
        Self { bytes: 8 * 1024 * 1024, time: Duration::from_secs(10) }
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct EngineResponse {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

/// An answer whose body comes as a stream, bounded in bytes and time. Dropping it breaks off.
pub struct EngineBody {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    body: Incoming,
    left: u64,
    limit: u64,
    deadline: Pin<Box<Sleep>>,
    _connection: Connection,
}

const DOING: &str = "answer as an engine";

impl Sandbox {
    /// Ask the sandbox's engine.
    ///
    /// # Errors
    /// When it does not answer, breaks off, takes too long or sends too much. A status that tells of an error is an
    /// answer.
    pub async fn engine_request(&self, request: EngineRequest, limits: Limits) -> Result<EngineResponse, SandboxError> {
        let work = async {
            let answer = self.engine_stream(request, limits).await?;
            Self::whole(answer).await
        };
        timeout(limits.time, work).await.map_err(|_| SandboxError::Slow { doing: DOING })?
    }

    /// Ask the sandbox's engine for a long answer, such as an archive.
    ///
    /// # Errors
    /// As [`Sandbox::engine_request`]; later ones come in the stream.
    pub async fn engine_stream(&self, request: EngineRequest, limits: Limits) -> Result<EngineBody, SandboxError> {
        let (kind, body) = request.body.map_or((None, Bytes::new()), |(kind, body)| (Some(kind), body));
        let body = Full::new(body).map_err(|never| match never {}).boxed();
        let work = self.engine_head(request.method, &request.path, kind, body);
        let head = timeout(limits.time, work).await.map_err(|_| SandboxError::Slow { doing: DOING })??;
        Ok(EngineBody::new(head, limits))
    }

    /// Send the sandbox's engine a long body, such as an archive.
    ///
    /// # Errors
    /// As [`Sandbox::engine_request`].
    pub async fn engine_upload(
        &self,
        path: &str,
        kind: &'static str,
        body: impl Stream<Item = std::io::Result<Bytes>> + Send + Sync + 'static,
        limits: Limits,
    ) -> Result<EngineResponse, SandboxError> {
        let body = StreamBody::new(body.map_ok(Frame::data)).boxed();
        let work = async {
            let head = self.engine_head(Method::POST, path, Some(kind), body).await?;
            Self::whole(EngineBody::new(head, limits)).await
        };
        timeout(limits.time, work).await.map_err(|_| SandboxError::Slow { doing: DOING })?
    }

    async fn whole(mut answer: EngineBody) -> Result<EngineResponse, SandboxError> {
        let mut body = Vec::new();
        while let Some(bytes) = answer.try_next().await? {
            body.extend_from_slice(&bytes);
        }
        Ok(EngineResponse { status: answer.status, headers: std::mem::take(&mut answer.headers), body: body.into() })
    }

    async fn engine_head(
        &self,
        method: Method,
        path: &str,
        kind: Option<&'static str>,
        body: BoxBody<Bytes, std::io::Error>,
    ) -> Result<Head, SandboxError> {
        let stream = self.dial_engine().await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(SandboxError::EngineAnswer)?;
        // An error of the connection comes to the request as well.
        let connection = Connection(tokio::spawn(async move { drop(connection.await) }).abort_handle());
        let mut request = http::Request::builder().method(method).uri(format!("{API}{path}"));
        request = request.header(http::header::HOST, "engine");
        if let Some(kind) = kind {
            request = request.header(http::header::CONTENT_TYPE, kind);
        }
        let request = request.body(body).map_err(SandboxError::EngineRequest)?;
        let response = sender.send_request(request).await.map_err(SandboxError::EngineAnswer)?;
        Ok((response, connection))
    }
}

type Head = (http::Response<Incoming>, Connection);

impl EngineBody {
    fn new((response, connection): Head, limits: Limits) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body,
            left: limits.bytes,
            limit: limits.bytes,
            deadline: Box::pin(tokio::time::sleep(limits.time)),
            _connection: connection,
        }
    }
}

/// Ends a connection's task with the last who needs it.
struct Connection(AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Stream for EngineBody {
    type Item = Result<Bytes, SandboxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.deadline.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(SandboxError::Slow { doing: DOING })));
        }
        loop {
            let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
            let bytes = match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(SandboxError::EngineAnswer(error)))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => bytes,
                    Err(_trailers) => continue,
                },
            };
            let length = bytes.len() as u64;
            if length > self.left {
                self.left = 0;
                return Poll::Ready(Some(Err(SandboxError::TooLong { doing: DOING, limit: self.limit })));
            }
            self.left -= length;
            return Poll::Ready(Some(Ok(bytes)));
        }
    }
}
