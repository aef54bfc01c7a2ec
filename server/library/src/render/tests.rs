//! What Markdown becomes, and that nothing it can say gets out of the frame.

use super::*;

fn page(text: &str) -> Rendered {
    let images = |address: &str| {
        (address == "img/a.svg").then(|| ShownImage { src: "/images/p/a.svg?v=1".to_owned(), width: 4, height: 3 })
    };
    render(&Source { file: "a.md", first_line: 10, last_line: 99, text, shape: Shape::Page, images: &images })
}

fn messages(rendered: &Rendered) -> Vec<String> {
    rendered.problems.iter().map(|it| format!("{}: {}", it.line.unwrap_or(0), it.message)).collect()
}

/// HTML of a text without any problem.
fn html(text: &str) -> String {
    let rendered = page(text);
    assert_eq!(messages(&rendered), [""; 0], "{text}");
    rendered.html
}

#[test]
fn blocks() {
    for (text, wanted) in [
        (
            "a *b* **c** ~~d~~ `<e>`\nf",
            "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>&lt;e&gt;</code>\nf</p>\n",
        ),
        (
            "`a-b --c=<d> -`",
            "<p><code>a-b <span class=\"option\">--c=&lt;d&gt;</span> <span class=\"option\">-</span></code></p>\n",
        ),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a", "<ol start=\"3\">\n<li>a</li>\n</ol>\n"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        ("a\\\nb\n\n***", "<p>a<br />\nb</p>\n<hr />\n"),
        (
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>\n<thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"align-right\">b</th></tr></thead><tbody>\n<tr><td>1</td><td class=\"align-right\">2</td></tr>\n</tbody></table></div>\n",
        ),
        (
            "[x](/chapters/a#b) [y](https://e.org/?a=1&b=2)",
            "<p><a href=\"/chapters/a#b\">x</a> <a href=\"https://e.org/?a=1&amp;b=2\" rel=\"external noopener noreferrer\">y</a></p>\n",
        ),
        (
            "![A b](img/a.svg \"Cap\")",
            "<figure class=\"image\"><img src=\"/images/p/a.svg?v=1\" alt=\"A b\" width=\"4\" height=\"3\" loading=\"lazy\" decoding=\"async\" /><figcaption>Cap</figcaption></figure>\n",
        ),
        (
            "x ![A](img/a.svg)",
            "<p>x <img src=\"/images/p/a.svg?v=1\" alt=\"A\" width=\"4\" height=\"3\" loading=\"lazy\" decoding=\"async\" /></p>\n",
        ),
        (
            "|  | b |\n|---|:--|\n| 1 | 2 |",
            "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>\n<thead><tr><td></td><th scope=\"col\" class=\"align-left\">b</th></tr></thead><tbody>\n<tr><td>1</td><td class=\"align-left\">2</td></tr>\n</tbody></table></div>\n",
        ),
        ("- [x] a", "<ul>\n<li><span class=\"task\" role=\"img\" aria-label=\"Done\">☑</span> a</li>\n</ul>\n"),
        (
            "> [!WARNING]\n> a",
            "<div class=\"callout callout-warning\" role=\"note\"><p class=\"callout-title\">Warning</p>\n<p>a</p>\n</div>\n",
        ),
        (
            "> [!OLDER]\n> a `b`\n>\n> c",
            "<div class=\"callout callout-older\" role=\"note\"><p class=\"callout-title\">In older material</p>\n<p>a <code>b</code></p>\n<p>c</p>\n</div>\n",
        ),
        (
            "> [!OLDER]\n>\n> a",
            "<div class=\"callout callout-older\" role=\"note\"><p class=\"callout-title\">In older material</p>\n<p>a</p>\n</div>\n",
        ),
        (
            "## A `b`",
            "<h2 id=\"a-b\">A <code>b</code><a class=\"anchor\" href=\"#a-b\" aria-label=\"Link to “A b”\">#</a></h2>\n",
        ),
        (
            "## A {#b}\n\n[c](#b)",
            "<h2 id=\"b\">A<a class=\"anchor\" href=\"#b\" aria-label=\"Link to “A”\">#</a></h2>\n<p><a href=\"#b\">c</a></p>\n",
        ),
    ] {
        assert_eq!(html(text), wanted, "{text}");
    }
}

