//! One connection to a supervisor, multiplexed. Its driver task lives as long as the [`Link`].

use std::{future::poll_fn, io, task::Poll};

use tokio::{
    sync::{mpsc, oneshot},
    task::AbortHandle,
};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt as _, TokioAsyncReadCompatExt as _};

use crate::engine::ByteStream;

/// One stream of a connection.
pub(crate) type Stream = Compat<yamux::Stream>;
type Wanted = oneshot::Sender<yamux::Stream>;

/// A connection.
pub(crate) struct Link {
    wanted: mpsc::Sender<Wanted>,
    driver: AbortHandle,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Multiplex a byte stream.
    pub(crate) fn new(io: Box<dyn ByteStream>) -> Self {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(protocol::STREAMS);
        config.set_max_connection_receive_window(Some(protocol::IN_FLIGHT));
        let connection = yamux::Connection::new(io.compat(), config, yamux::Mode::Client);
        let (wanted, orders) = mpsc::channel(16);
        let driver = tokio::spawn(drive(connection, orders)).abort_handle();
        Self { wanted, driver }
    }

    /// True until the connection breaks.
    pub(crate) fn is_alive(&self) -> bool {
        !self.wanted.is_closed()
    }

    /// A new stream.
    pub(crate) async fn open(&self) -> io::Result<Stream> {
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (order, stream) = oneshot::channel();
        self.wanted.send(order).await.map_err(|_| broken())?;
        stream.await.map(|stream| stream.compat()).map_err(|_| broken())
    }
}

/// Move the connection forward until it breaks, or nobody holds the link any more.
async fn drive<T>(mut connection: yamux::Connection<T>, mut orders: mpsc::Receiver<Wanted>)
where
    T: futures::AsyncRead + futures::AsyncWrite + Unpin,
{
    let mut order: Option<Wanted> = None;
    poll_fn(|context| {
        loop {
            if order.is_none()
                && let Poll::Ready(next) = orders.poll_recv(context)
            {
                match next {
                    Some(next) => order = Some(next),
                    None => return Poll::Ready(()),
                }
            }
            if order.is_some()
                && let Poll::Ready(opened) = connection.poll_new_outbound(context)
            {
                let Ok(stream) = opened else { return Poll::Ready(()) };
                // Who asked may have given up; the stream is then closed again.
                let _sent = order.take().map(|order| order.send(stream));
                continue;
            }
            match connection.poll_next_inbound(context) {
                // A supervisor opens none.
                Poll::Ready(Some(Ok(_unasked))) => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
}
