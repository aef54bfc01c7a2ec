//! The cheat sheet's contents: what somebody may want, by part and group, to filter.
//! Invariant: every entry is listed and leads to its place on the page of its group. A free sandbox is found again here.

use leptos::prelude::*;

use crate::{
    islands::Drawer,
    shell::{Place, Sheet},
    view::{CheatSheet, EntryGroup, EntryView},
};

pub(crate) fn page(sheet: CheatSheet) -> Sheet {
    Sheet::new(
        Place::CheatSheet,
        "tasks",
        "Cheat sheet",
        "Container commands by task, with the flags that matter and what each command destroys.",
        move || body(&sheet),
    )
    .at("/cheatsheet")
}

fn body(sheet: &CheatSheet) -> AnyView {
    let empty = sheet.groups.is_empty().then(|| {
        view! { <p class="empty">"There are no entries yet. Put the first ones into " <code>"content/cheatsheet"</code> "."</p> }
    });
    view! {
        <header class="page-head">
            <h1>"Cheat sheet"</h1>
            <p class="lead">"What you want to do; each leads to the command that does it."</p>
            <p class="quiet">
                <a href="/cheatsheet/essential">"The essential ones on two pages, to print"</a> " · "
                <a href="/cheatsheet/whole">"Everything on one page"</a>
            </p>
            <p class="filter" data-filter="" hidden>
                <label for="filter">"Filter"</label>
                <input id="filter" r#type="search" autocomplete="off" placeholder="cache, secret, --chown …" />
                <span role="status" data-filter-count=""></span>
            </p>
        </header>
        {empty}
        <div data-may-try=sheet.may_try.then_some("")>
            {sheet.groups.chunk_by(|a, b| a.part == b.part).map(part).collect_view()}
        </div>
        {sheet.may_try.then(|| view! { <Drawer /> })}
    }
    .into_any()
}

fn part(groups: &[EntryGroup]) -> AnyView {
    let Some(EntryGroup { part, part_title, .. }) = groups.first() else { return ().into_any() };
    let anchor = format!("part-{part}");
    view! {
        <section class="part" aria-labelledby=anchor.clone() data-group="">
            <header>
                <span class="draft" aria-hidden="true">{*part}</span>
                <h2 id=anchor.clone()>{part_title.clone()}</h2>
            </header>
            <div class="task-groups">{groups.iter().map(group).collect_view()}</div>
        </section>
    }
    .into_any()
}

fn group(group: &EntryGroup) -> AnyView {
    let at = group.url();
    view! {
        <section aria-labelledby=group.id.to_string() data-group="">
            <h3 id=group.id.to_string()><a href=at.clone()>{group.title.clone()}</a></h3>
            <ul>{group.entries.iter().map(|it| task(&at, it)).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn task(group: &str, entry: &EntryView) -> AnyView {
    let EntryView { id, task, tags, flags, .. } = entry;
    let words = tags.iter().chain(flags.iter().map(|it| &it.flag)).map(String::as_str).collect::<Vec<_>>().join(" ");
    // Its group says already that it is one.
    let task = task.strip_prefix("Error: ").unwrap_or(task).to_owned();
    view! { <li data-entry=words><a href=format!("{group}#{id}")>{task}</a></li> }.into_any()
}