#[test]
fn footnotes_link_both_ways() {
    let html = html("a[^x] b[^y] c[^x]\n\n[^y]: why\n[^x]: ex\n");
    assert!(html.contains("<a href=\"#fn:1\" id=\"fnref:1\" aria-label=\"Footnote 1\">1</a>"), "{html}");
    assert!(html.contains("id=\"fnref:1:2\""), "{html}");
    assert!(html.contains("<ol>\n<li id=\"fn:1\"><p>ex</p>\n<a class=\"footnote-back\" href=\"#fnref:1\""), "{html}");
    assert!(html.ends_with("</ol></section>\n"), "{html}");
}

#[test]
fn sections_hold_what_search_needs() {
    let rendered = page(
        "Opening.\n\n## One\n\ntext `code`\n\n- item\n  - inner\n\n### Two\n\n```sh\nls -l\n```\n\n#### Deep\n\nmore\n\n## Three",
    );
    assert_eq!(messages(&rendered), [""; 0]);
    let shown: Vec<_> = rendered
        .sections
        .iter()
        .map(|it| (it.level, it.anchor.as_deref(), it.path.join("/"), it.text.as_str(), it.code.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (1, None, String::new(), "Opening.", ""),
            (2, Some("one"), String::new(), "text code\nitem\ninner", ""),
            (3, Some("two"), "One".to_owned(), "Deep\nmore", "ls -l"),
            (2, Some("three"), String::new(), "", ""),
        ]
    );
    assert!(rendered.anchors.contains("deep"));
}

#[test]
fn faults_have_lines() {
    for (text, wanted) in [
        ("a\n\n<b>x</b>", "12: raw HTML (`<b>`)"),
        ("<div>\nx\n</div>", "10: raw HTML is not shown"),
        ("# A", "10: headings begin at `##`"),
        ("## A\n\n#### B", "12: a heading leaves out a level: use `###`"),
        ("## A\n\n## A", "12: the anchor `a` is taken"),
        ("## A {#B c}", "10: the anchor `B`"),
        ("## A {.b}", "10: a heading can have an anchor"),
        ("[a](#b)", "10: there is no heading with the anchor `#b`"),
        ("[a](javascript:x)", "10: the link `javascript:x`"),
        ("[a](b.md)", "10: the link `b.md`"),
        ("![](img/a.svg)", "10: say in words"),
        ("![a](img/b.svg)", "10: there is no image `img/b.svg`"),
        ("![a](https://e.org/a.png)", "10: the image `https://e.org/a.png` must be a file"),
        ("![a](../x.svg)", "10: the image `../x.svg` must be a file"),
        ("```\nx\n```", "10: name the language"),
        ("a\n\n    x", "12: put code between fences"),
        ("```cobol\nx\n```", "10: there is no language `cobol`"),
        ("> [!IMPORTANT]\n> a", "10: `[!IMPORTANT]` does not begin a callout"),
        ("> [!FOO]\n> a", "10: `[!FOO]` does not begin a callout"),
        ("> [!NOTE] a", "10: `[!NOTE]` does not begin a callout"),
        ("a[^b]", "10: a footnote that is not defined"),
        ("a\n\n[^b]: c", "12: nothing mentions the footnote"),
    ] {
        let rendered = page(text);
        assert!(messages(&rendered).iter().any(|it| it.starts_with(wanted)), "{text}: {:?}", messages(&rendered));
    }
}

#[test]
fn fragments_and_inline() {
    let shape = |text, shape| render(&Source::new("a.toml", 1, text, shape));
    assert_eq!(shape("a *b*", Shape::Inline).html, "a <em>b</em>");
    assert_eq!(shape("a\n\nb", Shape::Inline).problems.len(), 1);
    assert_eq!(shape("## a", Shape::Inline).problems.len(), 1);
    assert_eq!(shape("- a", Shape::Fragment).html, "<ul>\n<li>a</li>\n</ul>\n");
    assert_eq!(shape("## a", Shape::Fragment).problems.len(), 1);
    assert_eq!(shape("a[^b]\n\n[^b]: c", Shape::Fragment).problems.len(), 2);
}
