//! Dockerfiles in colours: instructions, flags, shell and exec form, here-documents.
//! The grammars at hand know neither flags nor here-documents; shell and JSON inside are theirs.
//! Invariant: any text gives lines whose pieces are that text.

use super::{
    console::here_documents,
    highlight::{self, Class, JSON, Line, SHELL, plain_line},
};

const INSTRUCTIONS: [&str; 19] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
    "NONE",
];

/// A Dockerfile in colours.
pub(crate) fn lines(code: &str) -> Vec<Line> {
    let source: Vec<&str> = code.split('\n').collect();
    let mut out = Vec::with_capacity(source.len());
    while let Some(&first) = source.get(out.len()) {
        let from = out.len();
        if first.trim_start().starts_with('#') || first.trim().is_empty() {
            out.push(plain_line(Some(Class::Comment), first));
            continue;
        }
        let end = end_of_instruction(&source, from);
        instruction(source.get(from..end).unwrap_or_default(), &mut out);
        let mut at = end;
        for (tabs, word) in here_documents(first) {
            at = document(&source, at, tabs, &word, first, &mut out);
        }
    }
    out
}

/// The first line after an instruction: lines that end in `\` go on, and comments and empty lines between count.
fn end_of_instruction(source: &[&str], from: usize) -> usize {
    let mut end = from;
    let mut goes_on = true;
    while let Some(line) = source.get(end).filter(|_| goes_on) {
        let between = end > from && (line.trim_start().starts_with('#') || line.trim().is_empty());
        goes_on = between || line.trim_end().ends_with('\\');
        end += 1;
    }
    end
}

/// Pieces of one instruction, over its lines.
struct Pieces {
    lines: Vec<Line>,
}

impl Pieces {
    fn push(&mut self, class: Option<Class>, text: &str) {
        for (place, part) in text.split('\n').enumerate() {
            if place > 0 {
                self.lines.push(Line::default());
            }
            if let Some(line) = self.lines.last_mut() {
                line.push(class, part);
            }
        }
    }

    fn push_lines(&mut self, lines: Vec<Line>) {
        for (place, added) in lines.into_iter().enumerate() {
            if place > 0 {
                self.lines.push(Line::default());
            }
            for (class, text) in added.0 {
                self.push(class, &text);
            }
        }
    }
}

fn instruction(source: &[&str], out: &mut Vec<Line>) {
    let text = source.join("\n");
    let mut pieces = Pieces { lines: vec![Line::default()] };
    let mut rest = text.as_str();
    let mut name = take_instruction(&mut rest, &mut pieces);
    if name == "ONBUILD" {
        name = take_instruction(&mut rest, &mut pieces);
    }
    take_flags(&mut rest, &mut pieces);
    if name == "HEALTHCHECK" {
        name = take_instruction(&mut rest, &mut pieces);
    }
    match name.as_str() {
        "RUN" | "CMD" | "ENTRYPOINT" | "SHELL" => {
            let language = if rest.trim_start().starts_with('[') { JSON } else { SHELL };
            pieces.push_lines(highlight::lines(language, &format!("{rest}\n")));
        }
        _ => arguments(&name, rest, &mut pieces),
    }
    out.append(&mut pieces.lines);
}

/// Takes blanks and, if one stands there, the name of an instruction.
fn take_instruction(rest: &mut &str, pieces: &mut Pieces) -> String {
    let word = take_word(rest, pieces);
    let name = word.to_ascii_uppercase();
    let known = INSTRUCTIONS.contains(&name.as_str());
    pieces.push(known.then_some(Class::Keyword), word);
    if known { name } else { String::new() }
}

/// Takes the flags of an instruction: `--name` or `--name=value`.
fn take_flags(rest: &mut &str, pieces: &mut Pieces) {
    while rest.trim_start_matches([' ', '\t', '\\', '\n']).starts_with("--") {
        let word = take_word(rest, pieces);
        let (flag, value) = word.split_at(word.find('=').unwrap_or(word.len()));
        pieces.push((!flag.is_empty()).then_some(Class::Flag), flag);
        values(value, pieces);
        if word.is_empty() {
            return;
        }
    }
}

