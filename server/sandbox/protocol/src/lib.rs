//! What the server and a sandbox's supervisor say to each other, over one multiplexed byte stream (yamux).
//! Invariant: both sides bound everything they read; neither believes a length that the other sends.
//!
//! A stream opens with one frame holding a [`Request`]; the supervisor answers with one frame holding an
//! [`Answer`]. What follows depends on the request and is documented there.

mod frame;
mod request;

pub use frame::{FrameError, MAX_FRAME, decode_length, encode, from_frame, to_frame};
pub use request::{
    Answer, EngineState, FileKind, FileMeta, Hello, ListeningPort, NewFile, Ran, Refusal, Request, Stats, TerminalInfo,
};

/// Version of the protocol; the server ends sandboxes that speak another one.
pub const VERSION: u32 = 4;

/// Bytes that a terminal's ring buffer keeps for replay.
pub const RING_BYTES: usize = 256 * 1024;

/// The most streams at once on one connection.
pub const STREAMS: usize = 256;

/// The most bytes in flight in one direction of a connection: what yamux grants each stream at first, and some more.
pub const IN_FLIGHT: usize = 72 * 1024 * 1024;

/// Most bytes kept of each of stdout and stderr of a program that the server runs: 64 KiB. Both fit a frame also when
/// every byte is written as an escape of six.
pub const MAX_OUTPUT: usize = 64 * 1024;

/// Most bytes of stdin for a program that the server runs: 1 MiB.
pub const MAX_STDIN: u64 = 1024 * 1024;

/// Path of the supervisor's socket in the outer container, on a tmpfs that only the supervisor and [`VISITOR`] may enter.
pub const SOCKET: &str = "/run/sandbox/control.sock";

/// Path of the supervisor's own binary in the image.
pub const BINARY: &str = "/sandbox/supervisor";

/// First of the unprivileged uids that supervisors have, and their number. Each sandbox has one of its own, for what the
/// kernel counts by user: namespaces, inotify instances, message queues. No system's own users lie here, nor subordinate ones.
pub const OWNERS: (u32, u32) = (66_000, 32_000);

/// The unprivileged uid and gid of who connects to a supervisor, and the supervisor's gid.
pub const VISITOR: u32 = 65_532;

/// First id of the range that the learner's ids are mapped to, and the range's length.
pub const ID_RANGE: (u32, u32) = (100_000, 65_536);

/// The learner's working folder.
pub const WORK_DIR: &str = "/root/work";

/// Host names and addresses in a sandbox's own network: the one that the learner sits at, and the second one, when there is one.
pub const HOSTS: [(&str, &str); 2] = [("sandbox", "192.168.50.1"), ("second", "192.168.50.2")];

/// Environment variable with the [`Setup`] document for the supervisor.
pub const SETUP_VAR: &str = "DRYDOCK_SETUP";

/// What the supervisor is told at its start.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Setup {
    /// The uid to become, one of [`OWNERS`].
    pub owner: u32,
    /// When to end, Unix seconds.
    pub deadline: i64,
    /// Size of the engine's data root, MiB.
    pub data_mib: u32,
    /// Size of what the learner may change in the file system outside of it, MiB.
    pub root_mib: u32,
    /// Size of `/tmp`, MiB.
    pub tmp_mib: u32,
    /// Open files of one process.
    pub open_files: u32,
    /// The largest file, MiB.
    pub largest_file_mib: u32,
    /// Make the golden volume instead of serving a learner.
    #[serde(default)]
    pub golden: bool,
    /// The kernel is gVisor's.
    #[serde(default)]
    pub gvisor: bool,
}

/// What an attached terminal's stream carries from the supervisor, each in a frame: the first byte tells which.
pub mod output {
    /// `[DATA][offset: u64 big-endian][bytes]`.
    pub const DATA: u8 = 0;
    /// `[GAP][from: u64][to: u64]`: these bytes are lost.
    pub const GAP: u8 = 1;
    /// `[EXITED][code: i32]`: the shell has ended; nothing follows.
    pub const EXITED: u8 = 2;
}

/// What an attached terminal's stream carries to the supervisor, each in a frame.
pub mod input {
    /// `[DATA][bytes]`.
    pub const DATA: u8 = 0;
    /// `[RESIZE][cols: u16][rows: u16]`.
    pub const RESIZE: u8 = 1;
}
