//! The Content-Security-Policy that pages are written for.
//! Invariant: the one inline script of a page is constant and allowed by its hash, so pages can be cached.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Runs before the first paint, so that a chosen theme never flashes the other one.
pub(crate) const THEME_SCRIPT: &str = concat!(
    "try{const t=localStorage.getItem('theme');",
    "if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}",
);

/// The policy for every HTML answer. `frame_sources` names the origins of previews,
/// e.g. `http://*.localhost:8000`; none when previews are off.
#[must_use]
pub fn content_security_policy(frame_sources: &[&str]) -> String {
    let theme = STANDARD.encode(Sha256::digest(THEME_SCRIPT.as_bytes()));
    let frames = if frame_sources.is_empty() { "'none'".to_owned() } else { frame_sources.join(" ") };
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-{theme}'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
         frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_are_the_only_frames() {
        assert!(content_security_policy(&[]).contains("frame-src 'none';"));
        assert!(content_security_policy(&["http://*.localhost:1"]).contains("frame-src http://*.localhost:1;"));
    }

    #[test]
    fn no_inline_script_or_style_is_allowed_in_general() {
        assert!(!content_security_policy(&[]).contains("unsafe-inline"));
    }
}
