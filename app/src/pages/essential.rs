//! The essential sheet: what is used most, dense enough for two printed pages.
//! Invariant: every line leads to its whole entry, and one that destroys something says that it does.

use leptos::prelude::*;

use crate::{
    parts::{icon, print},
    shell::{NAME, Place, Sheet},
    view::{CheatSheet, EntryGroup, EntryView},
};

pub(crate) fn page(sheet: CheatSheet) -> Sheet {
    Sheet::new(
        Place::CheatSheet,
        "essential",
        "Essential commands",
        "The container commands that are used most, on two pages to print.",
        move || body(sheet),
    )
    .at("/cheatsheet/essential")
}

fn body(sheet: CheatSheet) -> AnyView {
    let groups = sheet.groups.into_iter().filter_map(group).collect_view();
    view! {
        <header class="page-head">
            <h1>"Essential commands"</h1>
            <p class="lead">
                "Two pages to pin to a wall. What they do in full, and what they destroy, is on the " <a href="/cheatsheet">"cheat sheet"</a> "."
            </p>
            {print::button()}
            <p class="essential-mark" aria-hidden="true">{icon::mark()} {NAME}</p>
            <p class="essential-key">{icon::alert()} " destroys something: look at the whole entry first"</p>
        </header>
        <div class="few">{groups}</div>
    }
    .into_any()
}

/// A group without essential entries is left out.
fn group(group: EntryGroup) -> Option<AnyView> {
    let at = group.url();
    let entries: Vec<_> = group.entries.into_iter().filter(|it| it.essential).map(|it| entry(&at, it)).collect();
    (!entries.is_empty()).then(|| {
        view! {
            <section aria-labelledby=group.id.to_string()>
                <h2 id=group.id.to_string()>{group.title}</h2>
                <ul>{entries}</ul>
            </section>
        }
        .into_any()
    })
}

fn entry(group: &str, entry: EntryView) -> AnyView {
    let EntryView { id, task, command_html, destroys_html, .. } = entry;
    let destroys = destroys_html.map(|_| {
        view! { <span class="destroys">{icon::alert()} <span class="visually-hidden">"Destroys something."</span></span> }
    });
    view! {
        <li>
            <p><a href=format!("{group}#{id}")>{task}</a> {destroys}</p>
            <pre tabindex="0"><code inner_html=command_html></code></pre>
        </li>
    }
    .into_any()
}
