//! A terminal: a new PTY whose master is handed out, and a login shell on its other end.

use std::{
    os::{
        fd::{AsFd as _, AsRawFd as _, OwnedFd},
        unix::{net::UnixStream, process::CommandExt as _, process::ExitStatusExt as _},
    },
    process::Command,
};

use nix::{
    fcntl::{FcntlArg, FdFlag, fcntl},
    pty::{OpenptyResult, Winsize, openpty},
};
use protocol::{Answer, WORK_DIR};

use super::super::{confine, environment::ENVIRONMENT};
use crate::{
    fault::{Doing as _, Fault},
    wire,
};

pub(super) fn open(mut socket: UnixStream, cols: u16, rows: u16) -> Result<(), Fault> {
    let size = Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 };
    let OpenptyResult { master, slave } = match openpty(Some(&size), None) {
        Ok(pair) => pair,
        Err(error) => return wire::answer(&mut socket, &wire::refused("open a terminal", &error.into())),
    };
    // The shell must not hold the master: it would get no SIGHUP when the terminal is closed, and could change how the
    // outer side's reads behave, for the flags of an open file are shared. This process has one thread, so nothing is
    // started in between.
    for end in [&master, &slave] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).doing("set a terminal up")?;
    }
    let mut child = match shell(&slave).spawn() {
        Ok(child) => child,
        Err(error) => return wire::answer(&mut socket, &wire::refused("start a shell", &error)),
    };
    drop(slave);
    confine::end_first(&child);
    confine::hand_out_in_any_case()?;
    let frame = protocol::to_frame(&Answer::Done).map_err(|error| Fault::Peer(error.to_string()))?;
    wire::send_fd(socket.as_fd(), &frame, master.as_fd()).doing("hand a terminal out")?;
    // The outer side alone holds it now; when it closes it, the shell gets SIGHUP.
    drop(master);
    let status = child.wait().doing("wait for a shell")?;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    std::io::Write::write_all(&mut socket, &code.to_be_bytes()).doing("tell of a shell's end")
}

fn shell(slave: &OwnedFd) -> Command {
    let mut command = Command::new("/bin/bash");
    command.arg("--login").env_clear().envs(ENVIRONMENT).env("COLORTERM", "truecolor").current_dir(WORK_DIR);
    let slave = slave.as_raw_fd();
    // SAFETY: the closure makes system calls only and allocates nothing.
    unsafe {
        command.pre_exec(move || {
            nix::unistd::setsid()?;
            if libc::ioctl(slave, libc::TIOCSCTTY, 0) < 0 {
                return Err(std::io::Error::last_os_error());
            }
            for standard in 0..=2 {
                if libc::dup2(slave, standard) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
            }
            confine::keep_open_files_low()
        });
    }
    command
}
