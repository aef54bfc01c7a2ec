//! The pane of files: the tree, and the editor with the open file.
//! Invariant: a file is left only once it is saved; one that cannot be saved stays open.

mod save;
mod tree;
mod unsaved;

use std::{collections::BTreeSet, rc::Rc, task::Waker};

use domain::visible::visible;
use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use serde::Deserialize;

use crate::{
    api::{FileEntry, Problem},
    desk::{Draft, Saving},
    islands::{
        bench::Bench,
        browser::{self, Editor},
    },
};

/// The largest file that is opened, in bytes.
const LARGEST: u64 = 512 * 1024;

/// What the editor tells.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Notice {
    Changed { path: String },
    Save { path: String },
    Leave,
}

#[derive(Clone, Copy)]
struct Files {
    bench: Bench,
    entries: RwSignal<Vec<FileEntry>>,
    listed: RwSignal<bool>,
    problem: RwSignal<Option<Problem>>,
    closed: RwSignal<BTreeSet<String>>,
    open: RwSignal<Option<Draft>>,
    /// The path of the open file, which changes less often than how it stands.
    path: Memo<Option<String>>,
    /// Counts what was chosen: only what was chosen last is opened.
    choice: StoredValue<u32>,
    host: NodeRef<html::Div>,
    editor: StoredValue<Option<Editor>, LocalStorage>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Who waits for the end of a write.
    waiting: StoredValue<Vec<Waker>>,
}

pub(super) fn files(bench: Bench) -> AnyView {
    let open = RwSignal::new(None::<Draft>);
    let files = Files {
        bench,
        entries: RwSignal::new(Vec::new()),
        listed: RwSignal::new(false),
        problem: RwSignal::new(None),
        closed: RwSignal::new(BTreeSet::new()),
        open,
        path: Memo::new(move |_| open.read().as_ref().map(|draft| draft.path().to_owned())),
        choice: StoredValue::new(0),
        host: NodeRef::new(),
        editor: StoredValue::new_local(None),
        timer: StoredValue::new(None),
        waiting: StoredValue::new(Vec::new()),
    };
    Effect::new(move |_| {
        let (count, paths) = bench.changed.get();
        files.list();
        if count > 0 {
            files.changed_outside(&paths);
        }
    });
    Effect::new(move |_| {
        if bench.returned.get() > 0 {
            files.list();
            files.look_again();
        }
    });
    Effect::new(move |_| {
        bench.flush.set_value(Some(Rc::new(move || {
            Box::pin(async move {
                // The editor's bar says what could not be written.
                let _unsaved = files.flush().await;
            })
        })));
        files.come_back();
        let leaving = window_event_listener_untyped("pagehide", move |_| files.leave());
        on_cleanup(move || leaving.remove());
    });
    on_cleanup(move || {
        bench.flush.set_value(None);
        files.wake_waiting();
        files.editor.update_value(|editor| {
            if let Some(editor) = editor.take() {
                editor.dispose();
            }
        });
    });
    let problem = move || {
        files.problem.get().map(|problem| {
            view! { <p class="notice bad" role="alert"><span><b>{problem.detail}</b> " " {problem.next}</span></p> }
        })
    };
    view! {
        <div class="files">
            {tree::tree(files)}
            <div class="editor">
                {problem}
                <div class="editor-bar" hidden=move || files.path.read().is_none()>
                    <code>{move || files.path.get().map(|path| visible(&path).into_owned())}</code>
                    <span role="status">{move || saving(files)}</span>
                    <span class="way-out"><kbd>"F6"</kbd> " leaves" <span>" the editor"</span></span>
                </div>
                <div class="editor-host" data-editor="" node_ref=files.host hidden=move || files.path.read().is_none()></div>
                <p class="pane-empty" hidden=move || files.path.read().is_some()>"Choose a file to edit it. What you type is saved into the sandbox by itself."</p>
            </div>
        </div>
    }.into_any()
}

fn saving(files: Files) -> AnyView {
    match files.saving() {
        Saving::Saved => "Saved".into_any(),
        Saving::Changed => "Not saved yet".into_any(),
        Saving::Writing => "Saving…".into_any(),
        Saving::Conflict => view! {
            <span class="conflict">
                "It was changed in the sandbox too. "
                <button r#type="button" class="button small" on:click=move |_| files.answer(Files::take_theirs)>"Take that one"</button>
                <button r#type="button" class="button small" on:click=move |_| files.answer(Files::keep_mine)>"Keep mine"</button>
            </span>
        }
        .into_any(),
        Saving::Failed(problem) => view! {
            <span class="conflict">
                {format!("Not saved: {} ", problem.detail)}
                <button r#type="button" class="button small" on:click=move |_| files.answer(Files::save)>"Save again"</button>
            </span>
        }
        .into_any(),
    }
}

impl Files {
    /// Where a file is, below the lease.
    fn below(path: &str) -> String {
        let encoded: Vec<String> =
            path.split('/').map(|part| String::from(js_sys::encode_uri_component(part))).collect();
        format!("/files/{}", encoded.join("/"))
    }

    fn url(self, path: &str) -> Option<String> {
        self.bench.lease_path(&Self::below(path))
    }

