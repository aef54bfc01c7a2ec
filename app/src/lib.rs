//! What the learner sees: pages rendered by the server, and islands that come to life in the browser.
//! Invariant: a page is a pure function of its view model; everything it needs comes through `Backend`.

#![recursion_limit = "256"]

pub mod api;
pub mod desk;
pub mod islands;
pub mod parts;
pub mod view;

#[cfg(feature = "ssr")]
pub mod assets;
#[cfg(feature = "ssr")]
pub mod backend;
#[cfg(feature = "ssr")]
mod base;
#[cfg(feature = "ssr")]
mod crawlers;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod policy;
#[cfg(feature = "ssr")]
mod router;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(feature = "ssr")]
pub use crate::{
    assets::Assets,
    backend::{Backend, BackendError, Query, Visitor},
    base::Base,
    crawlers::STANDING,
    policy::content_security_policy,
    router::{Site, error_page, router},
};

/// Called once by the page before any island is brought to life.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
