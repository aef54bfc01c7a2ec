//! A question before something is destroyed.
//! Invariant: the safe answer has the focus, and Escape gives it.

use leptos::{html, prelude::*};

/// A dialog that asks once; open it with the returned node's `show_modal`.
pub(super) fn question(
    node: NodeRef<html::Dialog>,
    title: &'static str,
    text: &'static str,
    keep: &'static str,
    go_on: &'static str,
    then: impl Fn() + 'static,
) -> AnyView {
    let close = move || {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog class="question" node_ref=node aria-label=title>
            <h2>{title}</h2>
            <p>{text}</p>
            <p class="buttons">
                <button r#type="button" class="button strong" autofocus on:click=move |_| close()>{keep}</button>
                <button
                    r#type="button"
                    class="button danger"
                    on:click=move |_| {
                        close();
                        then();
                    }
                >
                    {go_on}
                </button>
            </p>
        </dialog>
    }
    .into_any()
}

/// Opens a dialog.
pub(super) fn open(node: NodeRef<html::Dialog>) {
    if let Some(dialog) = node.get_untracked() {
        // Fails only when it is open already.
        let _open_already = dialog.show_modal();
    }
}
