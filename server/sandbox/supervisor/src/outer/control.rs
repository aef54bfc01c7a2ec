//! The control socket: connections, their multiplexed streams, one request a stream.
//! Invariant: what a stream asks of the learner's side is done by a process of that side.

use std::{future::poll_fn, os::unix::fs::PermissionsExt as _, rc::Rc, time::Duration};

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use protocol::{Answer, EngineState, Hello, Refusal, Request};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::watch,
    task::spawn_local,
};
use tokio_util::compat::{FuturesAsyncReadCompatExt as _, TokioAsyncReadCompatExt as _};

use super::{
    deadline::Deadline,
    inner_link::{InnerLink, Work},
    privilege,
    terminal::Terminals,
};
use crate::{
    fault::{Doing as _, Fault},
    wire,
};

/// The inner side hands a terminal or a connection out, or stops its engine, within this time. What does so runs beside
/// the learner's programs, who may have stopped it.
const PATIENCE: Duration = Duration::from_secs(10);

/// A second host is there within this time: it makes keys, and waits for no engine.
const ANOTHER_HOST: Duration = Duration::from_secs(30);

/// What all connections share.
pub(super) struct Shared {
    pub(super) link: InnerLink,
    boot: String,
    deadline: Deadline,
    engine: watch::Sender<EngineState>,
    terminals: Terminals,
}

impl Shared {
    /// Returns when the engine is no longer what it was: whoever waits for it then waits for the new one.
    async fn restart_engine(&self) -> Answer {
        let mut engine = self.engine.subscribe();
        if let Err(fault) = self.link.restart_engine() {
            return wire::refusal(Refusal::System, fault.chain());
        }
        let stopped = engine.wait_for(|state| *state == EngineState::Stopped);
        match tokio::time::timeout(PATIENCE, stopped).await {
            Ok(Ok(_)) => Answer::Done,
            _ => wire::refusal(Refusal::System, "the engine does not stop"),
        }
    }

    fn wake_engine(&self) -> Answer {
        if *self.engine.borrow() != EngineState::Asleep {
            return Answer::Done;
        }
        match self.link.wake_engine() {
            Ok(()) => Answer::Done,
            Err(fault) => wire::refusal(Refusal::System, fault.chain()),
        }
    }

    async fn hello(&self) -> Hello {
        Hello {
            version: protocol::VERSION,
            boot: self.boot.clone(),
            deadline: self.deadline.get(),
            engine: *self.engine.borrow(),
            unprivileged: privilege::nobody_is_root().await,
        }
    }
}

/// Serve until the deadline, the container's stop, or the end of the inner side.
pub(super) async fn serve(deadline: Deadline, link: InnerLink) -> Result<(), Fault> {
    // The socket is from the last run when a stopped container is started again.
    match std::fs::remove_file(protocol::SOCKET) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).doing("remove the old socket"),
        _ => {}
    }
    let listener = UnixListener::bind(protocol::SOCKET).doing("bind the control socket")?;
    // For who connects: of the same group, and not the same user.
    std::fs::set_permissions(protocol::SOCKET, std::fs::Permissions::from_mode(0o660))
        .doing("close the socket to others")?;
    let shared = Rc::new(Shared {
        link,
        boot: random_id()?,
        deadline,
        engine: watch::Sender::new(EngineState::Asleep),
        terminals: Terminals::default(),
    });
    let accept = async {
        loop {
            let (socket, _) = listener.accept().await.doing("accept a connection")?;
            spawn_local(connection(Rc::clone(&shared), socket));
        }
    };
    tokio::select! {
        outcome = accept => outcome,
        outcome = shared.link.follow(&shared.engine) => outcome,
        () = shared.deadline.passed() => Ok(()),
        () = told_to_stop() => Ok(()),
    }
}

