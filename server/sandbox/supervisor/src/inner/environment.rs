//! Host name, loopback, and the environment that the learner's programs get.

use protocol::Setup;

use crate::fault::{Doing as _, Fault};

/// The environment of shells, of programs that the server runs, and of the engine.
pub(super) const ENVIRONMENT: [(&str, &str); 7] = [
    ("HOME", "/root"),
    ("USER", "root"),
    ("LOGNAME", "root"),
    ("SHELL", "/bin/bash"),
    ("LANG", "C.UTF-8"),
    ("TERM", "xterm-256color"),
    ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
];

/// Name the host and raise its loopback.
pub(super) fn raise(setup: &Setup, name: &str) -> Result<(), Fault> {
    nix::unistd::sethostname(name).doing("name the host")?;
    // gVisor's is up from the start, and cannot be raised.
    if setup.gvisor { Ok(()) } else { raise_loopback() }
}

/// `ip link set lo up`.
fn raise_loopback() -> Result<(), Fault> {
    use std::os::fd::AsRawFd as _;

    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
    let socket =
        socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None).doing("make a socket")?;
    // SAFETY: zero is a valid value of every field.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = libc::c_char::try_from(*from).unwrap_or_default();
    }
    request.ifr_ifru.ifru_flags = i16::try_from(libc::IFF_UP).unwrap_or_default();
    // SAFETY: the request is a whole ifreq and outlives the call.
    let outcome = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    if outcome == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()).doing("raise loopback") }
}
