//! Whatever Markdown says, the HTML is well formed and inert, and comes in linear time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::{Duration, Instant};

use library::{Rendered, Shape, ShownImage, Source, highlight_html, render};
use proptest::prelude::*;

const SHAPES: [Shape; 3] = [Shape::Page, Shape::Fragment, Shape::Inline];

fn rendered(text: &str, shape: Shape) -> Rendered {
    let images = |_: &str| Some(ShownImage { src: "/images/a.svg".to_owned(), width: 1, height: 1 });
    render(&Source { file: "a.md", first_line: 1, last_line: u32::MAX, text, shape, images: &images })
}

/// Panics when the HTML is not well formed or could do anything.
#[track_caller]
fn inert(html: &str) {
    let document = format!("<html>{html}</html>");
    let document = roxmltree::Document::parse(&document).unwrap_or_else(|error| panic!("{error}\n{html}"));
    let mut ids = std::collections::HashSet::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(ELEMENTS.contains(&name), "<{name}> in {html}");
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value());
            assert!(ATTRIBUTES.contains(&key), "{key} in {html}");
            if key == "href" {
                let inside = value.starts_with('#') || value.starts_with('/') && !value.starts_with("//");
                assert!((inside && !value.contains('\\')) || value.starts_with("https://"), "{value} in {html}");
            }
            if key == "src" {
                assert_eq!(value, "/images/a.svg");
            }
            assert!(key != "id" || ids.insert(value.to_owned()), "two of id {value} in {html}");
        }
    }
}

const ELEMENTS: [&str; 41] = [
    "html",
    "p",
    "em",
    "strong",
    "del",
    "code",
    "pre",
    "a",
    "img",
    "figure",
    "figcaption",
    "ul",
    "ol",
    "li",
    "blockquote",
    "div",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "br",
    "span",
    "mark",
    "sup",
    "section",
    "button",
    "b",
    "i",
    "q",
    "s",
    "u",
    "dl",
    "dt",
];
const ATTRIBUTES: [&str; 21] = [
    "id",
    "class",
    "href",
    "rel",
    "title",
    "src",
    "alt",
    "width",
    "height",
    "loading",
    "decoding",
    "role",
    "tabindex",
    "scope",
    "start",
    "type",
    "hidden",
    "aria-label",
    "data-language",
    "data-copy",
    "data-run",
];

/// Pieces that Markdown gives meaning to, strung together at random.
fn markdown() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zé <>&\"'=:/.-]{0,8}",
        1 => proptest::sample::select(vec![
            "# ", "## ", "###### ", "> ", "> [!NOTE]\n", "> [!OLDER]\n> ", "- ", "1. ", "  ", "    ", "\t", "\n", "\n\n", "***", "**", "*",
            "_", "~~", "`", "```", "```sh run\n", "```console run\n$ ", "```dockerfile mark=1\nFROM x\n```\n", "~~~", "[a](javascript:x)",
            "[a](", ")", "](https://e.org/\"x)", "![a](b.svg)", "![", "]", "[^a]", "\n[^a]: ", "[a]: /b 'c'\n", "<b onclick=x>", "<script>",
            "</script>", "<!--", "-->", "<https://e.org>", "<javascript:x>", "&lt;", "&#0;", "&#x1b;", "| a | b |\n|---|:-:|\n| c |", "|",
            "\\", "{#a}", "{#a .b onclick=c}", "- [x] ", "{{canary}}", "\u{0}", "\u{1b}", "\u{202e}", "\r\n", "<<EOF\n", "$ ", "RUN ",
        ]).prop_map(ToOwned::to_owned),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn any_markdown_is_well_formed_and_inert(text in markdown()) {
        for shape in SHAPES {
            let rendered = rendered(&text, shape);
            inert(&rendered.html);
            for section in &rendered.sections {
                assert!(section.anchor.is_none() || rendered.anchors.contains(section.anchor.as_ref().unwrap()));
            }
        }
    }

    #[test]
    fn any_text_at_all(text in "\\PC{0,200}", raw in proptest::collection::vec(any::<char>(), 0..100)) {
        inert(&rendered(&text, Shape::Page).html);
        inert(&rendered(&raw.into_iter().collect::<String>(), Shape::Page).html);
    }

    #[test]
    fn any_code_keeps_its_text(code in "[ -~é\n\t]{0,120}", language in proptest::sample::select(vec![
        "dockerfile", "yaml", "sh", "toml", "json", "console", "python", "go", "text", "diff", "ini", "nginx", "sql", "javascript",
    ])) {
        let html = highlight_html(language, &code);
        inert(&html);
        let wrapped = format!("<html>{html}</html>");
        let document = roxmltree::Document::parse(&wrapped).unwrap();
        let text: String = document.descendants().filter(roxmltree::Node::is_text).filter_map(|node| node.text()).collect();
        assert_eq!(text, code.strip_suffix('\n').unwrap_or(&code));
    }
}

