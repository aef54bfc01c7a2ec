//! A Dockerfile's instructions and stages, in the shape that the domain documents.
//! Invariant: the words come from a parser for Dockerfiles, never from a search for them in the text.

use std::collections::BTreeMap;

use parse_dockerfile::{
    Command, Flag, HealthcheckArguments, HereDoc, Instruction, JsonOrStringArray, Source, Span, UnescapedString,
};
use serde::Serialize;
use serde_json::{Value, json};

/// One instruction.
#[derive(Clone, Serialize)]
struct Line {
    instruction: &'static str,
    args: Vec<String>,
    exec_form: bool,
    flags: BTreeMap<String, Value>,
    line: usize,
}

/// One stage.
#[derive(Serialize)]
struct Stage {
    image: String,
    name: Option<String>,
    line: usize,
    instructions: Vec<Line>,
}

/// What a Dockerfile means, or why it cannot be read.
pub(super) fn read(text: &str) -> Result<Value, String> {
    // Places are counted from behind it.
    let text = text.trim_start_matches('\u{feff}');
    let parsed = parse_dockerfile::parse(text).map_err(|error| error.to_string())?;
    let escape = parsed.parser_directives.escape.as_ref().map_or('\\', |directive| directive.value.value);
    let reader = Reader { text, escape };
    let mut instructions = Vec::new();
    let mut stages: Vec<Stage> = Vec::new();
    for instruction in &parsed.instructions {
        let line = reader.line(instruction)?;
        if let Instruction::From(from) = instruction {
            let name = from.as_.as_ref().map(|(_, name)| name.value.to_string());
            stages.push(Stage { image: from.image.value.to_string(), name, line: line.line, instructions: Vec::new() });
        } else if let Some(stage) = stages.last_mut() {
            stage.instructions.push(line.clone());
        }
        instructions.push(line);
    }
    Ok(json!({"instructions": instructions, "stages": stages}))
}

struct Reader<'a> {
    text: &'a str,
    escape: char,
}

/// The parts of an instruction behind its name.
#[derive(Default)]
struct Rest<'a> {
    args: Vec<String>,
    exec_form: bool,
    flags: &'a [Flag<'a>],
}

impl Reader<'_> {
    fn line(&self, instruction: &Instruction<'_>) -> Result<Line, String> {
        let (name, span, rest) = self.parts(instruction).ok_or("it has an instruction of an unknown kind")?;
        let before = self.text.get(..span.start).unwrap_or_default();
        Ok(Line {
            instruction: name,
            args: rest.args,
            exec_form: rest.exec_form,
            flags: flags(rest.flags),
            line: before.matches('\n').count() + 1,
        })
    }

    fn parts<'a>(&self, instruction: &'a Instruction<'_>) -> Option<(&'static str, &'a Span, Rest<'a>)> {
        let words = |args: Vec<String>| Rest { args, ..Rest::default() };
        let one = |arg: &UnescapedString<'_>| words(vec![arg.value.to_string()]);
        Some(match instruction {
            Instruction::Add(it) => {
                ("ADD", &it.add.span, Rest { flags: &it.options, ..words(paths(&it.src, &it.dest)) })
            }
            Instruction::Arg(it) => ("ARG", &it.arg.span, words(split(&it.arguments.value, self.escape))),
            Instruction::Cmd(it) => ("CMD", &it.cmd.span, self.command(&it.arguments, &[])),
            Instruction::Copy(it) => {
                ("COPY", &it.copy.span, Rest { flags: &it.options, ..words(paths(&it.src, &it.dest)) })
            }
            Instruction::Entrypoint(it) => ("ENTRYPOINT", &it.entrypoint.span, self.command(&it.arguments, &[])),
            Instruction::Env(it) => ("ENV", &it.env.span, words(pairs(&it.arguments.value, self.escape))),
            Instruction::Expose(it) => ("EXPOSE", &it.expose.span, words(texts(&it.arguments))),
            Instruction::From(it) => ("FROM", &it.from.span, Rest { flags: &it.options, ..one(&it.image) }),
            Instruction::Healthcheck(it) => {
                let rest = match &it.arguments {
                    HealthcheckArguments::Cmd { arguments, .. } => self.command(arguments, &[]),
                    _ => words(vec!["NONE".to_owned()]),
                };
                ("HEALTHCHECK", &it.healthcheck.span, Rest { flags: &it.options, ..rest })
            }
            Instruction::Label(it) => ("LABEL", &it.label.span, words(pairs(&it.arguments.value, self.escape))),
            Instruction::Maintainer(it) => ("MAINTAINER", &it.maintainer.span, one(&it.name)),
            Instruction::Onbuild(it) => {
                let (name, _, mut rest) = self.parts(&it.instruction)?;
                rest.args.insert(0, name.to_owned());
                ("ONBUILD", &it.onbuild.span, rest)
            }
            Instruction::Run(it) => {
                let rest = self.command(&it.arguments, &it.here_docs);
                ("RUN", &it.run.span, Rest { flags: &it.options, ..rest })
            }
            Instruction::Shell(it) => {
                ("SHELL", &it.shell.span, Rest { exec_form: true, ..words(texts(&it.arguments)) })
            }
            Instruction::Stopsignal(it) => ("STOPSIGNAL", &it.stopsignal.span, one(&it.arguments)),
            Instruction::User(it) => ("USER", &it.user.span, one(&it.arguments)),
            Instruction::Volume(it) => {
                let rest = match &it.arguments {
                    JsonOrStringArray::Json(list) => Rest { exec_form: true, ..words(texts(&list.value)) },
                    JsonOrStringArray::String(list) => words(texts(list)),
                };
                ("VOLUME", &it.volume.span, rest)
            }
            Instruction::Workdir(it) => ("WORKDIR", &it.workdir.span, one(&it.arguments)),
            _ => return None,
        })
    }

    fn command<'a>(&self, command: &Command<'_>, here_docs: &[HereDoc<'_>]) -> Rest<'a> {
        let (mut args, exec_form) = match command {
            Command::Exec(list) => (texts(&list.value), true),
            Command::Shell(text) => (vec![joined(text.value, self.escape)], false),
            _ => (Vec::new(), false),
        };
        if !here_docs.is_empty() {
            args.retain(|text| !text.is_empty());
        }
        args.extend(here_docs.iter().map(|document| document.value.to_string()));
        Rest { args, exec_form, flags: &[] }
    }
}

