//! A group of the cheat sheet: its entries, each with all that is told of it, to copy and to try.
//! Invariant: every entry has an anchor, and says what it destroys before it is copied.

use leptos::prelude::*;

use crate::{
    islands::Drawer,
    parts::{icon, way_on::way_on},
    shell::{Place, Sheet},
    view::{CheatSheet, EntryGroup, EntryView, FlagView},
};

/// Letters that a search engine shows of a description.
const SHOWN: usize = 150;

/// `None` when there is no such group.
pub(crate) fn page(sheet: CheatSheet, name: &str) -> Option<Sheet> {
    let place = sheet.groups.iter().position(|group| group.id.as_str() == name)?;
    let group = sheet.groups.get(place)?.clone();
    let (title, summary, path) = (group.title.clone(), summary(&group), group.url());
    let page = Sheet::new(Place::CheatSheet, "sheet", title, summary, move || body(&sheet, place, group));
    Some(page.at(path))
}

/// The first tasks, as many as are shown.
fn summary(group: &EntryGroup) -> String {
    let mut summary = String::from("Commands with what they do and destroy");
    for (place, entry) in group.entries.iter().enumerate() {
        if summary.len() + entry.task.len() > SHOWN {
            break;
        }
        summary.push_str(if place == 0 { ": " } else { "; " });
        summary.push_str(&entry.task);
    }
    summary.push('.');
    summary
}

/// The group that stands at a place of the sheet.
fn body(sheet: &CheatSheet, place: usize, group: EntryGroup) -> AnyView {
    let number = group.part;
    let in_part = sheet.groups.iter().filter(|other| other.part == number);
    let in_part = in_part.map(|other| {
        let current = (other.id == group.id).then_some("page");
        view! { <li><a href=other.url() aria-current=current>{other.title.clone()}</a></li> }
    });
    let in_part = in_part.collect_view();
    let link = |it: &EntryGroup| (it.url(), it.title.clone());
    let before = place.checked_sub(1).and_then(|before| sheet.groups.get(before)).map(link);
    let after = sheet.groups.get(place + 1).map(link);
    let entries = group.entries.into_iter().map(|it| entry(it, Level::Second)).collect_view();
    view! {
        <header class="page-head">
            <p class="kicker"><a href="/cheatsheet">"Cheat sheet"</a> <span>{format!("Part {number}")}</span></p>
            <h1>{group.title}</h1>
        </header>
        <div class="sheet-in" data-may-try=sheet.may_try.then_some("")>
            <div class="entries">
                {entries}
                {way_on("Previous and next group", before, after)}
            </div>
            <nav class="groups" aria-labelledby="groups">
                <p id="groups"><a href=format!("/cheatsheet#part-{number}")>{group.part_title}</a></p>
                <ol>{in_part}</ol>
            </nav>
        </div>
        {sheet.may_try.then(|| view! { <Drawer /> })}
    }
    .into_any()
}

/// How deep an entry's heading stands on its page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Level {
    Second,
    Third,
}

/// An entry with all that is told of it.
pub(super) fn entry(entry: EntryView, level: Level) -> AnyView {
    let EntryView { id, task, command_html, does_html, flags, destroys_html, section, may_try, .. } = entry;
    let destroys = destroys_html.map(|html| {
        view! { <p class="destroys">{icon::alert()} <span><b>"Destroys: "</b> <span inner_html=html></span></span></p> }
    });
    let flags =
        (!flags.is_empty()).then(|| view! { <dl class="flags">{flags.into_iter().map(flag).collect_view()}</dl> });
    let run = may_try.then(|| {
        view! { <button r#type="button" data-run="" data-fixture=id.to_string() hidden>"Try it"</button> }
    });
    let name = view! { <a class="self" href=format!("#{id}")>{task}</a> };
    let heading = match level {
        Level::Second => view! { <h2>{name}</h2> }.into_any(),
        Level::Third => view! { <h3>{name}</h3> }.into_any(),
    };
    view! {
        <article class="entry" id=id.to_string()>
            {heading}
            <figure class="code">
                <div class="code-buttons"><button r#type="button" data-copy="" hidden>"Copy"</button> {run}</div>
                <pre tabindex="0"><code inner_html=command_html></code></pre>
            </figure>
            <div class="does" inner_html=does_html></div>
            {flags}
            {destroys}
            <p class="more"><a href=section.url.clone()>{section.label()}</a></p>
        </article>
    }
    .into_any()
}

fn flag(flag: FlagView) -> AnyView {
    view! { <div><dt><code>{flag.flag}</code></dt><dd inner_html=flag.does_html></dd></div> }.into_any()
}
