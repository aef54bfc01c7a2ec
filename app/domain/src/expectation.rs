//! Expectations: what the facts of a probe must be, as data, and whether they are.
//! Total: any expectation can be held against any JSON document; what does not fit, or was left out of the facts, simply
//! does not hold.

mod place;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::visible::visible_lines;
use place::find;

/// One statement about the facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// JSON pointer into the facts, e.g. `/config/user`; `""` is the whole document, and `*` stands for every
    /// element of a list or map (all must hold; none at all holds too).
    pub at: String,
    /// What must hold there.
    #[serde(flatten)]
    pub that: That,
    /// What was expected, said in place of the generated phrase; a plain phrase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
    /// What was seen, said in place of the value when it does not hold; a plain phrase in which `{/pointer}` is the
    /// value at that place of the facts, and `{}` the one that does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// What must hold at a place. In TOML one key beside `at`: `equals = 0`, `is = "present"`, ….
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum That {
    /// The same value.
    Equals(Value),
    /// Another value, or none.
    NotEquals(Value),
    /// One of these values.
    OneOf(Vec<Value>),
    /// Text in which the regular expression is found (a number is taken as its text).
    Matches(String),
    /// Text in which the regular expression is not found; nothing at all does not hold.
    NotMatches(String),
    /// Text with this text in it, a list with this element, or a map with this key.
    Contains(Value),
    /// Text without this text in it, a list without this element, or a map without this key; nothing at all does not
    /// hold.
    Lacks(Value),
    /// A number, or the length of a text, list or map, at least this.
    AtLeast(f64),
    /// A number, or the length of a text, list or map, at most this.
    AtMost(f64),
    /// A state of the value.
    Is(State),
}

/// A state of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There, and not null.
    Present,
    /// Not there, or null.
    Absent,
    /// `""`, `[]`, `{}`, or absent.
    Empty,
    /// There and not empty.
    NotEmpty,
    /// `true`.
    True,
    /// `false`.
    False,
}

/// What is said of a value that the facts leave out.
const WITHHELD: &str = "something too large to be judged, or no proper text";

/// An expectation held against facts.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Whether it holds.
    pub holds: bool,
    /// What was expected, as a phrase.
    pub expected: String,
    /// What was seen there, shortened for people.
    pub observed: String,
}

impl Expectation {
    /// A fault in the expectation itself (a regular expression that does not compile, a pointer without `/`).
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if !self.at.is_empty() && !self.at.starts_with('/') {
            return Some(format!("`at = \"{}\"` must be empty or start with `/`", self.at));
        }
        if let Some(seen) = self.seen.as_ref().filter(|seen| pieces(seen).is_none()) {
            return Some(format!("`seen = \"{seen}\"` has a `{{` without a pointer and a `}}` after it"));
        }
        match &self.that {
            That::Matches(pattern) | That::NotMatches(pattern) => {
                Regex::new(pattern).err().map(|error| format!("`{pattern}` is not a regular expression: {error}"))
            }
            _ => None,
        }
    }

    /// Hold it against facts.
    #[must_use]
    pub fn hold(&self, facts: &Value) -> Held {
        let places = find(facts, &self.at);
        let failing = places.iter().find(|place| place.withheld || !self.that.holds(place.value));
        let (holds, shown) = match failing {
            Some(place) if place.withheld => (false, WITHHELD.to_owned()),
            Some(place) => (false, self.seen(facts, place.value)),
            None => (true, places.first().map_or_else(|| "nothing".to_owned(), |place| show(place.value))),
        };
        Held { holds, expected: self.expected(), observed: shown }
    }

    fn seen(&self, facts: &Value, value: Option<&Value>) -> String {
        let Some(pieces) = self.seen.as_deref().and_then(pieces) else { return show(value) };
        let piece = |piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Value("") => show(value),
            Piece::Value(pointer) => show(facts.pointer(pointer)),
        };
        pieces.into_iter().map(piece).collect()
    }

    /// What is expected, as a phrase for people.
    #[must_use]
    pub fn expected(&self) -> String {
        if let Some(say) = &self.say {
            return say.clone();
        }
        let place = if self.at.is_empty() {
            "the result".to_owned()
        } else {
            self.at.trim_start_matches('/').replace("~1", "/").replace("~0", "~").replace('/', " → ")
        };
        format!("{place} {}", self.that.phrase())
    }
}

