//! How long a sandbox may take to answer.

use std::time::Duration;

/// For what takes it no effort.
pub(crate) const ANSWER: Duration = Duration::from_secs(10);
/// To set up a second host, which makes keys.
pub(crate) const ANOTHER_HOST: Duration = Duration::from_secs(40);
/// To take or give files.
pub(crate) const FILES: Duration = Duration::from_secs(30);
/// Beyond the time limit that a program was given.
pub(crate) const AFTER_PROGRAM: Duration = Duration::from_secs(5);
/// To hear why it broke off.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(1);
/// To reach a supervisor that has just been started.
pub(crate) const FIRST_CONNECTION: Duration = Duration::from_secs(20);
