//! Images that chapters show: what they are, how large, and that they are inert.
//! Invariant: an [`Image`] has a known size and holds nothing that runs or fetches.

use sha2::{Digest, Sha256};

/// An image, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its format.
    pub kind: ImageKind,
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// As on disk.
    pub bytes: Vec<u8>,
    /// The first 16 hex digits of the bytes' SHA-256; for `ETag` and the `?v=` that pages ask with.
    pub digest: String,
}

/// The formats that chapters may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// Drawings.
    Svg,
    /// Pictures of screens.
    Png,
}

impl ImageKind {
    /// For the `Content-Type` header.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
        }
    }
}

impl Image {
    /// Reads the format and the size; a sentence about what is wrong when it cannot be shown.
    ///
    /// # Errors
    /// When the file is neither PNG nor SVG, has no size, or an SVG could run or fetch something.
    pub fn parse(name: &str, bytes: Vec<u8>) -> Result<Self, String> {
        let (kind, (width, height)) = match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("svg") => (ImageKind::Svg, svg_size(&bytes)?),
            Some("png") => (ImageKind::Png, png_size(&bytes)?),
            _ => return Err("an image must be an .svg or a .png".to_owned()),
        };
        let digest = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { kind, width, height, bytes, digest })
    }
}

fn png_size(bytes: &[u8]) -> Result<(u32, u32), String> {
    let size = imagesize::blob_size(bytes).map_err(|error| format!("this is not a PNG image: {error}"))?;
    match (u32::try_from(size.width), u32::try_from(size.height)) {
        (Ok(width), Ok(height)) if width > 0 && height > 0 => Ok((width, height)),
        _ => Err("this PNG image has no size".to_owned()),
    }
}

/// Elements that make an SVG more than a drawing.
const ACTIVE: [&str; 7] = ["script", "foreignObject", "iframe", "object", "embed", "a", "handler"];

/// Whether CSS asks for anything outside the drawing.
fn fetches(css: &str) -> bool {
    css.to_ascii_lowercase()
        .split("url(")
        .skip(1)
        .any(|rest| !rest.trim_start_matches(['"', '\'', ' ']).starts_with('#'))
}

fn svg_size(bytes: &[u8]) -> Result<(u32, u32), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "this SVG image is not UTF-8".to_owned())?;
    let document =
        roxmltree::Document::parse(text).map_err(|error| format!("this SVG image does not parse: {error}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some("http://www.w3.org/2000/svg") {
        return Err("the root of an SVG image must be `<svg xmlns=\"http://www.w3.org/2000/svg\">`".to_owned());
    }
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        if ACTIVE.contains(&name) {
            return Err(format!("an SVG image must be a drawing only: take out `<{name}>`"));
        }
        if name == "style" && node.text().is_some_and(|css| css.contains("@import") || fetches(css)) {
            return Err("an SVG image must fetch nothing: take `@import` and `url(…)` out of its style".to_owned());
        }
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value().trim());
            if key.to_ascii_lowercase().starts_with("on") {
                return Err(format!("an SVG image must be a drawing only: take out the attribute `{key}`"));
            }
            let refers =
                (key == "href" || key == "src") && !value.starts_with('#') && !value.starts_with("data:image/png;");
            if refers || fetches(value) {
                return Err(format!("an SVG image must fetch nothing: take out `{key}=\"{value}\"`"));
            }
        }
    }
    let view_box: Vec<f64> = root
        .attribute("viewBox")
        .unwrap_or_default()
        .split([' ', ','])
        .filter_map(|number| number.parse().ok())
        .collect();
    match view_box[..] {
        [_, _, width, height] if width >= 1.0 && height >= 1.0 && width <= 10_000.0 && height <= 10_000.0 => {
            // In range, so the rounded numbers fit.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 10,000")]
            Ok((width.round() as u32, height.round() as u32))
        }
        _ => Err("give the SVG image a `viewBox=\"0 0 WIDTH HEIGHT\"`, so that its place can be kept free".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> Result<Image, String> {
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40.4 20\">{inside}</svg>");
        Image::parse("a.svg", text.into_bytes())
    }

    #[test]
    fn sizes() {
        let image = svg("<rect width='3' fill='url(#shade)'/>").unwrap_or_else(|why| panic!("{why}"));
        assert_eq!((image.width, image.height, image.kind.media_type()), (40, 20, "image/svg+xml"));
        assert_eq!(image.digest.len(), 16);
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 1, 2, 0, 0, 0, 7, 8, 2, 0, 0, 0]);
        let image = Image::parse("a.png", png).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!((image.width, image.height), (258, 7));
    }

    #[test]
    fn only_inert_drawings() {
        for bad in [
            "<script>1</script>",
            "<g onload='x()'/>",
            "<a href='#x'/>",
            "<image href='http://elsewhere/x.png'/>",
            "<rect style='fill:url(http://elsewhere)'/>",
            "<foreignObject/>",
            "<style>@import 'x.css';</style>",
            "<style>a{fill:url(#ok);b:URL(https://elsewhere)}</style>",
            "<g>",
        ] {
            assert!(svg(bad).is_err(), "{bad}");
        }
        assert!(Image::parse("a.svg", b"<svg viewBox='0 0 1 1'/>".to_vec()).is_err(), "no namespace");
        assert!(Image::parse("a.gif", b"GIF89a".to_vec()).is_err());
        assert!(Image::parse("a.png", b"nonsense".to_vec()).is_err());
    }
}