fn texts(list: &[UnescapedString<'_>]) -> Vec<String> {
    list.iter().map(|text| text.value.to_string()).collect()
}

/// Sources, then the destination.
fn paths(sources: &[Source<'_>], destination: &UnescapedString<'_>) -> Vec<String> {
    let source = |source: &Source<'_>| match source {
        Source::Path(path) => path.value.to_string(),
        Source::HereDoc(document) => document.value.to_string(),
        _ => String::new(),
    };
    sources.iter().map(source).chain([destination.value.to_string()]).collect()
}

fn flags(list: &[Flag<'_>]) -> BTreeMap<String, Value> {
    let mut flags: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for flag in list {
        let value = flag.value.as_ref().map_or_else(String::new, |value| value.value.to_string());
        flags.entry(flag.name.value.to_string()).or_default().push(Value::String(value));
    }
    let single = |(name, mut values): (String, Vec<Value>)| match values.len() {
        1 => (name, values.remove(0)),
        _ => (name, Value::Array(values)),
    };
    flags.into_iter().map(single).collect()
}

/// A command in shell form as the shell gets it: lines that go on are one, comments between them are none.
fn joined(text: &str, escape: char) -> String {
    let mut lines = text.lines().enumerate();
    let kept = lines.by_ref().filter(|(at, line)| *at == 0 || !line.trim_start().starts_with('#'));
    kept.map(|(_, line)| line.trim_end().strip_suffix(escape).unwrap_or(line)).collect()
}

/// `NAME=value …`, or `NAME value` as in old files.
fn pairs(text: &str, escape: char) -> Vec<String> {
    let words = split(text, escape);
    match words.first() {
        Some(name) if !name.contains('=') => {
            let value = text.trim_start().split_once(char::is_whitespace).map_or("", |(_, value)| value.trim());
            vec![format!("{name}={value}")]
        }
        _ => words,
    }
}

/// Words with their quotes and escapes resolved, as the builder does.
fn split(text: &str, escape: char) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match quote {
            None if letter.is_whitespace() => {
                words.extend(word.take());
                continue;
            }
            None if matches!(letter, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            Some(open) if letter == open => quote = None,
            // Single quotes take everything as it is.
            open if letter == escape && open != Some('\'') => word.get_or_insert_default().extend(letters.next()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only instruction behind FROM.
    fn one(text: &str) -> Value {
        read(&format!("FROM scratch\n{text}\n")).unwrap()["instructions"][1].clone()
    }

    #[test]
    fn an_instruction_has_its_documented_shape() {
        assert_eq!(
            one(
                "run --mount=type=cache,target=/a --mount=type=bind,target=/b --network=none apt-get update \\\n    # why\n    && apt-get install \\\n curl"
            ),
            json!({
                "instruction": "RUN", "exec_form": false, "line": 2,
                "args": ["apt-get update     && apt-get install  curl"],
                "flags": {"mount": ["type=cache,target=/a", "type=bind,target=/b"], "network": "none"},
            })
        );
        assert_eq!(
            one("CMD [\"a\", \"b c\"]"),
            json!({"instruction": "CMD", "exec_form": true, "line": 2, "args": ["a", "b c"], "flags": {}})
        );
    }

    #[test]
    fn arguments_are_the_words_that_count() {
        let cases: [(&str, &[&str], bool); 22] = [
            ("CMD x  $Y", &["x  $Y"], false),
            ("ENTRYPOINT [\"z\"]", &["z"], true),
            ("RUN [\"a\", \"b c\"]", &["a", "b c"], true),
            ("RUN <<END\necho a\nEND", &["echo a\n"], false),
            ("COPY a b /c/", &["a", "b", "/c/"], false),
            ("COPY [\"x y\", \"/z\"]", &["x y", "/z"], false),
            ("COPY <<END /f\nhello\nEND", &["hello\n", "/f"], false),
            ("ADD https://example.org/a /", &["https://example.org/a", "/"], false),
            ("ARG A=1 B", &["A=1", "B"], false),
            ("ENV A=1 B=\"x y\" C=a\\ b D='q \"w\"'", &["A=1", "B=x y", "C=a b", "D=q \"w\""], false),
            ("ENV OLD some value", &["OLD=some value"], false),
            ("LABEL \"k e\"=v", &["k e=v"], false),
            ("HEALTHCHECK --interval=3s CMD [\"x\"]", &["x"], true),
            ("HEALTHCHECK CMD x || exit 1", &["x || exit 1"], false),
            ("HEALTHCHECK NONE", &["NONE"], false),
            ("ONBUILD RUN x y", &["RUN", "x y"], false),
            ("VOLUME [\"/d\", \"/e\"]", &["/d", "/e"], true),
            ("VOLUME /a /b", &["/a", "/b"], false),
            ("EXPOSE 80 81/udp", &["80", "81/udp"], false),
            ("SHELL [\"/bin/sh\", \"-c\"]", &["/bin/sh", "-c"], true),
            ("USER 10001:10001", &["10001:10001"], false),
            ("STOPSIGNAL SIGINT", &["SIGINT"], false),
        ];
        for (text, args, exec_form) in cases {
            let line = one(text);
            assert_eq!((&line["args"], &line["exec_form"]), (&json!(args), &json!(exec_form)), "{text}");
            let name = text.split(' ').next().unwrap_or_default();
            assert_eq!(line["instruction"], name, "{text}");
        }
        assert_eq!(one("COPY --from=build --link a /")["flags"], json!({"from": "build", "link": ""}));
        assert_eq!(one("HEALTHCHECK --interval=3s CMD x")["flags"], json!({"interval": "3s"}));
        assert_eq!(one("ONBUILD RUN --network=none x")["flags"], json!({"network": "none"}));
    }

    #[test]
    fn stages_have_names_and_what_is_done_in_them() {
        let text = "\u{feff}# a comment\nARG V=1\nFROM --platform=linux/arm64 debian:$V AS build\nRUN a\n\nFROM scratch\nCOPY --from=build a /\nUSER 1\n";
        let parsed = read(text).unwrap();
        assert_eq!(parsed["instructions"].as_array().unwrap().len(), 6);
        assert_eq!(parsed["instructions"][1]["flags"], json!({"platform": "linux/arm64"}));
        let stages = parsed["stages"].as_array().unwrap();
        let told: Vec<_> = stages.iter().map(|it| (&it["image"], &it["name"], &it["line"])).collect();
        assert_eq!(
            told,
            [(&json!("debian:$V"), &json!("build"), &json!(3)), (&json!("scratch"), &Value::Null, &json!(6))]
        );
        assert_eq!(stages[0]["instructions"].as_array().unwrap().len(), 1);
        assert_eq!(stages[1]["instructions"][1], parsed["instructions"][5]);
    }

    #[test]
    fn the_escape_character_can_be_another() {
        let parsed = read("# escape=`\nFROM a\nRUN b `\n  c\nENV A=x` y\n").unwrap();
        assert_eq!(parsed["instructions"][1]["args"], json!(["b   c"]));
        assert_eq!(parsed["instructions"][2]["args"], json!(["A=x y"]));
    }

    #[test]
    fn what_is_no_dockerfile_says_why() {
        for text in ["", "RUN x\n", "FROM a\nNONSENSE\n", "FROM a AS b\nFROM a AS b\n"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