/// Takes blanks and ends of lines, and gives the word after them without pushing it.
fn take_word<'t>(rest: &mut &'t str, pieces: &mut Pieces) -> &'t str {
    loop {
        let opens_line = pieces.lines.len() > 1 && pieces.lines.last().is_some_and(|line| line.0.is_empty());
        let (class, taken) = if opens_line && rest.trim_start_matches([' ', '\t']).starts_with('#') {
            (Some(Class::Comment), rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("\\\n") {
            (Some(Class::Operator), 2)
        } else if rest.starts_with('\n') {
            (None, 1)
        } else {
            (None, rest.find(|c: char| c == '\n' || !c.is_whitespace()).unwrap_or(rest.len()))
        };
        if taken == 0 {
            break;
        }
        let (before, after) = rest.split_at(taken);
        pieces.push(class, before);
        *rest = after;
    }
    let (word, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
    *rest = after;
    word
}

/// Arguments of instructions that take neither shell nor, necessarily, JSON.
fn arguments(name: &str, mut rest: &str, pieces: &mut Pieces) {
    if rest.trim_start().starts_with('[') {
        pieces.push_lines(highlight::lines(JSON, &format!("{rest}\n")));
        return;
    }
    let pairs = matches!(name, "ENV" | "ARG" | "LABEL");
    let mut in_quotes = false;
    while !rest.is_empty() {
        let word = take_word(&mut rest, pieces);
        let key = if pairs && !in_quotes {
            word.find('=').filter(|at| !word.get(..*at).unwrap_or("\"").contains('"'))
        } else {
            None
        };
        let (key, value) = word.split_at(key.unwrap_or(0));
        pieces.push(Some(Class::Key), key);
        let (sign, value) = value.split_at(usize::from(!key.is_empty()));
        pieces.push(None, sign);
        if name == "FROM" && word.eq_ignore_ascii_case("as") {
            pieces.push(Some(Class::Keyword), word);
        } else if in_quotes || value.contains(['"', '\'']) {
            if value.matches(['"', '\'']).count() % 2 == 1 {
                in_quotes = !in_quotes;
            }
            pieces.push(Some(Class::String), value);
        } else {
            values(value, pieces);
        }
    }
}

/// Plain text with variables in it.
fn values(text: &str, pieces: &mut Pieces) {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        pieces.push(None, before);
        let end = match after.strip_prefix("${") {
            Some(name) => name.find('}').map_or(after.len(), |at| at + 3),
            None => after
                .char_indices()
                .skip(1)
                .find(|(_, c)| !c.is_alphanumeric() && *c != '_')
                .map_or(after.len(), |(at, _)| at),
        };
        let (variable, after) = after.split_at(end);
        pieces.push(Some(Class::Variable), variable);
        rest = after;
    }
    pieces.push(None, rest);
}

/// The body of a here-document and its end; gives the line after it.
fn document(source: &[&str], from: usize, tabs: bool, word: &str, first: &str, out: &mut Vec<Line>) -> usize {
    let ends = |line: &&str| (if tabs { line.trim_start_matches('\t') } else { line }) == word;
    let rest = source.get(from..).unwrap_or_default();
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    let body = rest.get(..length).unwrap_or_default();
    let runs = first.trim_start().get(..3).is_some_and(|name| name.eq_ignore_ascii_case("run"));
    if !body.is_empty() {
        let script = body.first().is_some_and(|line| line.starts_with("#!") && !line.contains("sh"));
        if runs && !script {
            out.extend(highlight::lines(SHELL, &format!("{}\n", body.join("\n"))));
        } else {
            out.extend(body.iter().map(|line| plain_line(Some(Class::String), line)));
        }
    }
    if let Some(end) = rest.get(length) {
        out.push(plain_line(Some(Class::Keyword), end));
    }
    from + (length + 1).min(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(code: &str) -> String {
        let piece = |(class, text): &(Option<Class>, String)| match class {
            Some(class) => format!("{class:?}:{}", text.trim()),
            None => text.trim().to_owned(),
        };
        let line = |line: &Line| line.0.iter().map(piece).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("·");
        lines(code).iter().map(line).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn colours() {
        for (code, wanted) in [
            ("# syntax=docker/dockerfile:1", "Comment:# syntax=docker/dockerfile:1"),
            (
                "FROM --platform=$X debian:13 AS build",
                "Keyword:FROM·Flag:--platform·=·Variable:$X·debian:13·Keyword:AS·build",
            ),
            ("RUN --mount=type=secret,id=k ls", "Keyword:RUN·Flag:--mount·=type=secret,id=k·Command:ls"),
            ("CMD [\"a\"]", "Keyword:CMD·[·String:\"a\"·]"),
            ("COPY --chown=a:b --from=x /c /d", "Keyword:COPY·Flag:--chown·=a:b·Flag:--from·=x /c /d"),
            ("ENV A=1 B=\"x y\"", "Keyword:ENV·Key:A·=1·Key:B·=·String:\"x·String:y\""),
            ("HEALTHCHECK --interval=5s CMD ls", "Keyword:HEALTHCHECK·Flag:--interval·=5s·Keyword:CMD·Command:ls"),
            ("HEALTHCHECK NONE", "Keyword:HEALTHCHECK·Keyword:NONE"),
            ("ONBUILD RUN ls", "Keyword:ONBUILD·Keyword:RUN·Command:ls"),
            ("RUN <<EOF\nls\nEOF\nUSER a", "Keyword:RUN·Operator:<<·Keyword:EOF|Command:ls|Keyword:EOF|Keyword:USER·a"),
            ("user ${A:-b}c", "Keyword:user·Variable:${A:-b}·c"),
            ("what is this", "what is this"),
        ] {
            assert_eq!(show(code), wanted, "{code}");
        }
    }

    #[test]
    fn nothing_is_lost() {
        for code in [
            "RUN a \\\n    # why\n\n    && b\nCMD x",
            "COPY <<A <<B /\na\nA\nb\nB\nRUN x",
            "RUN <<EOF\nnever ends",
            "LABEL a=\"b\" \\\n  # c\n  d='e f'\n",
            "ENV \\\n",
            "FROM --",
            "RUN \\",
            "--a --b=$",
            "",
            "\n\n",
        ] {
            let text: Vec<String> =
                lines(code).iter().map(|line| line.0.iter().map(|(_, text)| text.as_str()).collect()).collect();
            assert_eq!(text.join("\n"), code);
        }
    }
}
