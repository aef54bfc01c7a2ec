//! One connection to a supervisor, multiplexed. Its driver task lives as long as the [`Link`].
//! Invariant: never more than [`MOST`] streams are held, for one beyond [`protocol::STREAMS`] ends the connection.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::AbortHandle,
};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt as _, TokioAsyncReadCompatExt as _};

use crate::engine::ByteStream;

/// Streams held at a time. The rest up to [`protocol::STREAMS`] are those let go of here that the other side has not
/// yet let go of.
const MOST: usize = 192;

/// One stream of a connection.
pub(crate) struct Stream {
    inner: Compat<yamux::Stream>,
    /// Its places, given back with it: in the connection, and maybe among streams of its kind.
    places: Vec<OwnedSemaphorePermit>,
}

impl Stream {
    /// Give back this as well when the stream ends.
    pub(crate) fn hold(&mut self, place: OwnedSemaphorePermit) {
        self.places.push(place);
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, to)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

type Wanted = oneshot::Sender<yamux::Stream>;

/// A connection.
pub(crate) struct Link {
    wanted: mpsc::Sender<Wanted>,
    places: Arc<Semaphore>,
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
        Self { wanted, places: Arc::new(Semaphore::new(MOST)), driver }
    }

    /// True until the connection breaks.
    pub(crate) fn is_alive(&self) -> bool {
        !self.wanted.is_closed()
    }

    /// A new stream. It waits while there are too many.
    pub(crate) async fn open(&self) -> io::Result<Stream> {
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| broken())?;
        let (order, stream) = oneshot::channel();
        self.wanted.send(order).await.map_err(|_| broken())?;
        let inner = stream.await.map_err(|_| broken())?.compat();
        Ok(Stream { inner, places: vec![place] })
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
            let mut served = false;
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
                served = true;
            }
            // Also between two orders: this is where streams that were let go of are taken out of the count.
            match connection.poll_next_inbound(context) {
                // A supervisor opens none.
                Poll::Ready(Some(Ok(_unasked))) => {}
                Poll::Ready(_) => return Poll::Ready(()),
                // There may be another order; if not, its coming must be heard of.
                Poll::Pending if served => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
}
