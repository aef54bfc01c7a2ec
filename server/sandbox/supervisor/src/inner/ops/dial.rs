//! Connections made on the learner's side and handed out as file descriptors.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    os::{
        fd::{AsFd as _, BorrowedFd},
        unix::net::UnixStream,
    },
    time::Duration,
};

use protocol::{Answer, Refusal};

use super::super::{confine, engine::SOCKET};
use crate::{
    fault::{Doing as _, Fault},
    wire,
};

/// Ports of the learner's services answer at once or not at all.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn engine(socket: &mut UnixStream) -> Result<(), Fault> {
    match UnixStream::connect(SOCKET) {
        Ok(made) => hand_out(socket, made.as_fd()),
        Err(error) => wire::answer(socket, &wire::refused("reach the engine", &error)),
    }
}

pub(super) fn tcp(socket: &mut UnixStream, host: Option<&str>, port: u16) -> Result<(), Fault> {
    let host = match host.map(str::parse::<Ipv4Addr>) {
        None => Ipv4Addr::LOCALHOST,
        Some(Ok(host)) => host,
        Some(Err(_)) => {
            return wire::answer(socket, &wire::refusal(Refusal::Invalid, "the host is not an IPv4 address"));
        }
    };
    match TcpStream::connect_timeout(&SocketAddr::new(IpAddr::V4(host), port), PATIENCE) {
        Ok(made) => hand_out(socket, made.as_fd()),
        Err(error) => {
            let message = format!("nothing takes connections on {host}:{port}: {error}");
            wire::answer(socket, &wire::refusal(Refusal::NotFound, message))
        }
    }
}

fn hand_out(socket: &UnixStream, made: BorrowedFd<'_>) -> Result<(), Fault> {
    confine::hand_out_in_any_case()?;
    let frame = protocol::to_frame(&Answer::Done).map_err(|error| Fault::Peer(error.to_string()))?;
    wire::send_fd(socket.as_fd(), &frame, made).doing("hand a connection out")
}