    fn is_open(self, path: &str) -> bool {
        self.open.with_untracked(|open| open.as_ref().is_some_and(|open| open.path() == path))
    }

    fn complain(self, error: &str, detail: String, next: &str) {
        self.problem.try_set(Some(Problem { error: error.to_owned(), detail, next: next.to_owned() }));
    }

    fn list(self) {
        let Some(url) = self.bench.reading_path("/files") else { return };
        spawn_local(async move {
            let answer: Result<Vec<FileEntry>, Problem> = browser::read(&url).await;
            if self.entries.is_disposed() || self.bench.leaving.get_value() {
                return;
            }
            self.listed.set(true);
            match answer {
                Ok(entries) => {
                    if *self.entries.read_untracked() != entries {
                        self.entries.set(entries);
                    }
                }
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
    }

    /// Opens a file in the editor, once the one that is open is saved.
    fn show(self, path: String) {
        self.choice.update_value(|choice| *choice += 1);
        let choice = self.choice.get_value();
        if self.is_open(&path) {
            if let Some(editor) = self.editor.get_value() {
                editor.focus();
            }
            self.look_again();
            return;
        }
        let size = self
            .entries
            .with_untracked(|entries| entries.iter().find(|entry| entry.path == path).map(|entry| entry.size));
        if size.is_some_and(|size| size > LARGEST) {
            self.complain("too_large", format!("{} is too large for the editor.", visible(&path)), "Use the terminal.");
            return;
        }
        spawn_local(async move {
            if let Err(problem) = self.bring(path, choice).await {
                self.problem.try_set(Some(problem));
            }
        });
    }

    async fn bring(self, path: String, choice: u32) -> Result<(), Problem> {
        let is_last = move || self.choice.try_get_value() == Some(choice);
        self.flush().await?;
        let Some(url) = self.bench.reading_path(&Self::below(&path)) else { return Ok(()) };
        let answer = browser::get_text(&url).await;
        if !is_last() || self.bench.leaving.get_value() {
            return Ok(());
        }
        let (text, version) = answer?;
        if text.contains('\0') || text.contains('\u{fffd}') {
            return Err(Problem {
                error: "binary".to_owned(),
                detail: format!("{} is not a text.", visible(&path)),
                next: "Look at it in the terminal, for example with od -c.".to_owned(),
            });
        }
        let Some(editor) = self.editor().await else { return Ok(()) };
        // Somebody may have typed into the other file meanwhile. From here to its end nothing is waited for.
        self.flush().await?;
        if is_last() {
            self.problem.set(None);
            editor.show(&path, &text);
            self.open.set(Some(Draft::opened(path, version)));
            // The first file shows the editor's place, which takes no focus before it is shown.
            request_animation_frame(move || editor.focus());
        }
        Ok(())
    }

    /// Does what a button in the bar says; the button goes, and the editor takes the focus.
    fn answer(self, act: impl FnOnce(Self)) {
        if let Some(editor) = self.editor.get_value() {
            editor.focus();
        }
        act(self);
    }

    /// The editor, loaded when it is first needed.
    async fn editor(self) -> Option<Editor> {
        if let Some(editor) = self.editor.get_value() {
            return Some(editor);
        }
        let host = self.host.get_untracked()?;
        let editor = browser::open_editor(&host, move |notice| self.heard(notice)).await;
        if self.open.is_disposed() {
            if let Some(editor) = editor {
                editor.dispose();
            }
            return None;
        }
        if editor.is_none() {
            let next = "Check the network, then choose the file again.";
            self.complain("no_editor", "The editor could not be loaded.".to_owned(), next);
        }
        self.editor.set_value(editor.clone());
        editor
    }

    fn heard(self, notice: Notice) {
        if self.open.is_disposed() {
            return;
        }
        match notice {
            Notice::Changed { path } if self.is_open(&path) => self.typed(),
            Notice::Save { path } if self.is_open(&path) => self.save(),
            Notice::Changed { .. } | Notice::Save { .. } => {}
            Notice::Leave => tree::focus(),
        }
    }

    /// Something in the sandbox changed files.
    fn changed_outside(self, paths: &[String]) {
        if paths.iter().any(|path| self.is_open(path.trim_start_matches("./"))) {
            self.look_again();
        }
    }

    /// A file is gone from the sandbox.
    fn close(self, path: &str) {
        if self.open.is_disposed() {
            return;
        }
        if let Some(editor) = self.editor.get_value() {
            editor.forget(path);
        }
        if self.is_open(path) {
            self.open.set(None);
        }
        self.list();
    }

    /// Reads the open file again: it is taken if nothing was typed, else the learner is asked.
    fn look_again(self) {
        let Some(draft) = self.open.get_untracked() else { return };
        let Some(url) = self.bench.reading_path(&Self::below(draft.path())) else { return };
        spawn_local(async move {
            let Ok((text, version)) = browser::get_text(&url).await else { return };
            let Some(editor) = self.editor.try_get_value().flatten() else { return };
            let same = editor.text() == text;
            let taken = self.change(draft.path(), |now| now.found(draft.version(), version, same));
            if taken == Some(true) {
                editor.replace(&text);
            }
        });
    }
}
