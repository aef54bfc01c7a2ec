//! The drawer of a reading page: a free sandbox's terminal, for "Try it".
//! Invariant: no sandbox is asked for before somebody presses "Try it".

use leptos::prelude::*;

use super::{
    bench::Bench,
    browser,
    workbench::{notices, terminals, time_left},
};
use crate::{desk::Phase, parts::icon};

/// A terminal at the foot of a page of text.
#[island]
pub fn Drawer() -> impl IntoView {
    let bench = Bench::of_page();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        bench.wake();
        bench.keep();
        browser::on_document("drydock:try", move |wanted| {
            open.set(true);
            bench.wants(&wanted);
            if !(bench.phase().is_ready() || bench.phase().is_waiting() || bench.asking.get_untracked()) {
                bench.start();
            }
        });
    });
    // Room below the text, so that nothing is hidden for good.
    Effect::new(move |_| {
        if let Some(body) = document().body() {
            let _set = body.class_list().toggle_with_force("with-drawer", open.get());
        }
    });
    let face = Memo::new(move |_| bench.phase().is_ready().then(|| bench.generation.get()));
    // A sandbox of an earlier page gets its terminals once somebody wants to see them.
    let wanted = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or_default() || open.get());
    let busy = move || bench.asking.get() || bench.ending.get();
    let hide = move |_| {
        open.set(false);
        browser::focus_soon(".drawer-tab:not([hidden])");
    };
    let show = move |_| {
        open.set(true);
        match bench.terminals.get_value() {
            Some(terminals) => request_animation_frame(move || terminals.focus()),
            // They take it as soon as they are there.
            None => bench.pressed.set_value(true),
        }
    };
    view! {
        <section class="drawer" aria-label="Sandbox" tabindex="-1" data-stays="" hidden=move || !open.get()>
            <div class="drawer-bar">
                <p role="status"><b>"Your sandbox"</b> " " <span>{move || words(bench)}</span></p>
                {move || face.get().map(|_| time_left(bench))}
                <div class="toolbar-end">
                    {move || face.get().map(|_| view! {
                        <button r#type="button" class="button small plain" disabled=busy on:click=move |_| bench.end()>"End it"</button>
                    })}
                    <button r#type="button" class="button small" on:click=hide>"Hide"</button>
                </div>
            </div>
            {notices(bench)}
            <div class="drawer-body">{move || wanted.get().then(|| body(bench, face.get().is_some()))}</div>
        </section>
        <button r#type="button" class="button strong drawer-tab" hidden=move || open.get() || face.get().is_none() on:click=show>
            {icon::prompt()} "Your sandbox"
        </button>
    }
}

fn words(bench: Bench) -> String {
    match bench.phase() {
        Phase::Ready { .. } if bench.laying.get() => "is being made ready for this command…".to_owned(),
        Phase::Idle if bench.asking.get() => "is being asked for…".to_owned(),
        Phase::Queued { position: Some(position), .. } => format!("is number {position} in the queue"),
        Phase::Idle => String::new(),
        phase => phase.words().to_lowercase(),
    }
}

fn body(bench: Bench, ready: bool) -> AnyView {
    let busy = move || bench.asking.get() || bench.ending.get();
    if ready {
        return terminals(bench).into_any();
    }
    match bench.phase() {
        Phase::Ended(outcome) => {
            if bench.takes_focus() {
                browser::focus_soon(".drawer .pane-empty");
            }
            view! {
                <div class="pane-empty" tabindex="-1">
                    <p>{outcome.reason}</p>
                    <button r#type="button" class="button" disabled=busy on:click=move |_| bench.start()>"Start another"</button>
                </div>
            }
            .into_any()
        }
        Phase::Idle if !bench.asking.get() => view! {
            <div class="pane-empty"><button r#type="button" class="button" on:click=move |_| bench.start()>"Start a sandbox"</button></div>
        }
        .into_any(),
        _ => view! { <div class="pane-empty"><progress aria-label="Waiting for the sandbox"></progress></div> }.into_any(),
    }
}
