//! `supervisor connect`: joins the caller's standard streams to the supervisor's socket.
//! The server starts it through the outer engine, as the unprivileged owner.

use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
};

use crate::fault::{Doing as _, Fault};

pub(crate) fn connect() -> Result<(), Fault> {
    let socket = UnixStream::connect(protocol::SOCKET).doing("connect to the supervisor")?;
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

fn copy(from: &mut impl Read, to: &mut impl Write) {
    let mut buffer = vec![0; 32 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 || to.write_all(&buffer[..length]).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}
