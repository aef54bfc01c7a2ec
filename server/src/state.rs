//! What handlers share.

use std::sync::Arc;

use app::Site;
use cookie::Key;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock, config::Config, content::Content, grading::Grading, http::Audiences, lease::Leases, store::Store,
};

/// The running server's parts; clones share them.
#[derive(Clone)]
pub struct State {
    /// Settings.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// Chapters, exercises, cheat sheet, index.
    pub content: Arc<Content>,
    /// Sandboxes.
    pub leases: Leases,
    /// Attempts.
    pub grading: Grading,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Signs cookies.
    pub cookie_key: Key,
    /// Pages.
    pub site: Site,
    /// Web sockets, by sandbox.
    pub audiences: Audiences,
    /// Cancelled when the server stops: streams and sockets end then.
    pub stopping: CancellationToken,
}
