//! A file of the sandbox, and its meaning.

use domain::probe::Parse;
use sandbox::{FileKind, Refusal, Sandbox, SandboxError, WORK_DIR};
use serde_json::{Value, json};

use super::Look;

/// The most that is read of a file.
const MOST: u64 = 256 * 1024;

pub(super) async fn look(sandbox: &Sandbox, path: &str, parse: Option<Parse>) -> Result<Look, SandboxError> {
    let path = if path.starts_with('/') { path.to_owned() } else { format!("{WORK_DIR}/{path}") };
    let facts = match sandbox.stat(&path).await {
        Ok(facts) => facts,
        Err(SandboxError::Refused { refusal: Refusal::NotFound, .. }) => {
            return Ok(Look::seen(json!({"present": false})));
        }
        Err(error) => return Err(error),
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
    if matches!(facts.kind, FileKind::File | FileKind::Link) && facts.size <= MOST {
        let text = match sandbox.get_file(&path, MOST).await {
            Ok((_, bytes)) => String::from_utf8(bytes.to_vec()).ok(),
            // A link to nothing, or to what is too large.
            Err(SandboxError::Refused { .. } | SandboxError::TooLong { .. }) => None,
            Err(error) => return Err(error),
        };
        if let Some(text) = text {
            if let Some(parse) = parse {
                match meaning(&text, parse) {
                    Ok(value) => seen["parsed"] = value,
                    Err(error) => seen["parse_error"] = Value::String(error),
                }
            }
            seen["text"] = Value::String(text);
        }
    }
    Ok(Look::seen(seen))
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
        Parse::Dockerfile => dockerfile(text),
    }
}

/// The instructions of a Dockerfile, by a parser for Dockerfiles, in the parser's own words.
fn dockerfile(text: &str) -> Result<Value, String> {
    let parsed = parse_dockerfile::parse(text).map_err(|error| error.to_string())?;
    let instructions = serde_json::to_value(&parsed.instructions).map_err(|error| error.to_string())?;
    Ok(json!({"instructions": instructions}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_meaning() {
        assert_eq!(meaning("a: [1, yes]", Parse::Yaml).unwrap()["a"][0], 1);
        assert_eq!(meaning("a = 1", Parse::Toml).unwrap()["a"], 1);
        assert_eq!(meaning("# c\n\n.git\n!keep \n", Parse::Lines).unwrap(), json!([".git", "!keep"]));
        assert!(meaning("FROM a\nRUN x\n", Parse::Dockerfile).unwrap()["instructions"].as_array().unwrap().len() == 2);
        for (bad, parse) in [("{", Parse::Json), ("a: [", Parse::Yaml), ("=", Parse::Toml)] {
            assert!(meaning(bad, parse).is_err());
        }
    }
}
