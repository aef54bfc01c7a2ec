//! A second host in the same sandbox: file system, network, processes and engine of its own, beside the first one and
//! joined to it by a cable. It is made when an exercise asks for it, by a short-lived process that sits on the first host.
//! Its init is the same as the first one's, which passes work on to it and forgets it when it is gone.

use std::{
    io::Write as _,
    os::{
        fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd},
        unix::{net::UnixStream, process::CommandExt as _},
    },
    process::{Command, Stdio},
};

use nix::{
    sched::{CloneFlags, setns, unshare},
    sys::{
        socket::{AddressFamily, SockFlag, SockType, socketpair},
        wait::waitpid,
    },
    unistd::{ForkResult, Pid, fork},
};
use protocol::{Answer, HOSTS, Refusal, Setup};

use super::{WORK, confine, engine, environment, environment::ENVIRONMENT, groups, groups::Handed, mounts, serve};
use crate::{
    fault::{Doing as _, Fault},
    wire,
};

/// On the first host, with the second one's network namespace as descriptor 3: lay the cable, let root in there, print who
/// root here is. The kernel may still be about to take away the cable to an earlier second host, which has ended.
const FIRST: &str = r#"set -e
ip link delete eth0 2>/dev/null || true
ip link add eth0 type veth peer name eth0 netns /proc/self/fd/3
ip address add "$HERE/24" dev eth0
ip link set eth0 up
grep -q " $NAME\$" /etc/hosts || echo "$THERE $NAME" >>/etc/hosts
mkdir -p -m 700 /root/.ssh
[ -e /root/.ssh/id_ed25519 ] || ssh-keygen -q -t ed25519 -N '' -C root@sandbox -f /root/.ssh/id_ed25519
cat /root/.ssh/id_ed25519.pub"#;
/// On the second host, with that as stdin: its end of the cable and a server for root of the first one; print who it is.
/// There are no shadow passwords for PAM to look at, and nobody but the learner to keep from trying names.
const SECOND: &str = r#"set -e
ip address add "$HERE/24" dev eth0
ip link set eth0 up
hostname >/etc/hostname
sed -i "s/ $NAME$/ $(hostname)/" /etc/hosts
echo "$THERE $NAME" >>/etc/hosts
mkdir -p -m 700 /root/.ssh
cat >/root/.ssh/authorized_keys
mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -C root@second -f /etc/ssh/ssh_host_ed25519_key
/usr/sbin/sshd -o UsePAM=no -o PerSourcePenalties=no -o MaxStartups=100 -h /etc/ssh/ssh_host_ed25519_key
cat /etc/ssh/ssh_host_ed25519_key.pub"#;
/// On the first host again, with that as stdin: know it, so that the first login asks nothing.
const KNOWN: &str = r#"set -e
read -r kind key rest
ssh-keygen -q -R "$NAME" >/dev/null 2>&1 || true
echo "$NAME,$THERE $kind $key" >>/root/.ssh/known_hosts"#;

/// The second host, as the first one's init knows it.
pub(super) struct Second {
    /// The mount namespace to build its root in; `None` where there can be none.
    origin: Option<OwnedFd>,
    /// Whether it gets control groups of its own.
    handed: Handed,
    state: State,
}

enum State {
    NotMade,
    Making {
        /// The process that makes it.
        maker: Pid,
        /// The way to its init.
        control: UnixStream,
        /// Who waits for it.
        asker: UnixStream,
    },
    Made(UnixStream),
}

impl Second {
    /// One that can be made.
    pub(super) fn not_made(origin: OwnedFd, handed: Handed) -> Self {
        Self { origin: Some(origin), handed, state: State::NotMade }
    }

    /// In a process that does work for the learner: keep nothing open that leads outside.
    pub(super) fn close_origin(&mut self) {
        self.origin = None;
        self.state = State::NotMade;
    }

    /// The second host has no other.
    fn never() -> Self {
        Self { origin: None, handed: Handed::No, state: State::NotMade }
    }