impl That {
    fn holds(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Equals(wanted) => value.is_some_and(|seen| same(seen, wanted)),
            Self::NotEquals(unwanted) => !value.is_some_and(|seen| same(seen, unwanted)),
            Self::OneOf(wanted) => value.is_some_and(|seen| wanted.iter().any(|one| same(seen, one))),
            Self::Matches(pattern) => found(pattern, value) == Some(true),
            Self::NotMatches(pattern) => found(pattern, value) == Some(false),
            Self::Contains(wanted) => value.is_some_and(|seen| contains(seen, wanted)),
            Self::Lacks(unwanted) => value.is_some_and(|seen| !seen.is_null() && !contains(seen, unwanted)),
            Self::AtLeast(bound) => value.and_then(measure).is_some_and(|size| size >= *bound),
            Self::AtMost(bound) => value.and_then(measure).is_some_and(|size| size <= *bound),
            Self::Is(state) => match state {
                State::Present => !missing(value),
                State::Absent => missing(value),
                State::Empty => missing(value) || value.is_some_and(is_empty),
                State::NotEmpty => !missing(value) && !value.is_some_and(is_empty),
                State::True => value == Some(&Value::Bool(true)),
                State::False => value == Some(&Value::Bool(false)),
            },
        }
    }

    fn phrase(&self) -> String {
        match self {
            Self::Equals(value) => format!("is {}", show(Some(value))),
            Self::NotEquals(value) => format!("is not {}", show(Some(value))),
            Self::OneOf(values) => {
                format!("is one of {}", values.iter().map(|v| show(Some(v))).collect::<Vec<_>>().join(", "))
            }
            Self::Matches(pattern) => format!("matches `{pattern}`"),
            Self::NotMatches(pattern) => format!("does not match `{pattern}`"),
            Self::Contains(value) => format!("contains {}", show(Some(value))),
            Self::Lacks(value) => format!("does not contain {}", show(Some(value))),
            Self::AtLeast(bound) => format!("is at least {bound}"),
            Self::AtMost(bound) => format!("is at most {bound}"),
            Self::Is(State::Present) => "is there".to_owned(),
            Self::Is(State::Absent) => "is not there".to_owned(),
            Self::Is(State::Empty) => "is empty".to_owned(),
            Self::Is(State::NotEmpty) => "is not empty".to_owned(),
            Self::Is(State::True) => "is true".to_owned(),
            Self::Is(State::False) => "is false".to_owned(),
        }
    }
}

enum Piece<'a> {
    Text(&'a str),
    /// A pointer; empty for the value itself.
    Value(&'a str),
}

/// A phrase with places for values; `None` when a brace does not enclose a pointer.
fn pieces(mut phrase: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    while let Some((text, rest)) = phrase.split_once('{') {
        let (pointer, rest) = rest.split_once('}')?;
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return None;
        }
        pieces.extend([Piece::Text(text), Piece::Value(pointer)]);
        phrase = rest;
    }
    pieces.push(Piece::Text(phrase));
    Some(pieces)
}

fn missing(value: Option<&Value>) -> bool {
    matches!(value, None | Some(Value::Null))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Equal, with numbers compared by value (TOML says `0`, JSON may say `0.0`).
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < f64::EPSILON,
        _ => a == b,
    }
}

fn found(pattern: &str, value: Option<&Value>) -> Option<bool> {
    let regex = Regex::new(pattern).ok()?;
    match value? {
        Value::String(text) => Some(regex.is_match(text)),
        Value::Number(number) => Some(regex.is_match(&number.to_string())),
        _ => None,
    }
}

