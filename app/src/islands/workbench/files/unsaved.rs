//! What was typed last when the page was left: browsers promise nothing of a write that they are told of then.
//! Invariant: it is forgotten once the sandbox has it, and written only over the version that it was typed over.

use leptos::{prelude::*, task::spawn_local};

use super::Files;
use crate::{
    desk::{Draft, Saving},
    islands::browser,
};

/// Where this browser keeps it: lease, path, version (empty for a new file), text.
const KEPT: &str = "unsaved";

impl Files {
    /// The page is left: what is not in the sandbox yet is sent there, and kept for when somebody comes back.
    pub(super) fn leave(self) {
        let unsaved = self.open.get_untracked().filter(|draft| draft.saving() != Saving::Saved);
        if let (Some(draft), Some(editor), Some(lease)) = (unsaved, self.editor.get_value(), self.lease()) {
            let version = draft.version().unwrap_or_default().to_owned();
            browser::remember(KEPT, &[lease, draft.path().to_owned(), version, editor.text()]);
        }
        self.save();
    }

    /// Takes up what was kept, unless the sandbox has it.
    pub(super) fn come_back(self) {
        let Ok([lease, path, version, text]) = <[String; 4]>::try_from(browser::recall(KEPT)) else { return };
        if self.lease().as_ref() != Some(&lease) {
            return;
        }
        let Some(url) = self.bench.reading_path(&Self::below(&path)) else { return };
        spawn_local(async move {
            let version = Some(version).filter(|version| !version.is_empty());
            let arrived = match browser::get_text(&url).await {
                Ok((there, _)) => there == text,
                Err(problem) if problem.error == "not_found" => false,
                // Nobody knows; it stays for the next time.
                Err(_) => return,
            };
            if self.open.try_get_untracked().is_none_or(|open| open.is_some()) {
                return;
            }
            browser::remember(KEPT, &[]);
            if arrived {
                return;
            }
            let Some(editor) = self.editor().await else { return };
            editor.show(&path, &text);
            self.open.set(Some(Draft::kept(path, version)));
            self.save();
        });
    }

    fn lease(self) -> Option<String> {
        self.bench.lease.with_untracked(|lease| lease.as_ref().map(|lease| lease.id.0.clone()))
    }
}
