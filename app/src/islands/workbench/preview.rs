//! The preview of what the learner's containers serve, each port on an origin of its own.
//! Invariant: the frame is sandboxed and never on the site's own origin.

use std::time::Duration;

use domain::visible::visible;
use leptos::{html, prelude::*, task::spawn_local};

use super::panes::Pane;
use crate::{
    api::{Port, Problem},
    islands::{bench::Bench, browser},
    parts::icon,
};

/// How often ports are looked for while the preview is shown.
const LOOK: Duration = Duration::from_secs(3);

pub(super) fn preview(bench: Bench, upper: RwSignal<Pane>) -> AnyView {
    let ports = RwSignal::new(Vec::<Port>::new());
    let asked = RwSignal::new(false);
    let shown = RwSignal::new(None::<Port>);
    let frame = NodeRef::<html::Iframe>::new();
    let look = move || {
        let Some(path) = bench.reading_path("/ports") else { return };
        spawn_local(async move {
            let answer: Result<Vec<Port>, Problem> = browser::read(&path).await;
            if ports.is_disposed() {
                return;
            }
            asked.set(true);
            if let Ok(found) = answer {
                let only = (found.len() == 1).then(|| found[0].clone());
                if shown.get_untracked().is_none() {
                    shown.set(only);
                }
                if *ports.read_untracked() != found {
                    ports.set(found);
                }
            }
        });
    };
    Effect::new(move |before: Option<Option<IntervalHandle>>| {
        if let Some(Some(before)) = before {
            before.clear();
        }
        if upper.get() != Pane::Preview {
            return None;
        }
        look();
        let handle = set_interval_with_handle(look, LOOK).ok();
        if let Some(handle) = handle {
            on_cleanup(move || handle.clear());
        }
        handle
    });
    let reload = move || {
        if let (Some(frame), Some(port)) = (frame.get_untracked(), shown.get_untracked()) {
            frame.set_src(&port.url);
        }
    };
    let buttons = move || {
        ports
            .get()
            .into_iter()
            .map(|port| {
                let number = port.port;
                let from = port.container.clone().or_else(|| port.process.clone());
                view! {
                    <button
                        r#type="button"
                        class="button small"
                        aria-pressed=move || shown.read().as_ref().is_some_and(|shown| shown.port == number).to_string()
                        on:click=move |_| shown.set(Some(port.clone()))
                    >
                        {number} {from.map(|from| view! { " " <small>{visible(&from).into_owned()}</small> })}
                    </button>
                }
            })
            .collect_view()
    };
    let body = move || {
        match shown.get() {
        Some(port) => view! {
            <iframe
                node_ref=frame
                src=port.url
                title=format!("What port {} serves", port.port)
                sandbox="allow-forms allow-modals allow-popups allow-same-origin allow-scripts"
                referrerpolicy="no-referrer"
            ></iframe>
        }
        .into_any(),
        None if !asked.get() => view! { <p class="pane-empty" role="status">"Looking for open ports…"</p> }.into_any(),
        None if ports.read().is_empty() => view! {
            <div class="pane-empty">
                <p><b>"Nothing listens yet."</b></p>
                <p>"Publish a port, for example " <code>"docker run -d -p 8080:80 nginx"</code> ", and it appears here."</p>
            </div>
        }
        .into_any(),
        None => view! { <p class="pane-empty">"Choose a port."</p> }.into_any(),
    }
    };
    view! {
        <div class="preview">
            <div class="preview-bar">
                {buttons}
                {move || shown.get().map(|port| view! {
                    <span class="preview-end">
                        <button r#type="button" class="button small plain" on:click=move |_| reload()>{icon::again()} "Reload"</button>
                        <a class="button small plain" href=port.url target="_blank" rel="noopener noreferrer">"Open in a tab"</a>
                    </span>
                })}
            </div>
            {body}
        </div>
    }.into_any()
}
