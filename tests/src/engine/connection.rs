//! One connection to the engine, with what is to go wrong on it.

use std::{
    io,
    os::unix::net::UnixListener,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::UnixStream,
    sync::watch,
};

use super::{Fault, Mode, Shared, request::Request};

/// Serve connections until dropped, and all of them with it.
pub(super) async fn serve(listener: UnixListener, shared: Arc<Shared>) {
    let listener = tokio::net::UnixListener::from_std(listener).unwrap();
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { continue };
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    let mut mode = shared.mode.subscribe();
                    tokio::select! {
                        // What breaks here is what the client sees.
                        _broken = pass(client, &shared) => {}
                        _down = mode.wait_for(|mode| *mode == Mode::Down) => {}
                    }
                });
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn pass(mut client: UnixStream, shared: &Shared) -> io::Result<()> {
    let mut mode = shared.mode.subscribe();
    up(&mut mode).await;
    let Some(request) = Request::read(&mut client).await? else { return Ok(()) };
    up(&mut mode).await;
    let Some(fault) = shared.due(request.operation) else {
        let mut engine = ask(shared, &request).await?;
        return both(&mut client, &mut engine, shared, u64::MAX).await;
    };
    // Where nothing more moves, the engine's side stays open.
    let mut stalled = None;
    let done = go_wrong(fault, &request, &mut client, &mut stalled, shared).await;
    // It has come, also for a client that hung up before it had read all of it.
    shared.hit();
    done?;
    match fault {
        Fault::Hang | Fault::HangAfter | Fault::StallAt(_) => gone(&mut client).await,
        _ => Ok(()),
    }
}

async fn go_wrong(
    fault: Fault,
    request: &Request,
    client: &mut UnixStream,
    stalled: &mut Option<UnixStream>,
    shared: &Shared,
) -> io::Result<()> {
    match fault {
        Fault::Refuse(status, message) => answer(client, status, &format!(r#"{{"message":"{message}"}}"#)).await,
        Fault::Close | Fault::Hang => Ok(()),
        Fault::Lose | Fault::HangAfter => whole(shared, request).await.map(drop),
        Fault::Half => {
            let all = whole(shared, request).await?;
            client.write_all(&all[..all.len() / 2]).await
        }
        Fault::Garbage => client.write_all(b"\x00\xff\x1b[2J neither a status nor a header\r\n\r\n").await,
        Fault::Nonsense => answer(client, 200, r#"[[{"Id":7,"nobody":["asked"]}]]"#).await,
        Fault::CutAt(bytes) | Fault::StallAt(bytes) => {
            let engine = stalled.insert(ask(shared, request).await?);
            both(client, engine, shared, bytes).await
        }
    }
}

async fn up(mode: &mut watch::Receiver<Mode>) {
    let _closed = mode.wait_for(|mode| *mode != Mode::Frozen).await;
}

/// Nothing is answered until the client gives up.
async fn gone(client: &mut UnixStream) -> io::Result<()> {
    let mut ignored = [0; 4096];
    while client.read(&mut ignored).await? > 0 {}
    Ok(())
}

async fn answer(client: &mut UnixStream, status: u16, body: &str) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} said by a test\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).await?;
    client.write_all(body.as_bytes()).await
}

async fn ask(shared: &Shared, request: &Request) -> io::Result<UnixStream> {
    let mut engine = UnixStream::connect(&shared.upstream).await?;
    engine.write_all(&request.bytes).await?;
    Ok(engine)
}

/// The whole answer, down to the end of the connection.
async fn whole(shared: &Shared, request: &Request) -> io::Result<Vec<u8>> {
    let mut engine = ask(shared, request).await?;
    let mut all = Vec::new();
    engine.read_to_end(&mut all).await?;
    Ok(all)
}

/// Pass bytes both ways until either side ends, or so many went through.
async fn both(client: &mut UnixStream, engine: &mut UnixStream, shared: &Shared, most: u64) -> io::Result<()> {
    let (from_client, to_client) = client.split();
    let (from_engine, to_engine) = engine.split();
    let left = AtomicU64::new(most);
    let asking = one_way(from_client, to_engine, shared.mode.subscribe(), &left);
    let answering = one_way(from_engine, to_client, shared.mode.subscribe(), &left);
    tokio::pin!(asking, answering);
    // A client may have said all it has to say; the answer is still to come. The other way round it is over.
    tokio::select! {
        done = &mut answering => return done,
        done = &mut asking => done?,
    }
    if left.load(Ordering::Relaxed) == 0 {
        return Ok(());
    }
    answering.await
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut mode: watch::Receiver<Mode>,
    left: &AtomicU64,
) -> io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut bytes).await?;
        up(&mut mode).await;
        let passed = count.min(usize::try_from(left.load(Ordering::Relaxed)).unwrap_or(usize::MAX));
        to.write_all(&bytes[..passed]).await?;
        left.fetch_sub(passed as u64, Ordering::Relaxed);
        if left.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        if count == 0 {
            return to.shutdown().await;
        }
    }
}
