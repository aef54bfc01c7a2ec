//! Requests and answers. A closed set; an older supervisor refuses what it does not know.

use serde::{Deserialize, Serialize};

/// What the server asks. Paths are absolute within the learner's file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Request {
    /// Who is there. Answer: [`Answer::Hello`].
    Hello,
    /// Move the deadline. Answer: [`Answer::Done`].
    Extend {
        /// Unix seconds.
        deadline: i64,
    },
    /// Answer: [`Answer::Stats`].
    Stats,
    /// Answer: [`Answer::Terminals`].
    Terminals,
    /// Open a terminal with a login shell in the working folder; at most 8. Answer: [`Answer::Done`].
    OpenTerminal {
        /// Its number, 0–7, not open yet.
        terminal: u8,
        /// Columns, 1–500.
        cols: u16,
        /// Rows, 1–500.
        rows: u16,
    },
    /// Take part in a terminal. Answer: [`Answer::Done`], then frames of `output` here and of `input` there.
    Attach {
        /// Its number.
        terminal: u8,
        /// First byte wanted; older ones than the ring holds come as a gap.
        from: u64,
    },
    /// End a terminal's processes. Answer: [`Answer::Done`].
    CloseTerminal {
        /// Its number.
        terminal: u8,
    },
    /// Start the engine if it sleeps, and wait until it answers, at most so long. Answer: [`Answer::Hello`], whatever
    /// became of it.
    WaitForEngine {
        /// Milliseconds.
        timeout_ms: u64,
    },
    /// Start the engine if it sleeps. Answer: [`Answer::Done`], at once.
    WakeEngine,
    /// Tell where the engine stands. Answer: [`Answer::Done`], then a frame with an [`EngineState`] now and at every
    /// change; of changes in quick succession the last.
    FollowEngine,
    /// Run a program on the learner's side and wait for it. The bytes for its stdin follow the request.
    /// Answer: [`Answer::Ran`].
    Run {
        /// Program and arguments.
        argv: Vec<String>,
        /// Environment added to the usual one.
        env: Vec<(String, String)>,
        /// Folder.
        cwd: String,
        /// User and group id, as the learner sees them.
        user: u32,
        /// Bytes of stdin that follow; at most [`crate::MAX_STDIN`].
        stdin_size: u64,
        /// Milliseconds before its process group is ended.
        timeout_ms: u64,
        /// Bytes kept of each of stdout and stderr, the first ones.
        output_limit: usize,
    },
    /// Write files, making folders. After the request the files' bytes follow, in order. Answer (then):
    /// [`Answer::Done`]. A file is written beside its place and renamed; links on the way are followed as the
    /// learner's root would, within the learner's file system.
    PutFiles {
        /// What follows.
        files: Vec<NewFile>,
    },
    /// Read a file. Answer: [`Answer::File`], then its bytes, at most `limit`.
    GetFile {
        /// Path.
        path: String,
        /// Most bytes to send.
        limit: u64,
    },
    /// Facts about a file, not following a link. Answer: [`Answer::File`].
    Stat {
        /// Path.
        path: String,
    },
    /// Everything below a folder, at most `limit` files, links not followed. Answer: [`Answer::Tree`].
    Tree {
        /// Folder.
        path: String,
        /// Most files.
        limit: usize,
    },
    /// Remove a file, or a folder with all in it. Answer: [`Answer::Done`].
    Remove {
        /// Path.
        path: String,
    },
    /// Tell of changes below a folder. Answer: [`Answer::Done`], then a frame with a list of paths (relative)
    /// whenever something changed, at most four a second.
    Watch {
        /// Folder.
        path: String,
    },
    /// A byte stream to the engine's socket. Answer: [`Answer::Done`], then raw bytes.
    DialEngine,
    /// A byte stream to a TCP port. Answer: [`Answer::Done`], then raw bytes.
    DialTcp {
        /// An IPv4 address of the sandbox's own networks; loopback unless told.
        host: Option<String>,
        /// Port.
        port: u16,
    },
    /// TCP ports listened on in the sandbox. Answer: [`Answer::Ports`].
    Ports,
    /// Stop the engine and start it again. Answer: [`Answer::Done`] once its state is no longer that of the old one.
    RestartEngine,
    /// Set up a second host beside the first, joined to it by a network of their own, unless there is one: with a file
    /// system and an engine of its own, reached from the first by ssh under its name, see [`crate::HOSTS`]. Answer:
    /// [`Answer::Done`].
    AddHost,
    /// Ask the second host what can be asked of the inner side: programs, files, ports and connections. What follows is
    /// that of the request.
    OfSecond {
        /// What is asked.
        request: Box<Request>,
    },
}

