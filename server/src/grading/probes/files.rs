//! A file of the sandbox, and its meaning.
//! Invariant: a text that is there and not told is marked as withheld, so that nothing is concluded from its absence.

use std::time::Duration;

use domain::probe::Parse;
use sandbox::{FileKind, Refusal, Sandbox, SandboxError, WORK_DIR};
use serde_json::{Value, json};

use super::{Look, ProbeError, dockerfile};

/// The most that is read of a file.
const MOST: u64 = 256 * 1024;
/// A text of that length is parsed in a fraction of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Characters told of why a text does not parse; parsers quote what they do not understand.
const MOST_SAID: usize = 500;

pub(super) async fn look(sandbox: &Sandbox, path: &str, parse: Option<Parse>) -> Result<Look, ProbeError> {
    let path = if path.starts_with('/') { path.to_owned() } else { format!("{WORK_DIR}/{path}") };
    let facts = match sandbox.stat(&path).await {
        Ok(facts) => facts,
        Err(SandboxError::Refused { refusal: Refusal::NotFound, .. }) => {
            return Ok(Look::seen(json!({"present": false})));
        }
        Err(error) => return Err(error.into()),
    };
    let kind = match facts.kind {
        FileKind::File => "file",
        FileKind::Dir => "dir",
        FileKind::Link => "link",
        FileKind::Other => "other",
    };
    let mut seen = json!({
        "present": true, "kind": kind, "mode": format!("{:04o}", facts.mode),
        "uid": facts.uid, "gid": facts.gid, "size": facts.size,
    });
    if matches!(facts.kind, FileKind::File | FileKind::Link) {
        let text = match sandbox.get_file(&path, MOST).await {
            Ok((_, bytes)) => String::from_utf8(bytes.to_vec()).ok(),
            // A link to nothing, or too large.
            Err(SandboxError::Refused { .. } | SandboxError::TooLong { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        tell(&mut seen, text, parse).await;
    }
    Ok(Look::seen(seen))
}

/// Add a file's text and meaning to its facts.
async fn tell(seen: &mut Value, text: Option<String>, parse: Option<Parse>) {
    let meaning = match (&text, parse) {
        (Some(text), Some(parse)) => Some(understand(text.clone(), parse, meaning).await),
        (None, Some(_)) => Some(Err("it is no text, or too long".to_owned())),
        (_, None) => None,
    };
    match meaning {
        Some(Ok(value)) => seen["parsed"] = value,
        Some(Err(error)) => {
            seen["parsed_withheld"] = Value::Bool(true);
            seen["parse_error"] = Value::String(error.chars().take(MOST_SAID).collect());
        }
        None => {}
    }
    match text {
        Some(text) => seen["text"] = Value::String(text),
        None => seen["text_withheld"] = Value::Bool(true),
    }
}

/// Parse in a thread of its own: a text that a parser panics at is a text that does not parse.
async fn understand(
    text: String,
    parse: Parse,
    meaning: fn(&str, Parse) -> Result<Value, String>,
) -> Result<Value, String> {
    let parsing = tokio::task::spawn_blocking(move || meaning(&text, parse));
    match tokio::time::timeout(PATIENCE, parsing).await {
        Ok(Ok(parsed)) => parsed,
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, ?parse, "a parser gave up on a learner's file");
            Err("the parser gave up on it".to_owned())
        }
        Err(_) => Err("it takes too long to parse".to_owned()),
    }
}

/// What a text means.
fn meaning(text: &str, parse: Parse) -> Result<Value, String> {
    match parse {
        Parse::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
        Parse::Yaml => serde_saphyr::from_str(text).map_err(|error| error.to_string()),
        Parse::Toml => toml::from_str(text).map_err(|error| error.to_string()),
        Parse::Lines => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            Ok(lines.map(|line| Value::String(line.to_owned())).collect())
        }
        Parse::Dockerfile => dockerfile::read(text),
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    async fn told(text: Option<&str>, parse: Option<Parse>) -> Value {
        let mut seen = json!({"present": true});
        tell(&mut seen, text.map(str::to_owned), parse).await;
        seen
    }

    #[test]
    fn texts_have_their_meaning() {
        assert_eq!(meaning("a: [1, yes]", Parse::Yaml).unwrap()["a"][0], 1);
        assert_eq!(meaning("a = 1", Parse::Toml).unwrap()["a"], 1);
        assert_eq!(meaning("# c\n\n.git\n!keep \n", Parse::Lines).unwrap(), json!([".git", "!keep"]));
        assert_eq!(meaning("FROM a\nRUN x\n", Parse::Dockerfile).unwrap()["instructions"][1]["args"][0], "x");
        for (bad, parse) in [("{", Parse::Json), ("a: [", Parse::Yaml), ("=", Parse::Toml), ("x", Parse::Dockerfile)] {
            assert!(meaning(bad, parse).is_err());
        }
    }

    #[tokio::test]
    async fn what_is_not_told_is_marked() {
        assert_eq!(told(Some("[1]"), None).await, json!({"present": true, "text": "[1]"}));
        assert_eq!(told(Some("[1]"), Some(Parse::Json)).await, json!({"present": true, "text": "[1]", "parsed": [1]}));
        assert_eq!(told(None, None).await, json!({"present": true, "text_withheld": true}));
        let seen = told(None, Some(Parse::Json)).await;
        assert_eq!((&seen["text_withheld"], &seen["parsed_withheld"]), (&json!(true), &json!(true)));
        let seen = told(Some(&"[".repeat(100_000)), Some(Parse::Toml)).await;
        assert_eq!((seen.get("text_withheld"), &seen["parsed_withheld"]), (None, &json!(true)));
        assert!(seen["parse_error"].as_str().unwrap().chars().count() <= MOST_SAID);
    }

    #[tokio::test]
    async fn a_parser_that_panics_is_a_text_that_does_not_parse() {
        let parsed = understand("x".to_owned(), Parse::Yaml, |_, _| panic!("hostile")).await;
        assert_eq!(parsed.unwrap_err(), "the parser gave up on it");
    }

    #[test]
    fn deeply_nested_texts_are_refused_and_not_followed() {
        let deep = |open: &str| open.repeat(100_000);
        for (text, parse) in [
            (deep("["), Parse::Json),
            (deep("["), Parse::Yaml),
            (deep("- "), Parse::Yaml),
            (deep("? "), Parse::Yaml),
            (format!("a = {}", deep("[")), Parse::Toml),
            (format!("{}a = 1", deep("a.")), Parse::Toml),
            (format!("FROM a\n{}RUN x\n", deep("ONBUILD ")), Parse::Dockerfile),
        ] {
            assert!(meaning(&text, parse).is_err(), "{parse:?}");
        }
    }
}
