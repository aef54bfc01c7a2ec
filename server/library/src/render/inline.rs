//! Links and images within the text.
//! Invariant: an image has words in its place and a size, so that nothing moves when it comes.

use super::{
    Source,
    escape::escape,
    link::{Destination, destination},
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
