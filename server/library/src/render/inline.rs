//! Links and images within the text.
//! Invariant: an image has words in its place and a size, so that nothing moves when it comes.

use pulldown_cmark::{Event, TagEnd};

use super::{
    Source,
    escape::{escape, escape_into},
    link::{Destination, destination},
    writer::{Close, Events, Writer},
};

/// An image while its words are read.
pub(crate) struct OpenImage {
    pub(crate) to: String,
    pub(crate) title: String,
    pub(crate) alt: String,
    pub(crate) line: u32,
    /// Where its paragraph begins in the HTML, when nothing came before it there.
    pub(crate) paragraph: Option<usize>,
    /// Images within its words.
    pub(crate) nested: usize,
}

impl OpenImage {
    /// The element, or a sentence about why it cannot be shown.
    pub(crate) fn html(&self, source: &Source<'_>) -> Result<String, String> {
        let alt = self.alt.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.to.contains("://") || self.to.starts_with(['/', '#']) || self.to.split('/').any(|name| name == "..") {
            return Err(format!("the image `{}` must be a file beside the chapter, such as `img/layers.svg`", self.to));
        }
        if alt.is_empty() {
            return Err(format!("say in words what the image `{}` shows: `![words]({})`", self.to, self.to));
        }
        let shown = (source.images)(&self.to)
            .ok_or_else(|| format!("there is no image `{}` beside this file that can be shown", self.to))?;
        Ok(format!(
            "<img src=\"{}\" alt=\"{}\" width=\"{}\" height=\"{}\" loading=\"lazy\" decoding=\"async\" />",
            escape(&shown.src),
            escape(&alt),
            shown.width,
            shown.height
        ))
    }
}

/// The opening tag of a link and its destination; a sentence when it leads nowhere.
pub(crate) fn link_opening<'t>(to: &'t str, title: &str) -> Result<(String, Destination<'t>), String> {
    let destination = destination(to)?;
    let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) };
    let rel = match destination {
        Destination::Elsewhere(_) => " rel=\"external noopener noreferrer\"",
        Destination::Site(_) | Destination::Here(_) => "",
    };
    Ok((format!("<a href=\"{}\"{title}{rel}>", escape(to)), destination))
}

impl Writer<'_> {
    pub(super) fn start_link(&mut self, to: &str, title: &str, line: u32) {
        match link_opening(to, title) {
            Ok((opening, destination)) => {
                match destination {
                    Destination::Site(path) => self.links.push((line, path.to_owned())),
                    Destination::Here(anchor) => self.here.push((line, anchor.to_owned())),
                    Destination::Elsewhere(_) => {}
                }
                self.push(&opening, Close::Text("</a>"));
            }
            Err(why) => {
                self.fault(line, why);
                self.push("", Close::Text(""));
            }
        }
    }

    pub(super) fn start_image(&mut self, to: &str, title: &str, line: u32) {
        self.open.push(Close::Image);
        if let Some(image) = &mut self.image {
            image.nested += 1;
            return;
        }
        let paragraph = self.out.ends_with("<p>").then(|| self.out.len() - "<p>".len());
        let (to, title) = (to.to_owned(), title.to_owned());
        self.image = Some(OpenImage { to, title, alt: String::new(), line, paragraph, nested: 0 });
    }

    pub(super) fn end_image(&mut self, after: &Events<'_>) {
        let Some(image) = &mut self.image else { return };
        if image.nested > 0 {
            image.nested -= 1;
            return;
        }
        let Some(image) = self.image.take() else { return };
        self.images.insert(image.to.clone());
        let html = match image.html(self.source) {
            Ok(html) => html,
            Err(why) => {
                self.fault(image.line, why);
                self.inline("", &image.alt, "");
                return;
            }
        };
        if let Some(heading) = &mut self.heading {
            heading.1.push_str(&image.alt);
        } else {
            self.sections.text(&image.alt);
        }
        let alone = matches!(after.first(), Some((Event::End(TagEnd::Paragraph), _)));
        match (image.paragraph, self.open.last_mut()) {
            (Some(from), Some(close @ Close::Block("</p>\n"))) if alone => {
                *close = Close::Block("</figure>\n");
                self.out.truncate(from);
                self.out.push_str("<figure class=\"image\">");
                self.out.push_str(&html);
                if !image.title.is_empty() {
                    self.out.push_str("<figcaption>");
                    escape_into(&mut self.out, &image.title);
                    self.out.push_str("</figcaption>");
                }
            }
            _ => self.out.push_str(&html),
        }
    }
}
