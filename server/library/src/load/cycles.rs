//! Cycles among things that ask for each other first: chapters, exercises, checks.
//! Invariant: each cycle is reported once, at the edge that closes it, and nothing recurses.

use std::collections::BTreeMap;

use domain::problem::Problem;

use super::findings::Edge;

/// A problem for each cycle.
pub(crate) fn cycles(edges: &[Edge]) -> Vec<Problem> {
    let mut out: BTreeMap<&str, Vec<&Edge>> = BTreeMap::new();
    for edge in edges {
        out.entry(&edge.from).or_default().push(edge);
    }
    let mut done: BTreeMap<&str, bool> = BTreeMap::new();
    let mut problems = Vec::new();
    for start in out.keys() {
        walk(start, &out, &mut done, &mut problems);
    }
    problems
}

/// Depth first with a stack of its own. `done` is false for what is on the way and true for what is finished.
fn walk<'a>(
    start: &'a str,
    out: &BTreeMap<&'a str, Vec<&'a Edge>>,
    done: &mut BTreeMap<&'a str, bool>,
    problems: &mut Vec<Problem>,
) {
    if done.contains_key(start) {
        return;
    }
    done.insert(start, false);
    let mut way = vec![(start, 0)];
    while let Some((node, next)) = way.last_mut() {
        let node = *node;
        let Some(edge) = out.get(node).and_then(|edges| edges.get(*next)) else {
            done.insert(node, true);
            way.pop();
            continue;
        };
        *next += 1;
        match done.get(edge.to.as_str()) {
            None => {
                done.insert(&edge.to, false);
                way.push((&edge.to, 0));
            }
            Some(true) => {}
            Some(false) => {
                let round = way.iter().map(|(node, _)| *node).skip_while(|node| *node != edge.to);
                let round: Vec<String> = round.chain([edge.to.as_str()]).map(|node| format!("`{node}`")).collect();
                problems.push(Problem::at(&*edge.file, edge.line, format!("a circle: {}", round.join(" needs "))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(edges: &[(&str, &str)]) -> Vec<String> {
        let edges: Vec<Edge> = edges
            .iter()
            .map(|(from, to)| Edge { file: "f".into(), line: 1, from: (*from).into(), to: (*to).into() })
            .collect();
        cycles(&edges).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn names_each_circle_once() {
        assert_eq!(messages(&[("a", "b"), ("b", "c"), ("a", "c")]), [""; 0]);
        assert_eq!(messages(&[("a", "a")]), ["a circle: `a` needs `a`"]);
        assert_eq!(
            messages(&[("z", "a"), ("a", "b"), ("b", "c"), ("c", "a")]),
            ["a circle: `a` needs `b` needs `c` needs `a`"]
        );
        assert_eq!(messages(&[("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]).len(), 2);
    }

    #[test]
    fn a_long_way_does_not_overflow() {
        let names: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
        let edges: Vec<(&str, &str)> = names.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        assert!(messages(&edges).is_empty());
    }
}
