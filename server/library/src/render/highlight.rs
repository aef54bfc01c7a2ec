//! Source text into coloured pieces: which language, which class, one line after the other.
//! Invariant: the pieces put together are the source; colours are class names only (`hl-…`), never styles.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use super::{console, dockerfile, escape::escape_into};

/// Larger sources are shown without colours.
const COLOURED_MAX_BYTES: usize = 64 * 1024;
/// So are sources with a longer line.
const LINE_MAX_BYTES: usize = 2_000;

static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// The languages of code blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Console,
    Dockerfile,
    /// Anything that a grammar alone can read.
    Grammar {
        name: &'static str,
        grammar: &'static str,
    },
    Text,
}

/// Shell commands.
pub(crate) const SHELL: Language = Language::Grammar { name: "sh", grammar: "Bourne Again Shell (bash)" };
/// JSON, also the exec form of Dockerfile instructions.
pub(crate) const JSON: Language = Language::Grammar { name: "json", grammar: "JSON" };

const LANGUAGES: [Language; 14] = [
    Language::Console,
    Language::Dockerfile,
    Language::Text,
    SHELL,
    JSON,
    Language::Grammar { name: "yaml", grammar: "YAML" },
    Language::Grammar { name: "toml", grammar: "TOML" },
    Language::Grammar { name: "python", grammar: "Python" },
    Language::Grammar { name: "go", grammar: "Go" },
    Language::Grammar { name: "diff", grammar: "Diff" },
    Language::Grammar { name: "ini", grammar: "INI" },
    Language::Grammar { name: "sql", grammar: "SQL" },
    Language::Grammar { name: "nginx", grammar: "nginx" },
    Language::Grammar { name: "javascript", grammar: "JavaScript" },
];

impl Language {
    pub(crate) fn named(name: &str) -> Option<Self> {
        LANGUAGES.into_iter().find(|language| language.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Dockerfile => "dockerfile",
            Self::Text => "text",
            Self::Grammar { name, .. } => name,
        }
    }

    /// All names, for messages.
    pub(crate) fn names() -> String {
        LANGUAGES.map(Self::name).join(", ")
    }
}

/// What a piece of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Comment,
    Keyword,
    String,
    Escape,
    Number,
    Variable,
    Command,
    Flag,
    Key,
    Type,
    Operator,
    Inserted,
    Deleted,
    Hunk,
    Prompt,
    Output,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Comment => "hl-comment",
            Self::Keyword => "hl-keyword",
            Self::String => "hl-string",
            Self::Escape => "hl-escape",
            Self::Number => "hl-number",
            Self::Variable => "hl-variable",
            Self::Command => "hl-command",
            Self::Flag => "hl-flag",
            Self::Key => "hl-key",
            Self::Type => "hl-type",
            Self::Operator => "hl-operator",
            Self::Inserted => "hl-inserted",
            Self::Deleted => "hl-deleted",
            Self::Hunk => "hl-hunk",
            Self::Prompt => "hl-prompt",
            Self::Output => "hl-output",
        }
    }
}

/// One line of source without its end, in pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line(pub(crate) Vec<(Option<Class>, String)>);

impl Line {
    /// Appends a piece; joins it to the last when both look the same.
    pub(crate) fn push(&mut self, class: Option<Class>, text: &str) {
        if text.is_empty() {
            return;
        }
        let class = if text.trim().is_empty() { None } else { class };
        let words = text.trim_start();
        if class.is_some() && words.len() < text.len() && self.0.last().is_none_or(|(last, _)| *last != class) {
            let (blank, words) = text.split_at(text.len() - words.len());
            self.push(None, blank);
            self.push(class, words);
            return;
        }
        match self.0.last_mut() {
            Some((last, before)) if *last == class => before.push_str(text),
            _ => self.0.push((class, text.to_owned())),
        }
    }

    /// The line as HTML.
    pub(crate) fn html_into(&self, out: &mut String) {
        for (class, text) in &self.0 {
            if let Some(class) = class {
                out.push_str("<span class=\"");
                out.push_str(class.name());
                out.push_str("\">");
            }
            escape_into(out, text);
            if class.is_some() {
                out.push_str("</span>");
            }
        }
    }
}

