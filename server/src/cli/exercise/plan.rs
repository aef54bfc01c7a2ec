//! What is to be run of which exercises.

use std::{collections::BTreeSet, sync::Arc};

use library::Exercise;

use super::{
    super::turn::Turn,
    prove::{self, Kind, Run},
};

/// What is to be run, in the order of the list, and which exercises in whole: without a turn all of them, else those that
/// have it and those that are named in `always`. Of the others, or of those of them that have the turn `in_short`, it is
/// the start and the first solution.
pub(super) fn plan<'a>(
    exercises: impl Iterator<Item = &'a Arc<Exercise>>,
    turn: Option<Turn>,
    in_short: Option<Turn>,
    always: &[String],
) -> (Vec<Run>, BTreeSet<String>) {
    let mut whole = BTreeSet::new();
    let mut all = Vec::new();
    for (place, exercise) in exercises.enumerate() {
        let runs = prove::runs(exercise);
        let id = exercise.id.as_str();
        if turn.is_none_or(|turn| turn.has(place)) || always.iter().any(|name| name == id) {
            whole.insert(id.to_owned());
            all.extend(runs);
        } else if in_short.is_none_or(|turn| turn.has(place)) {
            let first = |wanted: fn(&Kind) -> bool| runs.iter().find(|run| wanted(&run.kind)).cloned();
            all.extend(first(|kind| matches!(kind, Kind::Start)));
            all.extend(first(|kind| matches!(kind, Kind::Solution { .. })));
        }
    }
    (all, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_turn_is_run_in_short() {
        let content = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
        let (library, problems) = library::load(&content);
        assert_eq!(problems, []);
        let ids: Vec<&str> = library.exercises().iter().map(|it| it.id.as_str()).collect();
        let counted = |turn: &str, in_short: &str, always: &[String]| {
            let (runs, whole) = plan(library.exercises().iter(), turn.parse().ok(), in_short.parse().ok(), always);
            let of = |id: &str| runs.iter().filter(|run| run.exercise.id.as_str() == id).count();
            (ids.iter().map(|id| of(id)).collect::<Vec<_>>(), whole)
        };
        let (all, whole) = counted("", "", &[]);
        assert!(all.iter().all(|count| *count > 5) && whole.len() == ids.len());
        let always = [ids[1].to_owned()];
        let (some, whole) = counted("1/4", "", &always);
        for (place, id) in ids.iter().enumerate() {
            let in_whole = place % 4 == 0 || place == 1;
            assert_eq!((some[place], whole.contains(*id)), (if in_whole { all[place] } else { 2 }, in_whole), "{id}");
        }
        let (few, _) = counted("1/4", "3/4", &always);
        for (place, id) in ids.iter().enumerate() {
            let short = if place % 4 == 2 { 2 } else { 0 };
            assert_eq!(few[place], if some[place] > 2 { some[place] } else { short }, "{id}");
        }
    }
}
