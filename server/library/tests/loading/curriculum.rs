//! The curriculum: what there is of each row, and faults in its file.

use library::coverage;

use crate::Content;

const FILE: &str = "curriculum.toml";
const ROWS: &str = r#"
[[row]]
number = "7.2.9"
teaches = "Layers"
sections = ["layers"]
exercises = ["flatten", "unflatten"]

[[row]]
number = "7.2.9"
teaches = "What stays"
sections = ["layers#layers-remember"]
exercises = ["flatten"]

[[row]]
number = "7.3"
teaches = "What nobody practises"
without_exercise = "It is for reading."
"#;

fn ids<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[test]
fn what_there_is_and_what_is_missing() {
    let (library, problems) = Content::sound().with(FILE, ROWS).load();
    assert_eq!(problems, [""; 0], "an exercise that is to be written is no fault of the content");
    let rows = coverage(&library);
    assert_eq!(ids(&rows[0].entries), ["history", "inspect"]);
    assert_eq!((ids(&rows[0].exercises), ids(&rows[0].missing)), (vec!["flatten".into()], vec!["unflatten".into()]));
    assert_eq!(ids(&rows[1].entries), ["history"], "of a section only what it teaches");
    assert_eq!((ids(&rows[2].entries), ids(&rows[2].missing)), (vec![], vec![]));
    assert_eq!(rows.iter().map(|row| row.is_whole()).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(coverage(&Content::sound().load().0), [], "content needs no curriculum");
}

#[test]
fn faults() {
    for (from, to, wanted) in [
        ("\"7.3\"", "\"7.x\"", ":15: `7.x` is not the number of a row"),
        ("\"Layers\"", "\" \"", ":4: `teaches` must not be empty"),
        ("[\"layers\"]", "[\"nope\"]", ":5: there is no chapter `nope`"),
        ("#layers-remember", "#layers-forget", ":11: the chapter `layers` has no heading"),
        ("\"7.2.9\"", "\"7.2.8\"", ":5: the chapter `layers` does not say that it teaches 7.2.8"),
        ("without_exercise", "exercises = [\"flatten\"]\nwithout_exercise", ":18: the row has exercises"),
        ("teaches = \"Layers\"", "", ":2: missing field `teaches`"),
        ("[[row]]", "[[line]]", ":2: unknown field `line`"),
    ] {
        let changed = ROWS.replacen(from, to, 1);
        let (_, problems) = Content::sound().with(FILE, &changed).load();
        let wanted = format!("{FILE}{wanted}");
        assert!(problems.iter().any(|it| it.starts_with(&wanted)), "wanted {wanted}, got {problems:#?}");
    }
}