/// The lines of a source in colours. A `\n` at the very end opens no further line.
pub(crate) fn lines(language: Language, code: &str) -> Vec<Line> {
    let code = code.strip_suffix('\n').unwrap_or(code);
    if code.len() > COLOURED_MAX_BYTES || code.lines().any(|line| line.len() > LINE_MAX_BYTES) {
        return plain(code);
    }
    match language {
        Language::Text => plain(code),
        Language::Console => console::lines(code),
        Language::Dockerfile => dockerfile::lines(code),
        Language::Grammar { grammar, .. } => by_grammar(grammar, code),
    }
}

/// The inside of a `<code>` element: `code` in the colours of `language`, plain when there is no such language.
#[must_use]
pub fn highlight_html(language: &str, code: &str) -> String {
    let mut out = String::new();
    for (place, line) in lines(Language::named(language).unwrap_or(Language::Text), code).iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        line.html_into(&mut out);
    }
    out
}

fn plain(code: &str) -> Vec<Line> {
    code.split('\n').map(|text| plain_line(None, text)).collect()
}

/// A line that is one piece.
pub(crate) fn plain_line(class: Option<Class>, text: &str) -> Line {
    let mut line = Line::default();
    line.push(class, text);
    line
}

fn by_grammar(grammar: &str, code: &str) -> Vec<Line> {
    let Some(syntax) = GRAMMARS.find_syntax_by_name(grammar) else { return plain(code) };
    let mut state = ParseState::new(syntax);
    let mut scopes = ScopeStack::new();
    let mut lines = Vec::new();
    for text in code.split('\n') {
        // The grammars want the end of the line.
        let ended = format!("{text}\n");
        // A grammar that gives up (its regular expressions may, on hostile text) leaves the rest plain.
        let Ok(changes) = state.parse_line(&ended, &GRAMMARS) else {
            lines.push(plain_line(None, text));
            continue;
        };
        let mut line = Line::default();
        let mut from = 0;
        for (at, change) in changes {
            line.push(class_of(&scopes), text.get(from..at.min(text.len())).unwrap_or_default());
            from = at.min(text.len());
            if scopes.apply(&change).is_err() {
                scopes = ScopeStack::new();
            }
        }
        line.push(class_of(&scopes), text.get(from..).unwrap_or_default());
        lines.push(line);
    }
    lines
}

/// Scopes by their beginning, the most telling first.
const SCOPES: [(&str, Option<Class>); 38] = [
    ("comment", Some(Class::Comment)),
    ("constant.character.escape", Some(Class::Escape)),
    ("punctuation.definition.variable.shell", Some(Class::Variable)),
    ("punctuation.definition.parameter", Some(Class::Flag)),
    ("punctuation.definition.string", Some(Class::String)),
    ("punctuation.definition.inserted", Some(Class::Inserted)),
    ("punctuation.definition.deleted", Some(Class::Deleted)),
    ("punctuation.section.interpolation", Some(Class::Variable)),
    ("punctuation.section.expansion", Some(Class::Variable)),
    ("markup.inserted", Some(Class::Inserted)),
    ("markup.deleted", Some(Class::Deleted)),
    ("meta.diff.range", Some(Class::Hunk)),
    ("meta.diff.header", Some(Class::Hunk)),
    ("variable.parameter.option", Some(Class::Flag)),
    ("variable.function", Some(Class::Command)),
    ("variable.language", Some(Class::Type)),
    ("variable.parameter", Some(Class::Variable)),
    ("variable.other", Some(Class::Variable)),
    ("support.function", Some(Class::Command)),
    ("support.type.property-name", Some(Class::Key)),
    ("support", Some(Class::Type)),
    ("entity.name.function", Some(Class::Command)),
    ("entity.name.tag", Some(Class::Key)),
    ("entity.section.ini", Some(Class::Type)),
    ("entity.name", Some(Class::Type)),
    ("entity.other.attribute-name", Some(Class::Key)),
    ("meta.mapping.key", Some(Class::Key)),
    ("meta.structure.dictionary.key", Some(Class::Key)),
    ("keyword.operator", Some(Class::Operator)),
    ("keyword.name.ini", Some(Class::Key)),
    ("keyword", Some(Class::Keyword)),
    ("storage", Some(Class::Keyword)),
    ("constant.numeric", Some(Class::Number)),
    ("constant.language", Some(Class::Number)),
    ("constant", Some(Class::Number)),
    ("string.name.value.ini", None),
    ("string.unquoted", None),
    ("string", Some(Class::String)),
];

