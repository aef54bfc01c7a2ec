//! The cheat sheet on one page: to search with the browser's own means, and for paper.
//! Invariant: every entry and every group has its own name on it.

use leptos::prelude::*;

use super::entry_group::{Level, entry};
use crate::{
    islands::Drawer,
    parts::print,
    shell::{Place, Sheet},
    view::{CheatSheet, EntryGroup},
};

pub(crate) fn page(sheet: CheatSheet) -> Sheet {
    let summary = "Every entry of the cheat sheet on one page, to print.";
    // Its text is at home elsewhere.
    Sheet::new(Place::CheatSheet, "sheet", "The whole cheat sheet", summary, move || body(sheet)).unlisted()
}

fn body(sheet: CheatSheet) -> AnyView {
    let groups = sheet.groups.iter();
    let groups = groups.map(|group| view! { <li><a href=format!("#{}", group.id)>{group.title.clone()}</a></li> });
    let groups = groups.collect_view();
    view! {
        <header class="page-head">
            <p class="kicker"><a href="/cheatsheet">"Cheat sheet"</a></p>
            <h1>"The whole cheat sheet"</h1>
            {print::button()}
        </header>
        <div class="sheet-in" data-may-try=sheet.may_try.then_some("")>
            <div class="entries">{sheet.groups.into_iter().map(group).collect_view()}</div>
            <nav class="groups" aria-label="Groups"><ol>{groups}</ol></nav>
        </div>
        {sheet.may_try.then(|| view! { <Drawer /> })}
    }
    .into_any()
}

fn group(group: EntryGroup) -> AnyView {
    view! {
        <section class="group" aria-labelledby=group.id.to_string()>
            <h2 id=group.id.to_string()>{group.title} " " <small>{group.part_title}</small></h2>
            {group.entries.into_iter().map(|it| entry(it, Level::Third)).collect_view()}
        </section>
    }
    .into_any()
}