/// 128 random bits. Not the kernel's own `random/uuid`, which gVisor has not.
fn random_id() -> Result<String, Fault> {
    use std::io::Read as _;
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .doing("read a random id")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The container's stop.
async fn told_to_stop() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

async fn connection(shared: Rc<Shared>, socket: UnixStream) {
    let mut config = yamux::Config::default();
    config.set_max_num_streams(protocol::STREAMS);
    config.set_max_connection_receive_window(Some(protocol::IN_FLIGHT));
    let mut connection = yamux::Connection::new(socket.compat(), config, yamux::Mode::Server);
    while let Some(Ok(stream)) = poll_fn(|context| connection.poll_next_inbound(context)).await {
        let shared = Rc::clone(&shared);
        spawn_local(async move {
            if let Err(fault) = serve_stream(&shared, stream).await {
                eprintln!("supervisor: {}", fault.chain());
            }
        });
    }
}

async fn serve_stream(shared: &Rc<Shared>, mut stream: yamux::Stream) -> Result<(), Fault> {
    let frame = read_frame(&mut stream).await?;
    let request: Request = match protocol::from_frame(&frame) {
        Ok(request) => request,
        Err(error) => return answer(&mut stream, &wire::refusal(Refusal::Invalid, error.to_string())).await,
    };
    match request {
        Request::Hello => answer(&mut stream, &Answer::Hello(shared.hello().await)).await,
        Request::WakeEngine => answer(&mut stream, &shared.wake_engine()).await,
        Request::FollowEngine => {
            answer(&mut stream, &Answer::Done).await?;
            follow_engine(shared.engine.subscribe(), stream).await
        }
        Request::WaitForEngine { timeout_ms } => {
            if let refused @ Answer::Refused { .. } = shared.wake_engine() {
                return answer(&mut stream, &refused).await;
            }
            let mut engine = shared.engine.subscribe();
            let ready = engine.wait_for(|state| *state == EngineState::Ready);
            // Whether it came or the time is over, the answer tells the state.
            let _waited = tokio::time::timeout(Duration::from_millis(timeout_ms), ready).await.map(drop);
            answer(&mut stream, &Answer::Hello(shared.hello().await)).await
        }
        Request::Extend { deadline } => {
            shared.deadline.set(deadline);
            answer(&mut stream, &Answer::Done).await
        }
        Request::RestartEngine => answer(&mut stream, &shared.restart_engine().await).await,
        Request::Terminals => answer(&mut stream, &Answer::Terminals { terminals: shared.terminals.list() }).await,
        Request::OpenTerminal { terminal, cols, rows } => {
            let opened = shared.terminals.open(&shared.link, terminal, cols, rows).await;
            answer(&mut stream, &opened).await
        }
        Request::CloseTerminal { terminal } => answer(&mut stream, &shared.terminals.close(terminal)).await,
        Request::Attach { terminal, from } => match shared.terminals.get(terminal) {
            Some(terminal) => {
                answer(&mut stream, &Answer::Done).await?;
                terminal.serve(stream, from, || drop(shared.wake_engine())).await
            }
            None => answer(&mut stream, &wire::refusal(Refusal::NotFound, "there is no such terminal")).await,
        },
        Request::AddHost => answer(&mut stream, &add_host(shared).await).await,
        Request::OfSecond { request } if matches!(*request, Request::OpenTerminal { .. }) => {
            answer(&mut stream, &wire::refusal(Refusal::Invalid, "terminals are the first host's")).await
        }
        Request::OfSecond { request } => pass_on(shared, stream, Work::OfSecond, &request).await,
        inner => pass_on(shared, stream, Work::OfFirst, &inner).await,
    }
}

/// Tell where the engine stands, now and at every change, until the other side hangs up.
async fn follow_engine(mut engine: watch::Receiver<EngineState>, stream: yamux::Stream) -> Result<(), Fault> {
    let (mut incoming, mut outgoing) = stream.split();
    let tell = async {
        loop {
            let state = *engine.borrow_and_update();
            let frame = protocol::to_frame(&state).map_err(|error| Fault::Peer(error.to_string()))?;
            outgoing.write_all(&frame).await.doing("tell of the engine")?;
            outgoing.flush().await.doing("tell of the engine")?;
            if engine.changed().await.is_err() {
                return Ok(());
            }
        }
    };
    let mut byte = [0];
    tokio::select! {
        outcome = tell => outcome,
        // Nothing is expected from there but its end.
        _ended = incoming.read(&mut byte) => Ok(()),
    }
}

/// Let the inner side make the second host; waits until it is there.
async fn add_host(shared: &Shared) -> Answer {
    let outcome = async {
        let socket = UnixStream::from_std(shared.link.open(Work::AddHost)?).doing("set a socket up")?;
        let mut socket = socket.compat();
        let said = tokio::time::timeout(ANOTHER_HOST, read_frame(&mut socket)).await;
        let said = said.map_err(|_| Fault::Peer("the second host is not there in time".to_owned()))??;
        protocol::from_frame(&said).map_err(|error| Fault::Peer(error.to_string()))
    };
    outcome.await.unwrap_or_else(|fault: Fault| wire::refusal(Refusal::System, fault.chain()))
}

/// Let the inner side do it: join the stream to a process there, or to the connection that it made.
async fn pass_on(shared: &Shared, mut stream: yamux::Stream, to: Work, request: &Request) -> Result<(), Fault> {
    use tokio::io::AsyncWriteExt as _;
    let socket = match shared.link.open(to) {
        Ok(socket) => socket,
        Err(fault) => return answer(&mut stream, &wire::refusal(Refusal::System, fault.chain())).await,
    };
    let mut socket = UnixStream::from_std(socket).doing("set a socket up")?;
    let frame = protocol::to_frame(request).map_err(|error| Fault::Peer(error.to_string()))?;
    socket.write_all(&frame).await.doing("pass a request on")?;
    if matches!(request, Request::DialEngine | Request::DialTcp { .. }) {
        let (reply, dialled) = match receive(&socket).await {
            Ok(received) => received,
            Err(fault) => return answer(&mut stream, &wire::refusal(Refusal::System, fault.chain())).await,
        };
        stream.write_all(&reply).await.doing("answer")?;
        stream.flush().await.doing("answer")?;
        let Some(dialled) = dialled else { return Ok(()) };
        // A stream socket of any family: the calls used on it are the same.
        let dialled = std::os::unix::net::UnixStream::from(dialled);
        dialled.set_nonblocking(true).doing("set a socket up")?;
        socket = UnixStream::from_std(dialled).doing("set a socket up")?;
    }
    let mut stream = stream.compat();
    // Either side may break off at any time; that ends the stream and is no fault.
    let _ended = tokio::io::copy_bidirectional(&mut stream, &mut socket).await;
    Ok(())
}

/// One message with the file descriptor that came with it.
type Received = (Vec<u8>, Option<std::os::fd::OwnedFd>);

/// The answer of a process of the inner side.
pub(super) async fn receive(socket: &UnixStream) -> Result<Received, Fault> {
    match tokio::time::timeout(PATIENCE, receive_message(socket)).await {
        Ok(received) => received,
        Err(_) => Err(Fault::Peer("the inner side did not answer in time".to_owned())),
    }
}

async fn receive_message(socket: &UnixStream) -> Result<Received, Fault> {
    use std::os::fd::AsRawFd as _;
    let mut buffer = vec![0; 4096];
    loop {
        socket.readable().await.doing("wait for the inner side")?;
        match socket.try_io(tokio::io::Interest::READABLE, || wire::receive_fd(socket.as_raw_fd(), &mut buffer)) {
            Ok((0, _)) => return Err(Fault::Peer("the inner side did not answer".to_owned())),
            Ok((length, fd)) => {
                buffer.truncate(length);
                return Ok((buffer, fd));
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error).doing("hear the inner side"),
        }
    }
}

/// Read one frame of a stream.
pub(super) async fn read_frame(stream: &mut (impl futures::AsyncRead + Unpin)) -> Result<Vec<u8>, Fault> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.doing("read a frame")?;
    let length = protocol::decode_length(head).map_err(|error| Fault::Peer(error.to_string()))?;
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.doing("read a frame")?;
    Ok(bytes)
}

async fn answer(stream: &mut yamux::Stream, answer: &Answer) -> Result<(), Fault> {
    let frame = protocol::to_frame(answer).map_err(|error| Fault::Peer(error.to_string()))?;
    stream.write_all(&frame).await.doing("answer")?;
    stream.flush().await.doing("answer")?;
    Ok(())
}