static PREFIXES: LazyLock<Vec<(syntect::parsing::Scope, Option<Class>)>> = LazyLock::new(|| {
    let scope = |(text, class): (&str, Option<Class>)| Some((syntect::parsing::Scope::new(text).ok()?, class));
    SCOPES.into_iter().filter_map(scope).collect()
});

/// The class of the innermost scope that has one.
fn class_of(scopes: &ScopeStack) -> Option<Class> {
    let of = |scope: &syntect::parsing::Scope| {
        PREFIXES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class)
    };
    // A key is a string to the grammar of JSON; the mapping around it knows better.
    let mut found = None;
    for scope in scopes.as_slice().iter().rev() {
        match (of(scope), found) {
            (Some(Some(Class::Key)), None | Some(Some(Class::String))) => return Some(Class::Key),
            (class @ Some(Some(Class::String)), None) => found = class,
            (Some(class), None) => return class,
            _ => {}
        }
    }
    found.flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces as `class:text`, lines parted by `|`.
    fn show(language: &str, code: &str) -> String {
        let language = Language::named(language).unwrap_or_else(|| panic!("{language}"));
        let piece = |(class, text): &(Option<Class>, String)| match class {
            Some(class) => format!("{}:{text}", class.name().trim_start_matches("hl-")),
            None => text.trim().to_owned(),
        };
        let line = |line: &Line| line.0.iter().map(piece).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("·");
        lines(language, code).iter().map(line).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn every_language_has_its_grammar() {
        for language in LANGUAGES {
            if let Language::Grammar { name, grammar } = language {
                assert!(GRAMMARS.find_syntax_by_name(grammar).is_some(), "{name}");
            }
        }
        assert_eq!(PREFIXES.len(), SCOPES.len());
    }

    #[test]
    fn colours() {
        for (language, code, wanted) in [
            (
                "sh",
                "docker run --rm \"$X\" # y",
                "command:docker·run·flag:--rm·string:\"·variable:$X·string:\"·comment:# y",
            ),
            ("json", "{\"a\": [1, true, \"s\"]}", "{·key:\"a\"·: [·number:1·,·number:true·,·string:\"s\"·]}"),
            ("toml", "[a]\nb = 'c'", "[·type:a·]|key:b·=·string:'c'"),
            ("yaml", "a:\n  - \"b\" # c\n  - 1", "key:a·:|-·string:\"b\"·comment:# c|-·number:1"),
            ("diff", "+a\n-b", "inserted:+a|deleted:-b"),
            ("text", "a <b>", "a <b>"),
            ("ini", "[a]\nb=c", "[·type:a·]|key:b·=c"),
        ] {
            assert_eq!(show(language, code), wanted, "{language}");
        }
        assert!(show("python", "def f():\n  return 'x'").contains("keyword:return"));
        assert!(show("go", "package main").contains("keyword:package"));
        assert!(show("sql", "SELECT a FROM b").contains("keyword:SELECT"));
        assert!(show("nginx", "server { listen 80; }").contains("listen"));
        assert!(show("javascript", "const a = 1").contains("keyword:const"));
    }

    #[test]
    fn nothing_is_lost_or_unescaped() {
        let code = "a <b> & \"c\" $(d)\n\n\tx\n";
        for language in LANGUAGES {
            let text: Vec<String> = lines(language, code)
                .iter()
                .map(|line| line.0.iter().map(|(_, text)| text.as_str()).collect())
                .collect();
            assert_eq!(text.join("\n") + "\n", code, "{}", language.name());
        }
        assert_eq!(highlight_html("nonsense", "<b>"), "&lt;b&gt;");
        assert_eq!(lines(SHELL, &"x".repeat(LINE_MAX_BYTES + 1)).len(), 1);
    }
}
