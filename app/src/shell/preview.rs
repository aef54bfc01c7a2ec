//! What a link to a page shows elsewhere: title, description, picture, and the page's one address.
//! Invariant: an address here is whole and never made of what a request said; without a known one it is left out.

use leptos::{attr::custom::custom_attribute, prelude::*};

use super::NAME;
use crate::Assets;

/// What the picture shows.
const PICTURE: &str = "Drydock: learn containers on a real engine of your own, in the browser.";

/// A page as others show it.
pub(super) struct Preview<'a> {
    /// With the site's name.
    pub(super) title: String,
    /// One or two sentences.
    pub(super) description: String,
    /// It is a text to read, and no place to do things.
    pub(super) article: bool,
    /// Path below the site's root.
    pub(super) path: Option<String>,
    /// The site's address, without a slash at its end.
    pub(super) public_url: Option<&'a str>,
}

impl Preview<'_> {
    /// The elements for the head.
    pub(super) fn html(self, assets: &Assets) -> AnyView {
        let Self { title, description, article, path, public_url } = self;
        let kind = if article { "article" } else { "website" };
        let address = public_url.zip(path).map(|(site, path)| {
            let address = format!("{site}{path}");
            view! { <link rel="canonical" href=address.clone() /> {property("og:url", address)} }
        });
        let picture = public_url.map(|site| {
            view! {
                {property("og:image", format!("{site}{}", assets.url("card.png")))}
                {property("og:image:type", "image/png")}
                {property("og:image:width", "1200")}
                {property("og:image:height", "630")}
                {property("og:image:alt", PICTURE)}
            }
        });
        let card = if picture.is_some() { "summary_large_image" } else { "summary" };
        view! {
            {property("og:title", title)}
            {property("og:description", description)}
            {property("og:site_name", NAME)}
            {property("og:type", kind)}
            {address}
            {picture}
            <meta name="twitter:card" content=card />
        }
        .into_any()
    }
}

fn property(property: &'static str, content: impl Into<String>) -> AnyView {
    let content: String = content.into();
    view! { <meta content=content /> }.add_any_attr(custom_attribute("property", property)).into_any()
}
