//! The text of one chapter for a page that holds several: names, links and headings made to fit there.
//! Invariant: only tags change, never words; and no two chapters give the same name to anything.

/// Rewrites what [`super::render`] made of the chapter `own`. Names become `own:name`, links within the chapter lead there,
/// links to a chapter that is on the same page (`beside` says so) lead to it, headings go one level down, and images are
/// not put off: paper has no window to scroll them into.
#[must_use]
pub fn together(html: &str, own: &str, beside: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 32);
    let mut rest = html;
    // Words hold neither `<` nor `>`, nor do attributes: they are escaped there.
    while let Some((words, tail)) = rest.split_once('<') {
        out.push_str(words);
        let (tag, after) = tail.split_once('>').unwrap_or((tail, ""));
        out.push('<');
        write_tag(tag, own, beside, &mut out);
        out.push('>');
        rest = after;
    }
    out.push_str(rest);
    out
}

fn write_tag(tag: &str, own: &str, beside: &dyn Fn(&str) -> bool, out: &mut String) {
    let tag = tag.replacen(" loading=\"lazy\"", "", 1);
    let (name, attributes) = tag.split_at(tag.find(' ').unwrap_or(tag.len()));
    match (name.trim_start_matches('/').as_bytes(), name.starts_with('/')) {
        ([b'h', level @ b'1'..=b'5'], closes) => {
            out.push_str(if closes { "/h" } else { "h" });
            out.push(char::from(level + 1));
        }
        _ => out.push_str(name),
    }
    // A value holds no quotes, so every second piece is one, and the piece before it says whose.
    let mut before = None;
    for (place, piece) in attributes.split('"').enumerate() {
        if place > 0 {
            out.push('"');
        }
        match before.filter(|_| place % 2 == 1) {
            Some(" id=") => out.push_str(&format!("{own}:{piece}")),
            Some(" href=") => out.push_str(&link(piece, own, beside)),
            _ => out.push_str(piece),
        }
        before = Some(piece);
    }
}

fn link(to: &str, own: &str, beside: &dyn Fn(&str) -> bool) -> String {
    if let Some(anchor) = to.strip_prefix('#') {
        return format!("#{own}:{anchor}");
    }
    let Some(place) = to.strip_prefix("/chapters/") else { return to.to_owned() };
    let (chapter, anchor) = place.split_once('#').unwrap_or((place, ""));
    match (beside(chapter), anchor) {
        (false, _) => to.to_owned(),
        (true, "") => format!("#{chapter}"),
        (true, anchor) => format!("#{chapter}:{anchor}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Shape, Source, render};

    fn joined(html: &str) -> String {
        together(html, "own", &|chapter| ["own", "next"].contains(&chapter))
    }

    #[test]
    fn names_and_links_are_the_chapters_own() {
        for (from, to) in [
            (
                "<h2 id=\"a\">A<a class=\"anchor\" href=\"#a\" aria-label=\"x\">#</a></h2>",
                "<h3 id=\"own:a\">A<a class=\"anchor\" href=\"#own:a\" aria-label=\"x\">#</a></h3>",
            ),
            ("<a href=\"/chapters/next\">n</a>", "<a href=\"#next\">n</a>"),
            ("<a href=\"/chapters/next#b\">n</a>", "<a href=\"#next:b\">n</a>"),
            ("<a href=\"/chapters/far#b\">f</a>", "<a href=\"/chapters/far#b\">f</a>"),
            ("<a href=\"/cheatsheet#b\">f</a>", "<a href=\"/cheatsheet#b\">f</a>"),
            (
                "<a href=\"https://e.org/#b\" rel=\"external\">f</a>",
                "<a href=\"https://e.org/#b\" rel=\"external\">f</a>",
            ),
            (
                "<img src=\"/images/i.svg\" alt=\"id=\" width=\"1\" height=\"1\" loading=\"lazy\" decoding=\"async\" />",
                "<img src=\"/images/i.svg\" alt=\"id=\" width=\"1\" height=\"1\" decoding=\"async\" />",
            ),
            ("<hr />\n<pre tabindex=\"0\">", "<hr />\n<pre tabindex=\"0\">"),
        ] {
            assert_eq!(joined(from), to);
        }
    }

    #[test]
    fn words_stay_as_they_are_whatever_they_say() {
        let text = "Write `<a href=\"#x\">` and ` id=\"y\"`.\n\n```html\n<h2 id=\"z\">\n```\n\n[l](/x \" id=\")\n";
        let source = Source::new("f", 1, text, Shape::Page);
        let html = render(&source).html;
        assert!(html.contains("&lt;h2 id=&quot;z&quot;&gt;"), "{html}");
        assert_eq!(joined(&html), html);
    }

    #[test]
    fn what_is_no_html_is_given_back_whole() {
        for text in ["", "a > b", "a", "\"", "<p>"] {
            assert_eq!(joined(text), text);
        }
    }
}
