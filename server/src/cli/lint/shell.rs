//! A shell in a sandbox's terminal, as a reader types into it; here one command after the other.

use std::{num::NonZeroU16, time::Duration};

use sandbox::{Sandbox, SandboxError, Terminal, TerminalEvent, TerminalInput};
use tokio::time::{Instant, timeout_at};

/// Wider than any line that a chapter shows, and higher than any output.
const COLS: NonZeroU16 = NonZeroU16::new(220).expect("not 0");
const ROWS: NonZeroU16 = NonZeroU16::new(500).expect("not 0");
/// Before each prompt the shell says between two of these how the last command ended; nothing else prints them.
const MARK: u8 = 0x1e;
/// Nothing that is typed comes back, there are no prompts, and what marks the end stands in their place.
const SILENTLY: &str =
    r#"stty -echo; set +H; bind 'set enable-bracketed-paste off'; PS1= PS2= PROMPT_COMMAND='printf "\036%s\036" $?'"#;

/// The shell.
pub(super) struct Shell {
    terminal: Terminal,
    /// What has come and was not looked at.
    rest: Vec<u8>,
}

/// What came of a command.
#[derive(Debug)]
pub(super) struct Said {
    /// The lines that stood on the screen in the end, without blanks at their ends; no blank line comes last.
    pub(super) lines: Vec<String>,
    /// How it ended.
    pub(super) status: i32,
}

/// Lines of an answer that are told to the author, from its beginning and from its end.
const TOLD: usize = 8;

impl Said {
    /// The lines for the author, each further in; of many those in the middle are left out.
    pub(super) fn told(&self) -> String {
        let mut lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        let over = lines.len().saturating_sub(2 * TOLD);
        if over > 0 {
            lines.splice(TOLD..TOLD + over, ["(and more)"]);
        }
        if lines.is_empty() { "nothing".to_owned() } else { format!("\n    {}", lines.join("\n    ")) }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Silence {
    #[error("it has not ended after {seconds} s; so far it printed {printed:?}")]
    TooLong { seconds: u64, printed: String },
    #[error("it ended the shell")]
    Exited,
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("the connection to the sandbox was lost")]
    Lost,
}

impl Silence {
    /// Whether it is the command's own doing; otherwise nothing is known of it.
    pub(super) fn is_of_the_command(&self) -> bool {
        matches!(self, Self::TooLong { .. } | Self::Exited)
    }
}

impl Shell {
    /// A new shell in terminal 0.
    pub(super) async fn open(sandbox: &Sandbox, patience: Duration) -> Result<Self, Silence> {
        sandbox.open_terminal(0, COLS.get(), ROWS.get()).await?;
        let terminal = sandbox.attach(0, 0).await?;
        let mut shell = Self { terminal, rest: Vec::new() };
        shell.ask(SILENTLY, patience).await?;
        Ok(shell)
    }

    /// Type a command, one line or more, and wait for its end.
    pub(super) async fn ask(&mut self, command: &str, patience: Duration) -> Result<Said, Silence> {
        self.ask_and_press(command, [], patience).await
    }

    /// The same, and one after the other press keys when the command has not ended in the time that stands beside them.
    pub(super) async fn ask_and_press(
        &mut self,
        command: &str,
        keys: impl IntoIterator<Item = (Duration, String)>,
        patience: Duration,
    ) -> Result<Said, Silence> {
        self.rest.clear();
        self.press(format!("{command}\n")).await?;
        for (wait, keys) in keys {
            match self.end(wait).await {
                Err(Silence::TooLong { .. }) => self.press(keys).await?,
                other => return other,
            }
        }
        self.end(patience).await
    }

    async fn press(&self, keys: String) -> Result<(), Silence> {
        self.terminal.input.send(TerminalInput::Bytes(keys.into())).await.map_err(|_| Silence::Lost)
    }

    /// Wait for the end of what was typed.
    async fn end(&mut self, patience: Duration) -> Result<Said, Silence> {
        let until = Instant::now() + patience;
        loop {
            if let Some((bytes, status)) = marked(&self.rest) {
                return Ok(Said { lines: screen(bytes), status });
            }
            match timeout_at(until, self.terminal.events.recv()).await {
                Ok(Some(TerminalEvent::Output { bytes, .. })) => self.rest.extend_from_slice(&bytes),
                Ok(Some(TerminalEvent::Gap { .. })) => {}
                Ok(Some(TerminalEvent::Exited { .. })) => return Err(Silence::Exited),
                Ok(Some(TerminalEvent::Lost) | None) => return Err(Silence::Lost),
                Err(_) => {
                    let lines = screen(&self.rest);
                    let printed = lines.join("\n").trim_start().to_owned();
                    return Err(Silence::TooLong { seconds: patience.as_secs(), printed });
                }
            }
        }
    }
}

/// What stands before the mark, and the number in it; `None` when it has not come whole.
fn marked(bytes: &[u8]) -> Option<(&[u8], i32)> {
    let at = bytes.iter().position(|byte| *byte == MARK)?;
    let (before, rest) = (bytes.get(..at)?, bytes.get(at + 1..)?);
    let end = rest.iter().position(|byte| *byte == MARK)?;
    let status = std::str::from_utf8(rest.get(..end)?).ok()?.parse().ok()?;
    Some((before, status))
}

/// What a terminal shows of it in the end.
fn screen(bytes: &[u8]) -> Vec<String> {
    let mut parser = vt100::Parser::new(ROWS, COLS, 0);
    parser.process(bytes);
    let mut lines: Vec<String> =
        parser.screen().contents().split('\n').map(|line| line.trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_comes_whole_or_not_at_all() {
        assert_eq!(marked(b"a\r\nb\x1e127\x1e"), Some((&b"a\r\nb"[..], 127)));
        for part in [&b"a"[..], b"a\x1e", b"a\x1e12"] {
            assert_eq!(marked(part), None);
        }
    }

    #[test]
    fn lines_are_those_that_stay() {
        let drawn = b"one  \r\ntwo\r\n\x1b[1A\x1b[2Kthree\r\n\x1b[31mfour\x1b[0m\r\n\r\n";
        assert_eq!(screen(drawn), ["one", "three", "four"]);
        assert_eq!(screen(b""), [""; 0]);
    }
}
