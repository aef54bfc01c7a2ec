//! "Try it": what is pressed on the page is typed into the shown terminal, now or as soon as there is one.
//! Invariant: what an entry of the cheat sheet needs is there before its command is typed.

use domain::id::EntryId;
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use super::Bench;
use crate::{
    api::{Laid, Problem},
    islands::browser,
};

/// What somebody wants to try.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Wanted {
    /// What is typed.
    text: String,
    /// The entry of the cheat sheet that it stands in.
    entry: Option<EntryId>,
}

impl Bench {
    /// Takes up what the page's event says.
    pub(in crate::islands) fn wants(self, wanted: &str) {
        let Ok(wanted) = serde_json::from_str::<Wanted>(wanted) else { return };
        self.to_try.update_value(|all| all.push(wanted));
        self.try_all();
    }

    /// Tries what is to be tried, one after the other; without terminals it stays for later.
    pub(in crate::islands) fn try_all(self) {
        if self.laying.get_untracked() || self.terminals.with_value(Option::is_none) {
            return;
        }
        self.laying.set(true);
        spawn_local(async move {
            while let Some(wanted) = self.next() {
                if let Some(entry) = &wanted.entry {
                    self.lay(entry).await;
                }
                if let Some(terminals) = self.terminals.get_value() {
                    terminals.type_text(&wanted.text);
                }
            }
            self.laying.set(false);
        });
    }

    fn next(self) -> Option<Wanted> {
        self.to_try.try_update_value(|all| (!all.is_empty()).then(|| all.remove(0))).flatten()
    }

    async fn lay(self, entry: &EntryId) {
        let Some(path) = self.lease_path(&format!("/fixtures/{entry}")) else { return };
        let laid: Result<Laid, Problem> = browser::call("POST", &path, None::<&()>).await;
        match laid {
            Ok(Laid { problem: None }) => {}
            Ok(Laid { problem: Some(problem) }) => self.warning.set(Some(format!(
                "Some of what this command needs could not be made, perhaps because it was there already: {problem}"
            ))),
            Err(problem) => self.problem.set(Some(problem)),
        }
    }
}
