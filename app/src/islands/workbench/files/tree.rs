//! The tree of files, with making and deleting.
//! Invariant: the tree shows what the sandbox listed, nothing that was only hoped for.

use domain::visible::visible;
use leptos::{html, prelude::*, task::spawn_local};

use super::Files;
use crate::{
    desk::{Row, rows},
    islands::{
        browser,
        dialog::{open, question},
    },
    parts::icon,
};

/// Puts the focus on the open file's row, else on the first.
pub(super) fn focus() {
    let first = |selector: &str| document().query_selector(selector).ok().flatten();
    let row = first(".tree [aria-current]").or_else(|| first(".tree button"));
    if let Some(row) = row.and_then(|row| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(row).ok()) {
        let _unfocused = row.focus();
    }
}

pub(super) fn tree(files: Files) -> AnyView {
    let making = RwSignal::new(false);
    let deleting = NodeRef::<html::Dialog>::new();
    let list = move || rows(&files.entries.read(), &files.closed.read());
    let empty = move || {
        (files.listed.get() && files.entries.read().is_empty()).then(|| view! { <p class="quiet">"No files yet."</p> })
    };
    let loading =
        move || (!files.listed.get()).then(|| view! { <p class="quiet" role="status">"Reading the files…"</p> });
    view! {
        <div class="tree">
            <div class="tree-bar">
                <button r#type="button" class="icon" title="New file" on:click=move |_| making.update(|making| *making = !*making)>
                    {icon::plus()} <span class="visually-hidden">"New file"</span>
                </button>
                <button
                    r#type="button"
                    class="icon"
                    title="Delete the open file"
                    disabled=move || files.path.read().is_none()
                    on:click=move |_| open(deleting)
                >
                    {icon::cross()} <span class="visually-hidden">"Delete the open file"</span>
                </button>
            </div>
            {move || making.get().then(|| new_file(files, making))}
            {loading} {empty}
            <ul>
                <For each=list key=Row::clone let:row>{entry(files, row)}</For>
            </ul>
            {question(
                deleting,
                "Delete the open file?",
                "It is gone from the sandbox at once. Reset brings starter files back.",
                "Keep it",
                "Delete",
                move || delete(files),
            )}
        </div>
    }.into_any()
}

fn entry(files: Files, row: Row) -> AnyView {
    let Row { path, name, depth, is_folder } = row;
    let name = visible(&name).into_owned();
    let (of_open, of_closed, of_click) = (path.clone(), path.clone(), path);
    let current = move || (files.path.read().as_ref() == Some(&of_open)).then_some("true");
    let expanded = move || is_folder.then(|| (!files.closed.read().contains(&of_closed)).to_string());
    let press = move |_| {
        if is_folder {
            files.closed.update(|closed| {
                if !closed.remove(&of_click) {
                    closed.insert(of_click.clone());
                }
            });
        } else {
            files.show(of_click.clone());
        }
    };
    let class = format!("depth-{}", depth.min(6));
    view! {
        <li class=class>
            <button r#type="button" class:folder=is_folder aria-current=current aria-expanded=expanded on:click=press>{name}</button>
        </li>
    }.into_any()
}

fn new_file(files: Files, making: RwSignal<bool>) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _unfocused = field.focus();
        }
    });
    let make = move || {
        let path = field
            .get_untracked()
            .map(|field| field.value().trim().trim_start_matches('/').to_owned())
            .unwrap_or_default();
        let Some(url) = files.url(&path).filter(|_| !path.is_empty()) else { return };
        if files.entries.with_untracked(|entries| entries.iter().any(|entry| entry.path == path)) {
            focus();
            making.set(false);
            files.show(path);
            return;
        }
        spawn_local(async move {
            match browser::put_text(&url, "", None).await {
                Ok(_) => {
                    if !making.is_disposed() {
                        focus();
                        making.set(false);
                        files.list();
                        files.show(path);
                    }
                }
                // One that is there already is not emptied: the server says so.
                Err(problem) => {
                    files.problem.try_set(Some(problem));
                }
            }
        });
    };
    view! {
        <form
            class="new-file"
            on:submit=move |event| {
                event.prevent_default();
                make();
            }
        >
            <input
                node_ref=field
                r#type="text"
                aria-label="Name of the new file"
                placeholder="name, e.g. app/run"
                autocomplete="off"
                spellcheck="false"
                on:keydown=move |event| if event.key() == "Escape" {
                    focus();
                    making.set(false);
                }
            />
        </form>
    }
    .into_any()
}

fn delete(files: Files) {
    let Some(path) = files.path.get_untracked() else { return };
    let Some(url) = files.url(&path) else { return };
    // The button that was pressed is switched off without an open file.
    browser::hold_focus_at(".tree-bar button");
    spawn_local(async move {
        // A write that comes after it would bring the file back.
        files.settled().await;
        match browser::send("DELETE", &url).await {
            Ok(()) => files.close(&path),
            Err(problem) => {
                files.problem.try_set(Some(problem));
            }
        }
    });
}
