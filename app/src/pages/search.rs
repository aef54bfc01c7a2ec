//! The results page of the search, with an address of its own; it needs no script.
//! Invariant: any query gives a page, and an empty result says what to try.

use leptos::prelude::*;

use crate::{
    Query,
    api::{HitKind, LONGEST_QUERY, SearchHit},
    parts::{card::count, icon},
    shell::{NAME, Place, Sheet},
    view::{Facet, SearchResults},
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

fn short(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(59).chain(['…']).collect() }
}

fn body(query: Query, results: SearchResults) -> AnyView {
    let SearchResults { hits, facets, instead } = results;
    let asked = !query.text.is_empty();
    let found = match (asked, hits.is_empty()) {
        (false, _) => {
            view! { <p class="lead">"Half a command, a question, or a whole error message: paste it as it is."</p> }
                .into_any()
        }
        (true, true) => nothing(&query, instead).into_any(),
        (true, false) => {
            let total = u32::try_from(hits.len()).unwrap_or(u32::MAX);
            view! {
                <p class="quiet" role="status">{count(total, "hit", "hits")} ", best first"</p>
                <ol class="hits">{hits.into_iter().map(hit).collect_view()}</ol>
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
        let mut href = format!("/search?q={}", encode(&query.text));
        if let Some(kind) = kind {
            href.push_str("&kind=");
            href.push_str(kind.as_str());
        }
        view! { <li><a href=href aria-current=current>{label}</a></li> }
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

fn hit(hit: SearchHit) -> AnyView {
    let where_from = if hit.section.is_empty() {
        hit.kind.label().to_owned()
    } else {
        format!("{} · {}", hit.kind.label(), hit.section)
    };
    let class = format!("hit {}", hit.kind.as_str());
    view! {
        <li class=class>
            <p class="kicker">{where_from}</p>
            <h2><a href=hit.url>{hit.title}</a></h2>
            <p class="snippet" inner_html=hit.snippet></p>
        </li>
    }
    .into_any()
}

fn nothing(query: &Query, instead: Vec<String>) -> AnyView {
    let others = (!instead.is_empty()).then(|| {
        let links = instead
            .into_iter()
            .map(|text| {
                let url = format!("/search?q={}", encode(&text));
                view! { <li><a href=url>{text}</a></li> }
            })
            .collect_view();
        view! { <p>"Did you mean"</p> <ul>{links}</ul> }
    });
    let widen = query.kind.map(|kind| {
        view! { <p><a href=format!("/search?q={}", encode(&query.text))>{format!("Look outside {} too", kind.label())}</a></p> }
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
