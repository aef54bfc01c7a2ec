//! The outer side: PID 1 of the container, an ordinary user without capabilities once set up.
//! It owns the terminals and the deadline; whatever touches the learner's files runs on the inner side.

use std::os::unix::net::UnixStream;

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use protocol::Setup;

use crate::fault::{Doing as _, Fault};

mod control;
mod deadline;
mod delegation;
mod inner_link;
mod namespaces;
mod privilege;
mod ring;
mod terminal;

/// Become PID 1: make the inner namespaces, give up privilege, serve until the deadline.
pub(crate) fn init() -> Result<(), Fault> {
    let setup = std::env::var(protocol::SETUP_VAR).map_err(|error| Fault::Setup(error.to_string()))?;
    let setup: Setup = serde_json::from_str(&setup).map_err(|error| Fault::Setup(error.to_string()))?;
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
        .doing("make the inner socket")?;
    if setup.golden {
        privilege::open_golden_folder()?;
    }
    // Of gVisor the groups are its own, and nobody else's kernel keeps to them.
    let groups = if setup.gvisor { None } else { delegation::part() };
    privilege::become_owner(setup.owner)?;
    namespaces::start_inner(&setup, groups, theirs, &ours)?;
    privilege::give_up()?;
    let deadline = deadline::Deadline::new(setup.deadline);
    deadline.guard()?;
    let link = inner_link::InnerLink::new(UnixStream::from(ours));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().doing("start the event loop")?;
    tokio::task::LocalSet::new().block_on(&runtime, control::serve(deadline, link))
}