    /// The way to its init, for who waits for its end.
    pub(super) fn control(&self) -> Option<BorrowedFd<'_>> {
        match &self.state {
            State::NotMade => None,
            State::Making { control, .. } | State::Made(control) => Some(control.as_fd()),
        }
    }

    /// Make it, unless it is there. Returns at once; the answer comes when work can be passed on to it.
    pub(super) fn make(&mut self, setup: &Setup, mut asker: UnixStream) {
        let answer = match (&self.state, &self.origin) {
            (State::Made(_), _) => Answer::Done,
            (State::Making { .. }, _) => wire::refusal(Refusal::System, "the second host is just being made"),
            (State::NotMade, None) => wire::refusal(Refusal::Invalid, "a second host has no other"),
            (State::NotMade, Some(origin)) => match begin(setup, self.handed, origin.as_fd(), &mut asker) {
                Ok((maker, control)) => {
                    self.state = State::Making { maker, control, asker };
                    return;
                }
                Err(fault) => wire::refusal(Refusal::System, fault.chain()),
            },
        };
        // Who is gone needs no answer.
        let _answered = wire::answer(&mut asker, &answer);
    }

    /// Let its init do a piece of work. Where it cannot, the closed socket tells.
    pub(super) fn pass_on(&self, work: &UnixStream) {
        if let State::Made(control) = &self.state
            && let Err(error) = wire::send_fd(control.as_fd(), &[WORK], work.as_fd())
        {
            eprintln!("supervisor: the second host takes no work: {error}");
        }
    }

    /// Its init has said something, of its engine, which nobody asks for; or has ended.
    pub(super) fn hear(&mut self) {
        let (State::Making { control, .. } | State::Made(control)) = &self.state else { return };
        let mut byte = [0];
        match wire::receive_fd(control.as_raw_fd(), &mut byte) {
            Ok((length, _)) if length > 0 => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            _ => self.state = State::NotMade,
        }
    }

    /// A child has ended: perhaps the one that made it.
    pub(super) fn ended(&mut self, pid: Pid, well: bool) {
        self.state = match std::mem::replace(&mut self.state, State::NotMade) {
            State::Making { maker, control, mut asker } if maker == pid && well => {
                // Who is gone needs no answer.
                let _answered = wire::answer(&mut asker, &Answer::Done);
                State::Made(control)
            }
            // It has said why not. The init ends with the control socket.
            State::Making { maker, .. } if maker == pid => State::NotMade,
            other => other,
        };
    }
}

/// Start the process that makes it, and answers where it cannot; it, and the way to the init.
fn begin(
    setup: &Setup,
    handed: Handed,
    origin: BorrowedFd<'_>,
    asker: &mut UnixStream,
) -> Result<(Pid, UnixStream), Fault> {
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
        .doing("make the second host's socket")?;
    // SAFETY: this process has one thread.
    match unsafe { fork() }.doing("fork")? {
        ForkResult::Parent { child } => {
            let control = UnixStream::from(ours);
            // One that the learner has stopped must not hold the first host up.
            control.set_nonblocking(true).doing("set a socket up")?;
            Ok((child, control))
        }
        ForkResult::Child => {
            drop(ours);
            let outcome = make(setup, handed, origin, theirs);
            if let Err(fault) = &outcome {
                // Who is gone needs no answer.
                let _answered = wire::answer(asker, &wire::refusal(Refusal::System, fault.chain()));
            }
            std::process::exit(i32::from(outcome.is_err()));
        }
    }
}

/// In the process that makes it.
fn make(setup: &Setup, handed: Handed, origin: BorrowedFd<'_>, control: OwnedFd) -> Result<(), Fault> {
    let (mut here, there) = UnixStream::pair().doing("make a pair of sockets")?;
    // SAFETY: this process has one thread.
    let parent = match unsafe { fork() }.doing("fork")? {
        ForkResult::Child => {
            drop(here);
            let outcome = enter(setup, handed, origin, control, there);
            if let Err(fault) = &outcome {
                eprintln!("supervisor: second host: {}", fault.chain());
            }
            std::process::exit(i32::from(outcome.is_err()));
        }
        ForkResult::Parent { child } => child,
    };
    drop((there, control));
    let (_, network) = wire::receive_fd(here.as_raw_fd(), &mut [0]).doing("wait for the second host")?;
    waitpid(parent, None).doing("wait for the second host's namespaces")?;
    let network = network.ok_or_else(|| Fault::Peer("the second host has no network".to_owned()))?;
    let key = script(FIRST, 0, Some(network.as_fd()), &[])?;
    drop(network);
    send(&mut here, &key)?;
    let host_key = receive(&mut here)?;
    script(KNOWN, 0, None, &host_key)?;
    Ok(())
}

