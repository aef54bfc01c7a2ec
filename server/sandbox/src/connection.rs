//! One multiplexed connection to a supervisor: a request opens a stream of its own.
//! Invariant: dropping the last handle closes the connection.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Duration,
};

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use protocol::{Answer, Request};
use tokio::sync::{mpsc, oneshot};
use tokio_util::compat::TokioAsyncReadCompatExt as _;

use crate::{engine::Bytes, error::SandboxError};

/// A supervisor answers a plain request within this time, however busy the sandbox is.
const PATIENCE: Duration = Duration::from_secs(30);

type Opened = Result<yamux::Stream, SandboxError>;

/// A handle to a connection.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    wanted: mpsc::Sender<oneshot::Sender<Opened>>,
}

impl Connection {
    /// Multiplex a byte stream.
    pub(crate) fn over(stream: Box<dyn Bytes>) -> Self {
        let (wanted, requests) = mpsc::channel(16);
        let connection = yamux::Connection::new(stream.compat(), yamux::Config::default(), yamux::Mode::Client);
        tokio::spawn(drive(connection, requests));
        Self { wanted }
    }

    /// Open a stream, send a request and read its answer. The stream carries what follows.
    pub(crate) async fn open(&self, request: &Request, body: &[u8]) -> Result<(Answer, yamux::Stream), SandboxError> {
        self.open_within(request, body, PATIENCE).await
    }

    /// The same with another patience.
    pub(crate) async fn open_within(
        &self,
        request: &Request,
        body: &[u8],
        limit: Duration,
    ) -> Result<(Answer, yamux::Stream), SandboxError> {
        let exchange = async {
            let (reply, opened) = oneshot::channel();
            self.wanted.send(reply).await.map_err(|_| SandboxError::broken("it was closed"))?;
            let mut stream = opened.await.map_err(|_| SandboxError::broken("it was closed"))??;
            let frame = protocol::to_frame(request).map_err(SandboxError::broken)?;
            stream.write_all(&frame).await.map_err(SandboxError::broken)?;
            stream.write_all(body).await.map_err(SandboxError::broken)?;
            stream.flush().await.map_err(SandboxError::broken)?;
            let answer = read_frame(&mut stream).await?;
            let answer: Answer = protocol::from_frame(&answer).map_err(SandboxError::broken)?;
            match answer {
                Answer::Refused { refusal, message } => Err(SandboxError::Refused { refusal, message }),
                answer => Ok((answer, stream)),
            }
        };
        let slow = |_| SandboxError::TooSlow { doing: "the sandbox's answer", limit };
        tokio::time::timeout(limit, exchange).await.map_err(slow)?
    }
}

/// Read one frame of a stream.
pub(crate) async fn read_frame(stream: &mut (impl futures::AsyncRead + Unpin)) -> Result<Vec<u8>, SandboxError> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.map_err(SandboxError::broken)?;
    let mut bytes = vec![0; protocol::decode_length(head).map_err(SandboxError::broken)?];
    stream.read_exact(&mut bytes).await.map_err(SandboxError::broken)?;
    Ok(bytes)
}

/// Move bytes, open streams; ends when the stream breaks or nobody holds a handle.
async fn drive<T>(mut connection: yamux::Connection<T>, mut requests: mpsc::Receiver<oneshot::Sender<Opened>>)
where
    T: futures::AsyncRead + futures::AsyncWrite + Unpin,
{
    let mut pending: Option<oneshot::Sender<Opened>> = None;
    poll_fn(|context: &mut Context<'_>| {
        loop {
            if pending.is_none() {
                match requests.poll_recv(context) {
                    Poll::Ready(Some(request)) => pending = Some(request),
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Pending => {}
                }
            }
            if pending.is_some()
                && let Poll::Ready(opened) = connection.poll_new_outbound(context)
                && let Some(reply) = pending.take()
            {
                // The asker may have given up.
                let _told = reply.send(opened.map_err(SandboxError::broken));
                continue;
            }
            match connection.poll_next_inbound(context) {
                // A supervisor opens no streams.
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
    let _closed = tokio::time::timeout(Duration::from_secs(1), poll_fn(|context| connection.poll_close(context))).await;
}
