//! Saving the open file by itself, and what to do when both sides changed it.
//! Invariant: a file is written only over the version that was read; otherwise the learner is asked.

use std::{future::poll_fn, task::Poll, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::Files;
use crate::{
    api::Problem,
    desk::{Draft, Saving},
    islands::browser,
};

/// Silence before a change is saved.
const PAUSE: Duration = Duration::from_millis(700);

impl Files {
    /// How the open file stands.
    pub(super) fn saving(self) -> Saving {
        self.open.read().as_ref().map_or(Saving::Saved, Draft::saving)
    }

    /// Changes the draft if that file is still open, and tells of it if that made a difference.
    pub(super) fn change<T>(self, path: &str, change: impl FnOnce(&mut Draft) -> T) -> Option<T> {
        let before = self.open.try_get_untracked()??;
        let mut draft = before.clone();
        let done = (draft.path() == path).then(|| change(&mut draft));
        if draft != before {
            self.open.set(Some(draft));
        }
        done
    }

    /// Somebody typed into the open file: it is saved after some silence.
    pub(super) fn typed(self) {
        if let Some(path) = self.path.get_untracked() {
            self.change(&path, Draft::typed);
        }
        self.no_timer();
        self.timer.set_value(set_timeout_with_handle(move || self.save(), PAUSE).ok());
    }

    fn no_timer(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// Writes the open file if it was changed, and what is typed meanwhile after that.
    pub(super) fn save(self) {
        // A sandbox that is about to go takes nothing any more.
        if self.open.is_disposed() || self.bench.leaving.get_value() {
            return;
        }
        self.no_timer();
        let (Some(path), Some(editor)) = (self.path.get_untracked(), self.editor.get_value()) else { return };
        let Some(url) = self.url(&path) else { return };
        let Some(over) = self.change(&path, Draft::begin).flatten() else { return };
        let text = editor.text();
        spawn_local(async move {
            let answer = browser::put_text(&url, &text, over.as_deref()).await;
            let written = answer.is_ok();
            self.change(&path, |draft| match answer {
                Ok(version) => draft.written(version),
                Err(problem) => draft.refused(problem),
            });
            self.wake_waiting();
            if written {
                self.save();
            } else if self.open.try_with_untracked(|open| open.as_ref().map(Draft::saving))
                == Some(Some(Saving::Conflict))
            {
                // It may be the same text, on its way when the page was left.
                self.look_again();
            }
        });
    }

    /// Writes what was typed.
    ///
    /// # Errors
    /// It could not be written, or the learner must choose first.
    pub(super) async fn flush(self) -> Result<(), Problem> {
        self.save();
        self.settled().await;
        let Some(Some(draft)) = self.open.try_get_untracked() else { return Ok(()) };
        match draft.saving() {
            Saving::Conflict | Saving::Failed(_) => Err(unsaved(draft.path())),
            // What is still to be saved has no sandbox to go to.
            Saving::Saved | Saving::Changed | Saving::Writing => Ok(()),
        }
    }

    /// Waits until no write is under way.
    pub(super) async fn settled(self) {
        poll_fn(|context| {
            let writing = self.open.try_with_untracked(|open| open.as_ref().is_some_and(Draft::is_writing));
            if writing != Some(true) {
                return Poll::Ready(());
            }
            self.waiting.update_value(|waiting| waiting.push(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    pub(super) fn wake_waiting(self) {
        for waker in self.waiting.try_update_value(std::mem::take).unwrap_or_default() {
            waker.wake();
        }
    }

    /// The learner chooses the sandbox's text.
    pub(super) fn take_theirs(self) {
        let Some((path, url)) = self.open_url() else { return };
        spawn_local(async move {
            match browser::get_text(&url).await {
                Ok((text, version)) => {
                    let taken = self.change(&path, |draft| *draft = Draft::opened(path.clone(), version));
                    if let (Some(()), Some(editor)) = (taken, self.editor.try_get_value().flatten()) {
                        editor.replace(&text);
                    }
                }
                Err(problem) if problem.error == "not_found" => self.close(&path),
                Err(problem) => {
                    self.problem.try_set(Some(problem));
                }
            }
        });
    }

    /// The learner chooses the editor's text, over whatever is there now.
    pub(super) fn keep_mine(self) {
        let Some((path, url)) = self.open_url() else { return };
        spawn_local(async move {
            let version = match browser::get_text(&url).await {
                Ok((_, version)) => Some(version),
                Err(problem) if problem.error == "not_found" => None,
                Err(problem) => {
                    self.problem.try_set(Some(problem));
                    return;
                }
            };
            self.change(&path, |draft| draft.keep(version));
            self.save();
        });
    }

    fn open_url(self) -> Option<(String, String)> {
        let path = self.path.get_untracked()?;
        let url = self.bench.reading_path(&Self::below(&path))?;
        Some((path, url))
    }
}

fn unsaved(path: &str) -> Problem {
    Problem {
        error: "unsaved".to_owned(),
        detail: format!("{path} is not saved."),
        next: "Say above the text what is to become of it, then go on.".to_owned(),
    }
}