/// Make the namespaces and leave its init behind in them; hand out the network's.
fn enter(
    setup: &Setup,
    handed: Handed,
    origin: BorrowedFd<'_>,
    control: OwnedFd,
    maker: UnixStream,
) -> Result<(), Fault> {
    // While the first host's view of them is there.
    let host = (handed == Handed::Over).then(groups::enter_second).transpose()?;
    setns(origin, CloneFlags::CLONE_NEWNS).doing("enter the mount namespace of before")?;
    // The second host's init has no use for it. Its owner is on the stack of a function that this process never returns to.
    nix::unistd::close(origin.as_raw_fd()).doing("close the mount namespace of before")?;
    unshare(
        CloneFlags::CLONE_NEWNS
            | CloneFlags::CLONE_NEWPID
            | CloneFlags::CLONE_NEWNET
            | CloneFlags::CLONE_NEWIPC
            | CloneFlags::CLONE_NEWUTS
            | CloneFlags::CLONE_NEWCGROUP,
    )
    .doing("make the second host's namespaces")?;
    host.as_ref().map_or(Ok(()), crate::groups::enter)?;
    drop(host);
    // Not by its init's number: nobody may look into that process, so nobody finds its namespace by it.
    let network = std::fs::File::open("/proc/self/ns/net").doing("look at the second host's network")?;
    wire::send_fd(maker.as_fd(), &[0], network.as_fd()).doing("hand out the second host's network")?;
    drop(network);
    // SAFETY: this process has one thread.
    match unsafe { fork() }.doing("fork")? {
        ForkResult::Child => {
            if let Err(fault) = init(setup, handed, control, maker) {
                eprintln!("supervisor: second host: {}", fault.chain());
            }
            std::process::exit(1);
        }
        ForkResult::Parent { .. } => Ok(()),
    }
}

/// Be PID 1 of the second host. Returns only on a fault, or when the first one lets go of it.
fn init(setup: &Setup, handed: Handed, control: OwnedFd, mut maker: UnixStream) -> Result<(), Fault> {
    mounts::enter_root(setup, handed)?;
    let (name, _) = HOSTS[1];
    environment::raise(setup, name)?;
    let key = receive(&mut maker)?;
    let host_key = script(SECOND, 1, None, &key)?;
    send(&mut maker, &host_key)?;
    drop(maker);
    serve(setup, control, Second::never())
}

fn send(to: &mut UnixStream, bytes: &[u8]) -> Result<(), Fault> {
    let frame = protocol::encode(bytes).map_err(|error| Fault::Peer(error.to_string()))?;
    to.write_all(&frame).doing("speak to the other host")
}

fn receive(from: &mut UnixStream) -> Result<Vec<u8>, Fault> {
    wire::read_frame(from)
}

/// Run a script on one of the hosts, of which it knows both addresses and the other's name, perhaps with a descriptor as
/// its number 3; what it prints.
fn script(text: &str, at: usize, third: Option<BorrowedFd<'_>>, stdin: &[u8]) -> Result<Vec<u8>, Fault> {
    let [here, there] = if at == 0 { HOSTS } else { [HOSTS[1], HOSTS[0]] };
    let mut command = Command::new("/bin/sh");
    command.args(["-c", text]).env_clear().envs(ENVIRONMENT).current_dir("/");
    command.env("HERE", here.1).env("THERE", there.1).env("NAME", there.0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    // SAFETY: the closures make system calls only and allocate nothing.
    unsafe { command.pre_exec(engine::unblock_signals).pre_exec(confine::keep_open_files_low) };
    if let Some(third) = third.map(|third| third.as_raw_fd()) {
        // SAFETY: as above. The number is this process's own to give: nothing of what becomes a program lies there.
        unsafe { command.pre_exec(move || engine::hand_over(third)) };
    }
    let mut child = command.spawn().doing("start a script that joins hosts")?;
    if let Some(mut to) = child.stdin.take() {
        // What does not read it says why in its own words.
        let _written = to.write_all(stdin);
    }
    let ended = child.wait_with_output().doing("wait for a script that joins hosts")?;
    if ended.status.success() {
        return Ok(ended.stdout);
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(std::io::Error::other(format!("{}: {}", ended.status, said.trim()))).doing("join the hosts")
}