/// What the supervisor answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// It is done, or begins.
    Done,
    /// Who is there.
    Hello(Hello),
    /// Use of the sandbox.
    Stats(Stats),
    /// Open terminals.
    Terminals {
        /// By number.
        terminals: Vec<TerminalInfo>,
    },
    /// A program's end.
    Ran(Ran),
    /// A file's facts.
    File(FileMeta),
    /// Files below a folder.
    Tree {
        /// Paths relative to it.
        files: Vec<FileMeta>,
        /// There are more.
        truncated: bool,
    },
    /// Ports listened on.
    Ports {
        /// By number.
        ports: Vec<ListeningPort>,
    },
    /// It cannot be done.
    Refused {
        /// Why, for programs.
        refusal: Refusal,
        /// Why, for people.
        message: String,
    },
}

/// Why the supervisor refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No such file, terminal or listener.
    NotFound,
    /// Over a limit: too many terminals, too large, out of space.
    Limit,
    /// The request makes no sense.
    Invalid,
    /// The sandbox's system refused.
    System,
}

/// Who is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`crate::VERSION`].
    pub version: u32,
    /// Random per sandbox; another one means another sandbox.
    pub boot: String,
    /// When it ends, Unix seconds.
    pub deadline: i64,
    /// The engine.
    pub engine: EngineState,
    /// True when no process of the outer container runs as its uid 0.
    pub unprivileged: bool,
}

/// Where the sandbox's engine stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineState {
    /// Not used yet: it starts at the first connection to its socket.
    Asleep,
    /// Its processes run; its socket does not answer yet.
    Starting,
    /// Its socket takes connections.
    Ready,
    /// It ended and is started again in a moment.
    Stopped,
}

/// Use of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Processes of the learner and the engine.
    pub processes: u32,
    /// Memory that counts against the limit, MiB; `None` where the kernel does not tell.
    pub memory_mib: Option<u64>,
    /// Use of the data root, MiB.
    pub data_used_mib: u64,
    /// Size of the data root, MiB.
    pub data_mib: u64,
}

/// An open terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalInfo {
    /// Its number.
    pub terminal: u8,
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
    /// Where its shell's output begins: where that of the last one of the same number ended, for offsets never go back.
    pub first: u64,
    /// Oldest byte that can be replayed.
    pub start: u64,
    /// Offset after the last byte put out so far.
    pub end: u64,
}

/// A program's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Its exit code; 128 + signal when a signal ended it.
    pub exit_code: i32,
    /// The first bytes of stdout; what is not UTF-8 replaced.
    pub stdout: String,
    /// The first bytes of stderr.
    pub stderr: String,
    /// It was ended by the time limit.
    pub timed_out: bool,
    /// Something was left out of stdout or stderr.
    pub truncated: bool,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFile {
    /// Path.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// How many bytes follow for it.
    pub size: u64,
    /// Modification time, Unix seconds; now when absent.
    pub modified: Option<i64>,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link.
    Link,
    /// A device, socket or pipe.
    Other,
}

/// Facts about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMeta {
    /// Path, as asked or relative to the folder asked for.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// Permission bits with set-uid, set-gid and sticky.
    pub mode: u32,
    /// Owner as the learner sees it.
    pub uid: u32,
    /// Group as the learner sees it.
    pub gid: u32,
    /// Bytes.
    pub size: u64,
    /// Modification time, Unix milliseconds.
    pub modified_ms: i64,
}

/// A port listened on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListeningPort {
    /// The port.
    pub port: u16,
    /// Listened on for loopback only.
    pub loopback: bool,
}
