//! The results page of the search, with an address of its own; it needs no script.
//! Invariant: any query gives a page, and an empty result says what to try; the best hit of all stands first, in the first
//! group.

use leptos::prelude::*;

use crate::{
    Query,
    api::{Facet, HitKind, LONGEST_QUERY, SearchHit, SearchResults},
    parts::{card::count, icon},
    shell::{NAME, Place, Sheet},
};

pub(crate) fn page(query: Query, results: SearchResults) -> Sheet {
    let title = if query.text.is_empty() { "Search".to_owned() } else { format!("Search: {}", short(&query.text)) };
    Sheet::new(
        Place::Search,
        "list search",
        title,
        "Search chapters, commands, exercises and error messages.",
        move || body(query, results),
    )
    .unlisted()
}

/// So many hits of each kind are shown before one is picked out.
const OF_EACH: usize = 4;

fn short(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(59).chain(['…']).collect() }
}

fn body(query: Query, results: SearchResults) -> AnyView {
    let asked = !query.text.is_empty();
    let total = results.count(query.kind);
    let SearchResults { hits, facets, instead } = results;
    let found = match (asked, hits.is_empty()) {
        (false, _) => {
            view! { <p class="lead">"Half a command, a question, or a whole error message: paste it as it is."</p> }
                .into_any()
        }
        (true, true) => nothing(&query, instead).into_any(),
        (true, false) => {
            let told = count(total, "hit", "hits");
            let order = if query.kind.is_some() { ", best first" } else { ", the best of each kind first" };
            view! {
                <p class="quiet" role="status">{told} {order}</p>
                {did_you_mean(instead)}
                {groups(&query, hits, &facets)}
            }
            .into_any()
        }
    };
    view! {
        <header class="page-head">
            <h1>"Search"</h1>
            <search>
                <form action="/search" class="big-find">
                    <label class="visually-hidden" for="q">"Search for"</label>
                    <input id="q" name="q" r#type="search" value=query.text.clone() autocomplete="off" maxlength=LONGEST_QUERY.to_string() autofocus=!asked />
                    <button class="button strong">{icon::magnifier()} "Search"</button>
                </form>
            </search>
        </header>
        {asked.then(|| kinds(&query, &facets))}
        {found}
    }.into_any()
}

fn kinds(query: &Query, facets: &[Facet]) -> AnyView {
    let link = |kind: Option<HitKind>, label: String| {
        let current = (query.kind == kind).then_some("true");
        view! { <li><a href=address(&query.text, kind) aria-current=current>{label}</a></li> }
    };
    let narrow = HitKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let facet = facets.iter().find(|facet| facet.kind == kind && facet.count > 0)?;
            Some(link(Some(kind), format!("{} {}", kind.label(), facet.count)))
        })
        .collect_view();
    view! { <nav class="kinds" aria-label="Narrow to"><ul>{link(None, "Everything".to_owned())} {narrow}</ul></nav> }
        .into_any()
}

/// Hits by kind, in the order of their best ones.
fn groups(query: &Query, hits: Vec<SearchHit>, facets: &[Facet]) -> AnyView {
    let most = if query.kind.is_some() { usize::MAX } else { OF_EACH };
    let group = |(kind, hits): (HitKind, Vec<SearchHit>)| {
        let all = facets.iter().find(|facet| facet.kind == kind).map_or(0, |facet| facet.count);
        let shown = u32::try_from(hits.len().min(most)).unwrap_or(u32::MAX);
        let more = (query.kind.is_none() && all > shown).then(|| {
            let label = format!("All {all} in {}", kind.label());
            view! { <p class="all-hits"><a href=address(&query.text, Some(kind))>{label}</a></p> }
        });
        let id = format!("hits-{}", kind.as_str());
        view! {
            <section class="hit-group" aria-labelledby=id.clone()>
                <h2 id=id.clone()>{kind.label()} " " <span class="quiet">{all}</span></h2>
                <ol class="hits">{hits.into_iter().take(most).map(hit).collect_view()}</ol>
                {more}
            </section>
        }
    };
    HitKind::group(hits).into_iter().map(group).collect_view().into_any()
}

fn hit(hit: SearchHit) -> AnyView {
    let class = format!("hit {}", hit.kind.as_str());
    view! {
        <li class=class>
            {(!hit.section.is_empty()).then(|| view! { <p class="kicker">{hit.section}</p> })}
            <h3><a href=hit.url>{hit.title}</a></h3>
            <p class="snippet" inner_html=hit.snippet></p>
        </li>
    }
    .into_any()
}

fn did_you_mean(instead: Vec<String>) -> Option<impl IntoView> {
    (!instead.is_empty()).then(|| {
        let links = instead
            .into_iter()
            .map(|text| {
                let href = address(&text, None);
                view! { " " <a href=href>{text}</a> }
            })
            .collect_view();
        view! { <p>"Did you mean" {links} "?"</p> }
    })
}

fn nothing(query: &Query, instead: Vec<String>) -> AnyView {
    let others = did_you_mean(instead);
    let widen = query.kind.map(|kind| {
        view! { <p><a href=address(&query.text, None)>{format!("Look outside {} too", kind.label())}</a></p> }
    });
    view! {
        <div class="empty" role="status">
            <p><b>{format!("Nothing found for “{}”.", short(&query.text))}</b></p>
            {others}
            {widen}
            <p>"Try fewer words or the bare command, or look through the " <a href="/cheatsheet">"cheat sheet"</a> " and the " <a href="/chapters">"chapters"</a> "."</p>
        </div>
    }.into_any()
}

/// Where a text is searched for.
fn address(text: &str, kind: Option<HitKind>) -> String {
    let narrow = kind.map_or_else(String::new, |kind| format!("&kind={}", kind.as_str()));
    format!("/search?q={}{narrow}", encode(text))
}

/// Percent-encoding for a query value.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// So that browsers can add this site to their search engines. `address` is that of its root without a slash at the end.
pub(crate) fn open_search_description(address: &str) -> String {
    let address = address.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>{NAME}</ShortName>
  <Description>Containers: chapters, commands, exercises and error messages</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Url type="text/html" template="{address}/search?q={{searchTerms}}"/>
</OpenSearchDescription>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_survive_an_address() {
        assert_eq!(encode("docker run --rm & é"), "docker%20run%20--rm%20%26%20%C3%A9");
    }

    #[test]
    fn long_queries_are_cut_in_titles() {
        assert_eq!(short(&"ä".repeat(80)).chars().count(), 60);
    }
}