fn contains(seen: &Value, wanted: &Value) -> bool {
    match seen {
        Value::String(text) => wanted.as_str().is_some_and(|wanted| text.contains(wanted)),
        Value::Array(items) => items.iter().any(|item| same(item, wanted)),
        Value::Object(map) => wanted.as_str().is_some_and(|key| map.contains_key(key)),
        _ => false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^52")]
fn measure(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => Some(text.len() as f64),
        Value::Array(items) => Some(items.len() as f64),
        Value::Object(map) => Some(map.len() as f64),
        _ => None,
    }
}

/// A value for people: findings by their `where`, long text shortened, control characters escaped.
fn show(value: Option<&Value>) -> String {
    const LONGEST: usize = 300;
    let text = match value {
        None | Some(Value::Null) => return "nothing".to_owned(),
        Some(Value::String(text)) if text.is_empty() => return "an empty text".to_owned(),
        Some(Value::String(text)) => {
            format!(
                "`{}`",
                text.trim_end()
                    .escape_debug()
                    .to_string()
                    .replace("\\n", "\n")
                    .replace("\\\"", "\"")
                    .replace("\\'", "'")
            )
        }
        Some(Value::Array(items)) if items.is_empty() => return "an empty list".to_owned(),
        Some(Value::Array(items)) if items.iter().all(|item| item.get("where").is_some()) => items
            .iter()
            .filter_map(|item| {
                let place = item.get("where")?.as_str()?;
                Some(match item.get("image").and_then(Value::as_str) {
                    Some(image) => format!("{image}: {place}"),
                    None => place.to_owned(),
                })
            })
            .take(8)
            .collect::<Vec<_>>()
            .join("; "),
        Some(other) => format!("`{other}`"),
    };
    // Paths and names in lists are as hostile as texts.
    let text = visible_lines(&text);
    if text.chars().count() > LONGEST {
        let cut: String = text.chars().take(LONGEST).collect();
        format!("{cut}…")
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn expectation(toml: &str) -> Expectation {
        toml::from_str(toml).unwrap_or_else(|error| panic!("{toml}: {error}"))
    }

    #[test]
    fn holds_or_not() {
        let facts = json!({
            "config": {"user": "app", "env": {"PATH": "/bin"}, "cmd": ["7"]},
            "exit_code": 0, "ratio": 1.5, "found": [], "text": "hello\nworld", "ok": true, "none": null,
            "layers": [{"size": 3}, {"size": 5}],
            "files": {"/etc/passwd": {"mode": "0644"}},
        });
        let cases = [
            ("at='/config/user'\nequals='app'", true),
            ("at='/config/user'\nequals='root'", false),
            ("at='/exit_code'\nequals=0", true),
            ("at='/exit_code'\nequals=0.0", true),
            ("at='/missing'\nequals=0", false),
            ("at='/missing'\nnot_equals=0", true),
            ("at='/config/user'\none_of=['a','app']", true),
            ("at='/text'\nmatches='(?m)^world$'", true),
            ("at='/exit_code'\nmatches='^0$'", true),
            ("at='/missing'\nmatches='.'", false),
            ("at='/missing'\nnot_matches='.'", false),
            ("at='/none'\nnot_matches='.'", false),
            ("at='/text'\nnot_matches='absent'", true),
            ("at='/text'\nnot_matches='hello'", false),
            ("at='/text'\ncontains='lo'", true),
            ("at='/config/cmd'\ncontains='7'", true),
            ("at='/config/env'\ncontains='PATH'", true),
            ("at='/config/env'\nlacks='SECRET'", true),
            ("at='/config/cmd'\nlacks='7'", false),
            ("at='/missing'\nlacks='7'", false),
            ("at='/none'\nlacks='7'", false),
            ("at='/layers'\nat_least=2", true),
            ("at='/layers'\nat_most=1", false),
            ("at='/layers/*/size'\nat_most=5", true),
            ("at='/layers/*/size'\nat_most=4", false),
            ("at='/found/*/size'\nat_most=4", true),
            ("at='/layers/1/size'\nequals=5", true),
            ("at='/layers/9/size'\nis='absent'", true),
            ("at='/found'\nis='empty'", true),
            ("at='/layers'\nis='not_empty'", true),
            ("at='/none'\nis='absent'", true),
            ("at='/none'\nis='present'", false),
            ("at='/ok'\nis='true'", true),
            ("at='/ok'\nis='false'", false),
            ("at='/files/~1etc~1passwd/mode'\nequals='0644'", true),
            ("at=''\nis='present'", true),
        ];
        for (toml, wanted) in cases {
            assert_eq!(expectation(toml).hold(&facts).holds, wanted, "{toml}");
        }
    }

    #[test]
    fn what_was_withheld_holds_nothing() {
        let facts = json!({"present": true, "text_withheld": true, "parsed_withheld": true, "files": {
            "/a": {"text": "x"}, "/b": {"text_withheld": true},
        }});
        for toml in [
            "at='/text'\nis='absent'",
            "at='/text'\nis='empty'",
            "at='/text'\nnot_equals='x'",
            "at='/text'\nnot_matches='x'",
            "at='/parsed/services/db/privileged'\nis='absent'",
            "at='/parsed/services/*/privileged'\nis='absent'",
            "at='/files/*/text'\nnot_equals='y'",
        ] {
            let held = expectation(toml).hold(&facts);
            assert_eq!((held.holds, held.observed.as_str()), (false, WITHHELD), "{toml}");
        }
        assert!(expectation("at='/files/~1a/text'\nnot_matches='y'").hold(&facts).holds);
        assert!(expectation("at='/present'\nis='true'").hold(&facts).holds);
    }

    #[test]
    fn says_what_was_expected_and_seen() {
        let facts = json!({"found": [{"image": "secret:latest", "where": "layer 3, path `/tmp/secret_key`"}]});
        let held = expectation("at='/found'\nis='empty'").hold(&facts);
        assert_eq!(held.expected, "found is empty");
        assert_eq!(held.observed, "secret:latest: layer 3, path `/tmp/secret_key`");
        let said = expectation("at='/found'\nis='empty'\nsay='the secret is nowhere'").hold(&facts);
        assert_eq!(said.expected, "the secret is nowhere");
    }

    #[test]
    fn what_was_seen_is_said_in_words_with_values_in_their_places() {
        let facts = json!({"exit_code": 3, "stderr": "no\n", "list": []});
        let held =
            expectation("at='/exit_code'\nequals=0\nseen='exit code {} and on standard error {/stderr}, {/none}'");
        assert_eq!(held.hold(&facts).observed, "exit code `3` and on standard error `no`, nothing");
        // Only of what does not hold.
        let held = expectation("at='/exit_code'\nequals=3\nseen='another'").hold(&facts);
        assert_eq!((held.holds, held.observed.as_str()), (true, "`3`"));
        for wrong in ["a {b}", "a {/b", "{ }"] {
            assert!(expectation(&format!("at=''\nequals=1\nseen='{wrong}'")).fault().is_some(), "{wrong}");
        }
    }

    #[test]
    fn what_came_out_of_a_sandbox_is_shown_inert_and_short() {
        let found = json!({"found": [{"image": "a\u{202e}b", "where": "layer 1, path `/\u{1b}]0;x\u{7}`"}]});
        let held = expectation("at='/found'\nis='empty'").hold(&found);
        assert_eq!(held.observed, r"a\u{202e}b: layer 1, path `/\u{1b}]0;x\u{7}`");
        let held = expectation("at=''\nequals='x'").hold(&json!({"a\u{202e}": "\u{9b}"}));
        assert_eq!(held.observed, "`{\"a\\u{202e}\":\"\\u{9b}\"}`");
        let held = expectation("at=''\nequals='x'").hold(&json!("\u{1b}[31mred\u{202e}"));
        assert!(!held.observed.contains('\u{1b}') && !held.observed.contains('\u{202e}'), "{}", held.observed);
        let held = expectation("at=''\nequals='x'").hold(&json!("y".repeat(10_000)));
        assert!(held.observed.chars().count() < 310);
    }

    #[test]
    fn faults_are_named() {
        assert!(expectation("at='/x'\nmatches='('").fault().is_some());
        assert!(expectation("at='x'\nequals=1").fault().is_some());
        assert!(expectation("at='/x'\nequals=1").fault().is_none());
    }
}
