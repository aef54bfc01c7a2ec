//! Files of the learner's side. Paths are absolute there; links lead nowhere else.

use bytes::Bytes;
use protocol::{Answer, FileMeta, NewFile, Request};
use tokio::{io::AsyncReadExt as _, time::timeout};

use crate::{
    Sandbox, SandboxError,
    handle::{read_frame, unexpected},
    limits,
    link::Stream,
};

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileContent {
    /// Absolute path.
    pub path: String,
    /// Permission bits, e.g. `0o644`.
    pub mode: u32,
    /// What is in it.
    pub bytes: Bytes,
    /// Modification time, Unix seconds; now when absent.
    pub modified: Option<i64>,
}

impl FileContent {
    /// A file anyone may read.
    pub fn new(path: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { path: path.into(), mode: 0o644, bytes: bytes.into(), modified: None }
    }
}

/// Changes below a folder.
pub struct Watch {
    stream: Stream,
}

impl Watch {
    /// Paths relative to the folder, of what changed, came or went; at most twice a second.
    ///
    /// # Errors
    /// When the connection broke; watch again then.
    pub async fn next(&mut self) -> Result<Vec<String>, SandboxError> {
        let doing = "watch files";
        let frame = read_frame(doing, &mut self.stream).await?;
        protocol::from_frame(&frame).map_err(|error| SandboxError::Unexpected { doing, source: Some(error) })
    }
}

impl Sandbox {
    /// Write files, making folders; at most 500, and 64 MiB together. Each appears whole or not at all.
    ///
    /// # Errors
    /// When they are too many, there is no room, or the sandbox is gone.
    pub async fn put_files(&self, files: &[FileContent]) -> Result<(), SandboxError> {
        let doing = "write files";
        let list = files.iter().map(|file| NewFile {
            path: file.path.clone(),
            mode: file.mode,
            size: file.bytes.len() as u64,
            modified: file.modified,
        });
        let request = Request::PutFiles { files: list.collect() };
        let body: Vec<&[u8]> = files.iter().map(|file| file.bytes.as_ref()).collect();
        match self.exchange(doing, &request, &body, limits::FILES).await?.0 {
            Answer::Done => Ok(()),
            other => Err(unexpected(doing, other)),
        }
    }

    /// Read a regular file of at most `limit` bytes, following links on the learner's side.
    ///
    /// # Errors
    /// [`SandboxError::TooLong`] when it is longer; when there is none, or the sandbox is gone.
    pub async fn get_file(&self, path: &str, limit: u64) -> Result<(FileMeta, Bytes), SandboxError> {
        let doing = "read a file";
        let request = Request::GetFile { path: path.to_owned(), limit: limit.saturating_add(1) };
        let (answer, stream) = self.exchange(doing, &request, &[], limits::ANSWER).await?;
        let facts = match answer {
            Answer::File(facts) => facts,
            other => return Err(unexpected(doing, other)),
        };
        if facts.size > limit {
            return Err(SandboxError::TooLong { doing, limit });
        }
        let mut bytes = Vec::new();
        let mut bounded = stream.take(facts.size);
        let read = timeout(limits::FILES, bounded.read_to_end(&mut bytes)).await;
        read.map_err(|_| SandboxError::Slow { doing })?.map_err(|source| SandboxError::Lost { doing, source })?;
        if (bytes.len() as u64) < facts.size {
            return Err(SandboxError::Lost { doing, source: std::io::ErrorKind::UnexpectedEof.into() });
        }
        Ok((facts, bytes.into()))
    }

    /// Facts about a file, a link not followed.
    ///
    /// # Errors
    /// When there is none, or the sandbox is gone.
    pub async fn stat(&self, path: &str) -> Result<FileMeta, SandboxError> {
        let doing = "look at a file";
        match self.ask(doing, &Request::Stat { path: path.to_owned() }).await? {
            Answer::File(facts) => Ok(facts),
            other => Err(unexpected(doing, other)),
        }
    }

    /// Everything below a folder, paths relative to it, links not followed; at most `limit` (2,000 at most) and
    /// whether there is more.
    ///
    /// # Errors
    /// When it is no folder, or the sandbox is gone.
    pub async fn tree(&self, path: &str, limit: usize) -> Result<(Vec<FileMeta>, bool), SandboxError> {
        let doing = "list files";
        match self.ask(doing, &Request::Tree { path: path.to_owned(), limit }).await? {
            Answer::Tree { files, truncated } => Ok((files, truncated)),
            other => Err(unexpected(doing, other)),
        }
    }

    /// Remove a file, or a folder with all in it.
    ///
    /// # Errors
    /// When there is none, or the sandbox is gone.
    pub async fn remove(&self, path: &str) -> Result<(), SandboxError> {
        self.done("remove a file", &Request::Remove { path: path.to_owned() }).await
    }

    /// Hear of changes below a folder.
    ///
    /// # Errors
    /// When the sandbox is gone.
    pub async fn watch(&self, path: &str) -> Result<Watch, SandboxError> {
        let stream = self.begin("watch files", &Request::Watch { path: path.to_owned() }).await?;
        Ok(Watch { stream })
    }
}
