//! `supervisor connect`: joins the caller's standard streams to the supervisor's socket.
//! The server starts it through the outer engine, as the unprivileged visitor.

use std::{
    io::{ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    time::{Duration, Instant},
};

use crate::fault::{Doing as _, Fault};

/// To wait for the socket of a supervisor that is about to start.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn connect() -> Result<(), Fault> {
    let socket = reach().doing("connect to the supervisor")?;
    let mut to = socket.try_clone().doing("share the socket")?;
    let mut from = socket;
    std::thread::spawn(move || {
        copy(&mut std::io::stdin().lock(), &mut to);
        // The server closed its side; the supervisor must see that.
        let _gone = to.shutdown(std::net::Shutdown::Write);
    });
    copy(&mut from, &mut std::io::stdout().lock());
    Ok(())
}

/// A container that has just been started may not have its socket yet, or not have opened it to visitors.
fn reach() -> std::io::Result<UnixStream> {
    let early = [ErrorKind::NotFound, ErrorKind::ConnectionRefused, ErrorKind::PermissionDenied];
    let deadline = Instant::now() + PATIENCE;
    loop {
        match UnixStream::connect(protocol::SOCKET) {
            Err(error) if early.contains(&error.kind()) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(2));
            }
            other => return other,
        }
    }
}

fn copy(from: &mut impl Read, to: &mut impl Write) {
    let mut buffer = vec![0; 32 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 || to.write_all(&buffer[..length]).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}
