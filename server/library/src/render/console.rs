//! A console session: which lines are typed and which are answered.
//! Invariant: what is typed, without prompts, is exactly what copying and trying take.

use super::highlight::{self, Class, Line, SHELL, plain_line};
use crate::Command;

/// The session, one line after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<'t> {
    /// Prompts and what follows them; a command may go over several lines.
    Typed(Vec<(&'t str, &'t str)>),
    /// One line of an answer.
    Answered(&'t str),
}

/// A command begins after `$ `. It goes on in the next line after a `\` at the end, inside a here-document, and
/// where the next line begins with the shell's own `> `.
fn parts(code: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut lines = code.split('\n').peekable();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else {
            parts.push(Part::Answered(line));
            continue;
        };
        let mut typed = vec![("$ ", command)];
        let mut ends: Vec<(bool, String)> = here_documents(command);
        let mut goes_on = command.ends_with('\\');
        while let Some(next) = lines.peek().copied() {
            let (prompt, text) = match next.strip_prefix("> ") {
                Some(text) => ("> ", text),
                None if next == ">" => (">", ""),
                None if goes_on || !ends.is_empty() => ("", next),
                None => break,
            };
            if !goes_on && ends.is_empty() && prompt.is_empty() {
                break;
            }
            lines.next();
            typed.push((prompt, text));
            if let Some((tabs, end)) = ends.first() {
                if end == if *tabs { text.trim_start_matches('\t') } else { text } {
                    ends.remove(0);
                }
                goes_on = false;
            } else {
                ends = here_documents(text);
                goes_on = text.ends_with('\\');
            }
        }
        parts.push(Part::Typed(typed));
    }
    parts
}

/// The words that end here-documents begun in a line of shell, each with whether tabs before it are ignored.
pub(crate) fn here_documents(line: &str) -> Vec<(bool, String)> {
    let mut ends = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("<<") {
        let before = rest.get(..at).unwrap_or_default();
        rest = rest.get(at + 2..).unwrap_or_default();
        if before.ends_with('<') || rest.starts_with('<') {
            // `<<<` gives a string, not a document.
            rest = rest.trim_start_matches('<');
            continue;
        }
        let (tabs, word) = rest.strip_prefix('-').map_or((false, rest), |word| (true, word));
        let word = word.trim_start_matches(['"', '\'', '\\']);
        let end: String = word.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        // A shift such as `1 << 2` has a space or a digit there.
        if end.chars().next().is_some_and(|c| !c.is_ascii_digit()) {
            ends.push((tabs, end));
        }
    }
    ends
}

/// What is typed, a line each, without prompts; empty when nothing is.
pub(crate) fn typed(code: &str) -> String {
    commands(code, 0).into_iter().map(|command| command.typed).collect::<Vec<_>>().join("\n")
}

/// The commands and their answers, whose lines are counted from `first_line` on.
pub(crate) fn commands(code: &str, first_line: u32) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut line = first_line;
    for part in parts(code.strip_suffix('\n').unwrap_or(code)) {
        match part {
            Part::Typed(typed) => {
                let lines = u32::try_from(typed.len()).unwrap_or(u32::MAX);
                let typed = typed.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
                commands.push(Command { line, typed, answer: Some(Vec::new()) });
                line = line.saturating_add(lines);
            }
            Part::Answered(text) => {
                // What stands before the first command is nobody's answer.
                if let Some(answer) = commands.last_mut().and_then(|command| command.answer.as_mut()) {
                    answer.push(text.to_owned());
                }
                line = line.saturating_add(1);
            }
        }
    }
    commands
}

/// The session in colours.
pub(crate) fn lines(code: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in parts(code) {
        match part {
            Part::Answered(text) => lines.push(plain_line(Some(Class::Output), text)),
            Part::Typed(typed) => {
                let command = typed.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n");
                let mut coloured = highlight::lines(SHELL, &format!("{command}\n")).into_iter();
                for (prompt, _) in &typed {
                    let mut line = plain_line(Some(Class::Prompt), prompt);
                    for (class, text) in coloured.next().unwrap_or_default().0 {
                        line.push(class, &text);
                    }
                    lines.push(line);
                }
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_is_typed() {
        for (code, wanted) in [
            ("$ ls\na\nb\n$ pwd\n/root\n", "ls\npwd"),
            ("$ docker run \\\n    --rm x\nout\n", "docker run \\\n    --rm x"),
            ("$ cat > f <<'EOF'\n$ not a prompt\nEOF\n$ ls\n", "cat > f <<'EOF'\n$ not a prompt\nEOF\nls"),
            ("$ sh -c '\n> ls\n> '\nout\n", "sh -c '\nls\n'"),
            ("$ cat <<A <<-B\na\nA\nb\n\tB\nout", "cat <<A <<-B\na\nA\nb\n\tB"),
            ("$ grep x <<< \"$y\"\nout", "grep x <<< \"$y\""),
            ("$ echo $((1 << 2))\n4", "echo $((1 << 2))"),
            ("no command\n", ""),
            ("", ""),
        ] {
            assert_eq!(typed(code), wanted, "{code}");
        }
    }

    #[test]
    fn commands_have_their_answers_and_lines() {
        let code = "$ ls\na\nb\n$ cat <<X\n> c\n> X\nc\n$ true\n";
        let of = |line, typed: &str, answer: &[&str]| Command {
            line,
            typed: typed.to_owned(),
            answer: Some(answer.iter().map(|it| (*it).to_owned()).collect()),
        };
        let wanted = [of(7, "ls", &["a", "b"]), of(10, "cat <<X\nc\nX", &["c"]), of(14, "true", &[])];
        assert_eq!(commands(code, 7), wanted);
    }

    #[test]
    fn colours_keep_every_line() {
        let code = "$ ls \\\n  -l\ntotal 0\n\n$ x <<EOF\nb";
        let text: Vec<String> =
            lines(code).iter().map(|line| line.0.iter().map(|(_, text)| text.as_str()).collect()).collect();
        assert_eq!(text.join("\n"), code);
        assert_eq!(lines("$ ls\na")[0].0[0], (Some(Class::Prompt), "$ ".to_owned()).clone());
        assert_eq!(lines("$ ls\na")[1].0, [(Some(Class::Output), "a".to_owned())]);
    }
}
