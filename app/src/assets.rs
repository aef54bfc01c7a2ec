//! Names of the built files: what `manifest.json` says.
//! Invariant: pages name no file themselves; they ask here by logical name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Logical name → path below the site's root, e.g. `site.css` → `/assets/site.3f9a1c2b.css`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Assets(BTreeMap<String, String>);

/// Every logical name that pages ask for.
pub const NAMES: [&str; 15] = [
    "site.css",
    "site.js",
    "app.js",
    "app_bg.wasm",
    "terminal.js",
    "editor.js",
    "worker.js",
    "mark.svg",
    "icon-32.png",
    "icon-180.png",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable.png",
    "card.png",
    "figtree-latin-wght-normal.woff2",
];

impl Assets {
    /// From pairs of logical name and path.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// Unhashed paths below `/assets/`, for previews and tests.
    #[must_use]
    pub fn unhashed() -> Self {
        Self::new(NAMES.map(|name| (name.to_owned(), format!("/assets/{name}"))))
    }

    /// The path of a file; without an entry the unhashed one below `/assets/`.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_else(|| format!("/assets/{name}"))
    }

    /// The logical names that pages ask for and that are missing here; a server should refuse to start with any.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        NAMES.into_iter().filter(|name| !self.0.contains_key(*name)).collect()
    }
}
