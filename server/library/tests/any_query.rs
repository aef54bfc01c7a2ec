//! Any text is a query: over the content that is shipped, whatever is typed or pasted gets an answer of the documented
//! shape, and the same one each time.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{path::Path, sync::LazyLock};

use library::{
    load,
    search::{Index, Kind},
};
use proptest::prelude::*;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let (library, _) = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content"));
    Index::build(&library).unwrap()
});

/// What an answer promises, whatever was asked.
fn check(text: &str, kind: Option<Kind>, limit: usize) -> Result<(), TestCaseError> {
    let found = INDEX.search(text, kind, limit);
    prop_assert!(found.hits.len() <= limit.min(200));
    prop_assert_eq!(found.counts.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), Kind::ALL);
    let all: usize = found.counts.iter().filter(|(of, _)| kind.is_none_or(|kind| *of == kind)).map(|(_, n)| n).sum();
    prop_assert!(found.hits.len() <= all && all <= INDEX.len(), "{} of {all}", found.hits.len());
    prop_assert!(found.hits.windows(2).all(|pair| pair[0].score >= pair[1].score), "best first");
    for hit in &found.hits {
        prop_assert!(kind.is_none_or(|kind| hit.kind == kind));
        prop_assert!(hit.score.is_finite() && hit.score > 0.0, "{hit:?}");
        prop_assert!(hit.url.starts_with('/') && !hit.title.is_empty(), "{hit:?}");
        prop_assert_eq!(hit.command.is_some(), matches!(hit.kind, Kind::Entry | Kind::Error));
        prop_assert_eq!(hit.kind == Kind::Error, hit.title.starts_with("Error: "));
        let marks = (hit.snippet.matches("<mark>").count(), hit.snippet.matches("</mark>").count());
        prop_assert_eq!(marks.0, marks.1);
        let plain = hit.snippet.replace("<mark>", "").replace("</mark>", "");
        prop_assert!(!plain.contains(['<', '>']) && plain.chars().count() < 400, "{plain}");
    }
    let again = INDEX.search(text, kind, limit);
    prop_assert_eq!(found, again);
    Ok(())
}

fn kinds() -> impl Strategy<Value = Option<Kind>> {
    prop::option::of(prop::sample::select(Kind::ALL.to_vec()))
}

/// Any at all, control characters among them.
fn characters() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..120).prop_map(String::from_iter)
}

/// Words that are somewhere, as they stand and in pieces, with what query languages make something of.
fn nearly_queries() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "docker",
        "--no-cache",
        "build",
        "HEALTHCHECK",
        "--mount=type=secret,id=k",
        "compose.yaml",
        "no space left",
        "FROM",
        "image",
        "the",
        "layer",
        "failed",
        "to",
        "solve:",
        "$PATH",
        "virtual",
        "machine",
        "depends_on",
        "helthcheck",
    ]);
    let piece = (word, 0_usize..12, any::<bool>())
        .prop_map(|(word, to, whole)| if whole { word.to_owned() } else { word.chars().take(to).collect() });
    let mark =
        "[\\-\"'`/.,:=()\\[\\]{}*?~^+!<>|&\\\\@#%$;_\\s\u{0}-\u{1f}\u{7f}\u{301}\u{200b}\u{202e}\u{feff}é漢🐳]{0,4}";
    let operator =
        prop::sample::select(vec![" ", " AND ", " OR ", " NOT ", " \"", "\" ", ":", "~2 ", "^3 ", "\n", "\t", ""]);
    prop::collection::vec((mark, piece, operator), 0..24)
        .prop_map(|all| all.into_iter().fold(String::new(), |text, (mark, piece, next)| text + &mark + &piece + next))
}

proptest! {
    // Of each: a search in the whole content takes a while without optimisation.
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_characters_get_an_answer(text in characters(), kind in kinds(), limit in 0_usize..300) {
        check(&text, kind, limit)?;
    }

    #[test]
    fn what_looks_like_a_query_language_gets_an_answer(text in nearly_queries(), kind in kinds()) {
        check(&text, kind, 20)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_length_gets_an_answer(text in prop_oneof![characters(), nearly_queries()], length in 0_usize..400_000) {
        let long: String = text.chars().chain(['x']).cycle().take(length).collect();
        check(&long, None, 20)?;
    }
}