#[test]
fn hostile_markdown_by_hand() {
    for text in [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](&#106;avascript:x)",
        "<javascript:alert(1)>",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        "[a](//evil.example)",
        "[a](/\\evil.example)",
        "[a](https://e.org/\"onclick=\"x)",
        "[a](/x 't\"onclick=\"x')",
        "![a](x.svg \"\" onerror=x)",
        "![\"onerror=\"x](x.svg)",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=x>",
        "`<script>`",
        "## <script>x</script> {#\"onclick=\"x}",
        "```\"><script>\nx\n```",
        "```text file=\"><script>\n</code></pre><script>\n```",
        "[^\"><script>]: x\n\na[^\"><script>]",
        "|<script>|\n|---|\n|<b>|",
        "> [!<script>]\n> x",
        "[x]: javascript:x\n\n[x]",
        "&lt;script&gt;",
    ] {
        for shape in SHAPES {
            let html = rendered(text, shape).html;
            inert(&html);
            assert!(!html.contains("<script") && !html.to_lowercase().contains("href=\"javascript"), "{text}: {html}");
        }
    }
}

/// The time for `pattern` repeated to about `bytes`.
fn time(pattern: &str, bytes: usize) -> Duration {
    let text = pattern.repeat(bytes / pattern.len());
    let started = Instant::now();
    std::hint::black_box(rendered(&text, Shape::Page));
    started.elapsed()
}

#[test]
fn nasty_nests_take_linear_time() {
    for pattern in [
        "> ",
        ">",
        "- ",
        "* ",
        "1. ",
        "[",
        "![",
        "[a](",
        "![a](",
        "*a ",
        "**a",
        "_a_",
        "`",
        "``a",
        "<",
        "<a ",
        "</",
        "<!--",
        "&",
        "|",
        "|a\n|-\n",
        "[^a]",
        "[^a]: ",
        "# ",
        "```\n",
        "~~~\n",
        "    a\n",
        "\\",
        "a\n===\n",
        "> [!NOTE]\n",
        "- [ ] ",
        "<<A\n",
        "[a]: b\n",
        "*_",
        "a*",
        "\"",
        "\n> - ",
    ] {
        // Ten times the text may take ten times the time, three times that for a busy machine, and never long.
        let (small, large) = (time(pattern, 6_000), time(pattern, 60_000));
        let allowed = small.max(Duration::from_millis(5)) * 30 + Duration::from_millis(300);
        assert!(large < allowed, "{pattern:?}: {small:?} for 6 kB, {large:?} for 60 kB");
    }
}

#[test]
fn nasty_code_takes_linear_time() {
    for language in [
        "dockerfile",
        "sh",
        "console",
        "yaml",
        "json",
        "toml",
        "python",
        "go",
        "sql",
        "nginx",
        "javascript",
        "ini",
        "diff",
    ] {
        for pattern in [
            "$(",
            "\"$(",
            "<<A\n",
            "\\\n",
            "RUN ",
            "[[",
            "{",
            "'",
            "\"",
            "${",
            "a: ",
            "- ",
            "((",
            "`",
            "$ x \\\n",
            "RUN <<A\n",
            "#",
            "/*",
            "x=\"\n",
        ] {
            let text = pattern.repeat(4_000 / pattern.len());
            let started = Instant::now();
            std::hint::black_box(highlight_html(language, &text));
            assert!(started.elapsed() < Duration::from_secs(4), "{language} {pattern:?}: {:?}", started.elapsed());
        }
    }
}
