//! Help: hints one by one, and the solution for whoever asks twice.
//! Invariant: nothing is revealed without a press.

use domain::id::ExerciseId;
use leptos::{html, prelude::*, task::spawn_local};

use super::{
    bench::Bench,
    browser,
    dialog::{open, question},
};
use crate::{
    api::{Problem, RevealedHint, Solution, SolutionFile},
    parts::card::count,
};

/// Hints and the solution.
#[island]
pub fn Help(exercise: ExerciseId, hints: Vec<String>, hints_total: u32) -> impl IntoView {
    let bench = Bench::of_page();
    let revealed = RwSignal::new(hints);
    let solution = RwSignal::new(None::<Solution>);
    let asking = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let confirm = NodeRef::<html::Dialog>::new();
    let list = NodeRef::<html::Ol>::new();
    let left = Memo::new(move |_| hints_total.saturating_sub(u32::try_from(revealed.read().len()).unwrap_or(u32::MAX)));
    Effect::new(move |_| bench.wake());
    let path = format!("/api/exercises/{exercise}");
    let (hint_url, solution_url) = (format!("{path}/hints"), format!("{path}/solution"));
    let next_hint = move |_| {
        if asking.get_untracked() {
            return;
        }
        let url = hint_url.clone();
        asking.set(true);
        problem.set(None);
        spawn_local(async move {
            match browser::call::<RevealedHint>("POST", &url, None::<&()>).await {
                Ok(hint) => {
                    revealed.update(|hints| {
                        let at = hint.number.saturating_sub(1) as usize;
                        if at < hints.len() { hints[at] = hint.html } else { hints.push(hint.html) }
                    });
                    // The button that was pressed is gone with the last one.
                    if let Some(list) = list.get_untracked().filter(|_| left.get_untracked() == 0) {
                        let _unfocused = list.focus();
                    }
                }
                Err(fault) => problem.set(Some(fault)),
            }
            asking.set(false);
        });
    };
    let show_solution = move || {
        let url = solution_url.clone();
        asking.set(true);
        problem.set(None);
        spawn_local(async move {
            match browser::call::<Solution>("POST", &url, None::<&()>).await {
                Ok(shown) => solution.set(Some(shown)),
                Err(fault) => problem.set(Some(fault)),
            }
            asking.set(false);
        });
    };
    let hints = move || {
        revealed
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, html)| {
                view! { <li><p class="kicker">{format!("Hint {}", index + 1)}</p> <div class="prose" inner_html=browser::within(html)></div></li> }
            })
            .collect_view()
    };
    let asleep = move || !bench.awake.get();
    view! {
        <div class="help">
            <h2>"Hints"</h2>
            <p class="quiet">
                {if hints_total == 0 { "This exercise has none.".to_owned() } else { format!("{} in all, from a nudge to nearly there. They cost no points.", count(hints_total, "hint", "hints")) }}
            </p>
            <ol class="hints" aria-live="polite" tabindex="-1" node_ref=list>{hints}</ol>
            <p class="buttons" hidden=move || left.get() == 0>
                // Not disabled while it asks, which would take the focus away.
                <button r#type="button" class="button" disabled=asleep on:click=next_hint>
                    {move || format!("Show hint {} of {hints_total}", hints_total - left.get() + 1)}
                </button>
            </p>
            {move || problem.get().map(|problem| view! {
                <p class="notice bad" role="alert"><span><b>{problem.detail}</b> " " {problem.next}</span></p>
            })}
            <h2>"Solution"</h2>
            <div hidden=move || solution.read().is_some()>
                <p class="quiet">"One way that passes every check, with its reasons."</p>
                <p class="buttons"><button r#type="button" class="button" disabled=asleep on:click=move |_| open(confirm)>"Show the solution"</button></p>
            </div>
            {move || solution.get().map(shown)}
            {question(
                confirm,
                "Show the solution?",
                "What you find out yourself stays longer. The hints go from a nudge to nearly there.",
                "Not yet",
                "Show it",
                show_solution,
            )}
        </div>
    }
}

fn shown(solution: Solution) -> AnyView {
    let files = solution
        .files
        .into_iter()
        .map(|SolutionFile { path, text }| {
            view! {
                <figure class="code">
                    <figcaption>{path}</figcaption>
                    <div class="code-buttons"><button r#type="button" data-copy=text.clone()>"Copy"</button></div>
                    <pre tabindex="0"><code>{text.clone()}</code></pre>
                </figure>
            }
        })
        .collect_view();
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get() {
            browser::dress(&node);
            // The button that was pressed is gone.
            let _unfocused = node.focus();
        }
    });
    view! { <div class="solution prose" tabindex="-1" node_ref=node><div inner_html=browser::within(solution.html)></div> {files}</div> }
        .into_any()
}
