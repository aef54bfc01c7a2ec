//! The pane of files: the tree, the editor, saving, and what to do when both sides changed a file.
//! Invariant: a file is written only over the version that was read; otherwise the learner is asked.

mod tree;

use std::{collections::BTreeSet, time::Duration};

use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use serde::Deserialize;

use crate::{
    api::{FileEntry, Problem},
    islands::{
        bench::Bench,
        browser::{self, Editor},
    },
};

/// Silence before a change is saved.
const PAUSE: Duration = Duration::from_millis(700);
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

/// How the open file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Saving {
    /// As in the sandbox.
    Saved,
    /// Typed on since.
    Changed,
    /// On its way.
    Writing,
    /// Changed in the sandbox as well; the learner must choose.
    Conflict,
    /// It could not be written.
    Failed(Problem),
}

/// The open file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    path: String,
    etag: Option<String>,
}

#[derive(Clone, Copy)]
struct Files {
    bench: Bench,
    entries: RwSignal<Vec<FileEntry>>,
    listed: RwSignal<bool>,
    problem: RwSignal<Option<Problem>>,
    closed: RwSignal<BTreeSet<String>>,
    open: RwSignal<Option<Open>>,
    saving: RwSignal<Saving>,
    host: NodeRef<html::Div>,
    editor: StoredValue<Option<Editor>, LocalStorage>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

pub(super) fn files(bench: Bench) -> AnyView {
    let files = Files {
        bench,
        entries: RwSignal::new(Vec::new()),
        listed: RwSignal::new(false),
        problem: RwSignal::new(None),
        closed: RwSignal::new(BTreeSet::new()),
        open: RwSignal::new(None),
        saving: RwSignal::new(Saving::Saved),
        host: NodeRef::new(),
        editor: StoredValue::new_local(None),
        timer: StoredValue::new(None),
    };
    Effect::new(move |_| {
        let (count, paths) = bench.changed.get();
        files.list();
        if count > 0 {
            files.changed_outside(&paths);
        }
    });
    on_cleanup(move || {
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
                <div class="editor-bar" hidden=move || files.open.read().is_none()>
                    <code>{move || files.open.get().map(|open| open.path)}</code>
                    <span role="status">{move || saving(files)}</span>
                </div>
                <div class="editor-host" data-editor="" node_ref=files.host hidden=move || files.open.read().is_none()></div>
                <p class="pane-empty" hidden=move || files.open.read().is_some()>"Choose a file to edit it. What you type is saved into the sandbox by itself."</p>
            </div>
        </div>
    }.into_any()
}

fn saving(files: Files) -> AnyView {
    match files.saving.get() {
        Saving::Saved => "Saved".into_any(),
        Saving::Changed => "Not saved yet".into_any(),
        Saving::Writing => "Saving…".into_any(),
        Saving::Conflict => view! {
            <span class="conflict">
                "It was changed in the sandbox too. "
                <button r#type="button" class="button small" on:click=move |_| files.take_theirs()>"Take that one"</button>
                <button r#type="button" class="button small" on:click=move |_| files.keep_mine()>"Keep mine"</button>
            </span>
        }
        .into_any(),
        Saving::Failed(problem) => view! {
            <span class="conflict">
                {format!("Not saved: {} ", problem.detail)}
                <button r#type="button" class="button small" on:click=move |_| files.save()>"Save again"</button>
            </span>
        }
        .into_any(),
    }
}

impl Files {
    fn url(self, path: &str) -> Option<String> {
        let encoded: Vec<String> =
            path.split('/').map(|part| String::from(js_sys::encode_uri_component(part))).collect();
        self.bench.lease_path(&format!("/files/{}", encoded.join("/")))
    }

    fn list(self) {
        let Some(url) = self.bench.lease_path("/files") else { return };
        spawn_local(async move {
            let answer: Result<Vec<FileEntry>, Problem> = browser::call("GET", &url, None::<&()>).await;
            if self.entries.is_disposed() {
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

    /// Opens a file in the editor.
    fn show(self, path: String) {
        let size = self
            .entries
            .with_untracked(|entries| entries.iter().find(|entry| entry.path == path).map(|entry| entry.size));
        if size.is_some_and(|size| size > LARGEST) {
            self.problem.set(Some(Problem {
                error: "too_large".to_owned(),
                detail: format!("{path} is too large for the editor."),
                next: "Use the terminal.".to_owned(),
            }));
            return;
        }
        self.save();
        let Some(url) = self.url(&path) else { return };
        spawn_local(async move {
            let (text, etag) = match browser::get_text(&url).await {
                Ok(got) => got,
                Err(problem) => {
                    self.problem.try_set(Some(problem));
                    return;
                }
            };
            if self.open.is_disposed() {
                return;
            }
            if text.contains('\0') || text.contains('\u{fffd}') {
                self.problem.set(Some(Problem {
                    error: "binary".to_owned(),
                    detail: format!("{path} is not a text."),
                    next: "Look at it in the terminal, for example with od -c.".to_owned(),
                }));
                return;
            }
            self.problem.set(None);
            if let Some(editor) = self.editor().await {
                editor.show(&path, &text);
                self.open.set(Some(Open { path, etag: Some(etag) }));
                self.saving.set(Saving::Saved);
                editor.focus();
            }
        });
    }

    /// The editor, loaded when it is first needed.
    async fn editor(self) -> Option<Editor> {
        if let Some(editor) = self.editor.get_value() {
            return Some(editor);
        }
        let host = self.host.get_untracked()?;
        let editor = browser::open_editor(&host, move |notice| self.heard(notice)).await;
        if editor.is_none() {
            self.problem.set(Some(Problem {
                error: "no_editor".to_owned(),
                detail: "The editor could not be loaded.".to_owned(),
                next: "Check the network, then choose the file again.".to_owned(),
            }));
        }
        self.editor.set_value(editor.clone());
        editor
    }

    fn heard(self, notice: Notice) {
        if self.open.is_disposed() {
            return;
        }
        match notice {
            Notice::Changed { path } if self.is_open(&path) => {
                if self.saving.get_untracked() != Saving::Conflict {
                    self.saving.set(Saving::Changed);
                    self.save_later();
                }
            }
            Notice::Save { path } if self.is_open(&path) => self.save(),
            Notice::Changed { .. } | Notice::Save { .. } => {}
            Notice::Leave => tree::focus(),
        }
    }

    fn is_open(self, path: &str) -> bool {
        self.open.with_untracked(|open| open.as_ref().is_some_and(|open| open.path == path))
    }

    fn save_later(self) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer.set_value(set_timeout_with_handle(move || self.save(), PAUSE).ok());
    }

    /// Writes the open file if it was changed.
    fn save(self) {
        if !matches!(self.saving.try_get_untracked(), Some(Saving::Changed | Saving::Failed(_))) {
            return;
        }
        let (Some(open), Some(editor)) = (self.open.get_untracked(), self.editor.get_value()) else { return };
        let Some(url) = self.url(&open.path) else { return };
        let text = editor.text();
        self.saving.set(Saving::Writing);
        spawn_local(async move {
            let answer = browser::put_text(&url, &text, open.etag.as_deref()).await;
            if self.open.is_disposed() || !self.is_open(&open.path) {
                return;
            }
            match answer {
                Ok(etag) => {
                    self.open.set(Some(Open { etag: Some(etag), ..open }));
                    // Typed on while it was on its way: that is saved next.
                    if self.saving.get_untracked() == Saving::Writing {
                        self.saving.set(Saving::Saved);
                    }
                }
                Err(problem) if problem.error == "changed" || problem.error == "status_412" => {
                    self.saving.set(Saving::Conflict)
                }
                Err(problem) => self.saving.set(Saving::Failed(problem)),
            }
        });
    }

    /// Something in the sandbox changed files: the open one is read again if nothing was typed.
    fn changed_outside(self, paths: &[String]) {
        let Some(open) = self.open.get_untracked() else { return };
        if !paths.iter().any(|path| path.trim_start_matches("./") == open.path) {
            return;
        }
        let Some(url) = self.url(&open.path) else { return };
        spawn_local(async move {
            let Ok((text, etag)) = browser::get_text(&url).await else { return };
            if self.open.is_disposed() || !self.is_open(&open.path) {
                return;
            }
            let ours =
                self.open.with_untracked(|now| now.as_ref().is_some_and(|now| now.etag.as_deref() == Some(&etag)));
            let Some(editor) = self.editor.get_value() else { return };
            if ours || editor.text() == text {
                self.open.set(Some(Open { etag: Some(etag), ..open }));
            } else if self.saving.get_untracked() == Saving::Saved {
                editor.replace(&text);
                self.open.set(Some(Open { etag: Some(etag), ..open }));
            } else if self.saving.get_untracked() != Saving::Writing {
                self.saving.set(Saving::Conflict);
            }
        });
    }

    fn take_theirs(self) {
        let Some(open) = self.open.get_untracked() else { return };
        self.saving.set(Saving::Saved);
        self.show(open.path);
    }

    fn keep_mine(self) {
        let Some(open) = self.open.get_untracked() else { return };
        let Some(url) = self.url(&open.path) else { return };
        spawn_local(async move {
            // Written over the version that is there now, whatever it is.
            let etag = browser::get_text(&url).await.ok().map(|(_, etag)| etag);
            if self.open.is_disposed() {
                return;
            }
            self.open.set(Some(Open { etag, ..open }));
            self.saving.set(Saving::Changed);
            self.save();
        });
    }
}
