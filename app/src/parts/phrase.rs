//! Phrases of checks and summaries: plain sentences in which what stands between backticks is code.
//! Invariant: nothing of a phrase is lost but paired backticks, nothing of it becomes markup, and all of it is seen.

use domain::visible::visible_lines;
use leptos::prelude::*;

/// A run of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run<'a> {
    Words(&'a str),
    Code(&'a str),
}

/// The phrase with its code as code.
#[must_use]
pub fn phrase(text: &str) -> AnyView {
    runs(text)
        .into_iter()
        .map(|run| match run {
            Run::Words(words) => visible_lines(words).into_owned().into_any(),
            Run::Code(code) => view! { <code>{visible_lines(code).into_owned()}</code> }.into_any(),
        })
        .collect_view()
        .into_any()
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = text;
    while let Some((before, code, after)) = rest.split_once('`').and_then(|(before, tail)| {
        let (code, after) = tail.split_once('`')?;
        Some((before, code, after))
    }) {
        if !before.is_empty() {
            runs.push(Run::Words(before));
        }
        runs.push(if code.is_empty() { Run::Words("``") } else { Run::Code(code) });
        rest = after;
    }
    if !rest.is_empty() {
        runs.push(Run::Words(rest));
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::{Run::*, *};

    #[test]
    fn paired_backticks_make_code() {
        assert_eq!(runs("There is an image `app:flat`"), [Words("There is an image "), Code("app:flat")]);
        assert_eq!(runs("`a` and `b`."), [Code("a"), Words(" and "), Code("b"), Words(".")]);
    }

    #[test]
    fn what_is_not_paired_stays() {
        assert_eq!(runs("one ` alone"), [Words("one ` alone")]);
        assert_eq!(runs("`` empty"), [Words("``"), Words(" empty")]);
        assert_eq!(runs(""), []);
    }
}
