//! The cheat sheet: by task, to filter, to copy, to print in columns.
//! Invariant: every entry has an anchor, and says what it destroys before it is copied.

use leptos::prelude::*;

use crate::{
    islands::Drawer,
    parts::icon,
    shell::{Place, Sheet},
    view::{CheatSheet, EntryGroup, EntryView, FlagView},
};

pub(crate) fn page(sheet: CheatSheet) -> Sheet {
    Sheet::new(
        Place::CheatSheet,
        "sheet",
        "Cheat sheet",
        "Container commands by task, with the flags that matter and what each command destroys.",
        move || body(sheet),
    )
    .at("/cheatsheet")
}

fn body(sheet: CheatSheet) -> AnyView {
    let groups = sheet
        .groups
        .iter()
        .map(|group| view! { <li><a href=format!("#{}", group.anchor)>{group.title.clone()}</a></li> })
        .collect_view();
    let empty = sheet.groups.is_empty().then(|| {
        view! { <p class="empty">"There are no entries yet. Put the first ones into " <code>"content/cheatsheet"</code> "."</p> }
    });
    view! {
        <header class="page-head">
            <h1>"Cheat sheet"</h1>
            <p class="lead">"What you want to do, and the command that does it."</p>
            <p class="quiet"><a href="/cheatsheet/essential">"The essential ones on two pages, to print"</a></p>
            <p class="filter" data-filter="" hidden>
                <label for="filter">"Filter"</label>
                <input id="filter" r#type="search" autocomplete="off" placeholder="cache, secret, --chown …" />
                <span role="status" data-filter-count=""></span>
            </p>
        </header>
        {empty}
        <div class="sheet-in" data-may-try=sheet.may_try.then_some("")>
            <nav class="groups" aria-label="Groups"><ol>{groups}</ol></nav>
            <div class="entries">{sheet.groups.into_iter().map(group).collect_view()}</div>
        </div>
        {sheet.may_try.then(|| view! { <Drawer /> })}
    }
    .into_any()
}

fn group(group: EntryGroup) -> AnyView {
    view! {
        <section class="group" aria-labelledby=group.anchor.clone() data-group="">
            <h2 id=group.anchor.clone()>{group.title} " " <small>{group.part_title}</small></h2>
            {group.entries.into_iter().map(entry).collect_view()}
        </section>
    }
    .into_any()
}

/// An entry with all that is told of it.
pub(super) fn entry(entry: EntryView) -> AnyView {
    let EntryView { id, task, command, command_html, does_html, flags, destroys_html, section, tags, may_try, .. } =
        entry;
    let destroys = destroys_html.map(|html| {
        view! { <p class="destroys">{icon::alert()} <span><b>"Destroys: "</b> <span inner_html=html></span></span></p> }
    });
    let flags =
        (!flags.is_empty()).then(|| view! { <dl class="flags">{flags.into_iter().map(flag).collect_view()}</dl> });
    let run = may_try.then(|| {
        view! { <button r#type="button" data-run=command.clone() data-fixture=id.to_string() hidden>"Try it"</button> }
    });
    view! {
        <article class="entry" id=id.to_string() data-entry=tags.join(" ")>
            <h3><a class="self" href=format!("#{id}")>{task}</a></h3>
            <figure class="code">
                <div class="code-buttons"><button r#type="button" data-copy=command.clone() hidden>"Copy"</button> {run}</div>
                <pre tabindex="0"><code inner_html=command_html></code></pre>
            </figure>
            <div class="does" inner_html=does_html></div>
            {flags}
            {destroys}
            <p class="more"><a href=section.url.clone()>{section.label()}</a></p>
        </article>
    }.into_any()
}

fn flag(flag: FlagView) -> AnyView {
    view! { <div><dt><code>{flag.flag}</code></dt><dd inner_html=flag.does_html></dd></div> }.into_any()
}
