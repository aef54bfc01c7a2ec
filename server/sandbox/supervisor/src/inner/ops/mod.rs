//! Work on the learner's side: each runs in a process of its own, as the learner's root, within its file system.

use std::os::unix::net::UnixStream;

use protocol::{Refusal, Request};

use crate::{fault::Fault, wire};

mod dial;
mod files;
mod ports;
mod run;
mod stats;
mod terminal;
mod tree;
mod watch;

/// Read one request and do it.
pub(super) fn serve(mut socket: UnixStream) -> Result<(), Fault> {
    let frame = wire::read_frame(&mut socket)?;
    let request: Request = protocol::from_frame(&frame).map_err(|error| Fault::Peer(error.to_string()))?;
    let answer = match request {
        Request::Run { argv, env, cwd, user, stdin_size, timeout_ms, output_limit } => {
            let program = run::Program { argv, env, cwd, user, timeout_ms, output_limit };
            run::run(&program, stdin_size, &mut socket)
        }
        Request::OpenTerminal { cols, rows, .. } => return terminal::open(socket, cols, rows),
        Request::DialEngine => return dial::engine(&mut socket),
        Request::DialTcp { host, port } => return dial::tcp(&mut socket, host.as_deref(), port),
        Request::PutFiles { files } => files::put(&mut socket, &files),
        Request::GetFile { path, limit } => return files::get(&mut socket, &path, limit),
        Request::Stat { path } => files::stat(&path),
        Request::Remove { path } => files::remove(&path),
        Request::Tree { path, limit } => tree::tree(&path, limit),
        Request::Watch { path } => return watch::watch(&mut socket, &path),
        Request::Ports => ports::ports(),
        Request::Stats => stats::stats(),
        _ => wire::refusal(Refusal::Invalid, "this is not for the inner side"),
    };
    wire::answer(&mut socket, &answer)
}
