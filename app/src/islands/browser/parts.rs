//! The two parts written for the browser, terminal and editor, and a few favours of the page's script.
//! Invariant: the page's script puts `drydock` there before any island wakes.

use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Element, HtmlElement};

#[wasm_bindgen]
extern "C" {
    /// All terminals of one sandbox.
    #[derive(Clone)]
    pub(in crate::islands) type Terminals;

    #[wasm_bindgen(method)]
    pub(in crate::islands) fn add(this: &Terminals);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn show(this: &Terminals, terminal: u8);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn close(this: &Terminals, terminal: u8);
    #[wasm_bindgen(method, js_name = "type")]
    pub(in crate::islands) fn type_text(this: &Terminals, text: &str);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn focus(this: &Terminals);
    #[wasm_bindgen(method, js_name = setReader)]
    pub(in crate::islands) fn set_reader(this: &Terminals, on: bool);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn find(this: &Terminals, text: &str, back: bool) -> bool;
    #[wasm_bindgen(method, js_name = endFind)]
    pub(in crate::islands) fn end_find(this: &Terminals);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn dispose(this: &Terminals);

    /// One editor over several files.
    #[derive(Clone)]
    pub(in crate::islands) type Editor;

    #[wasm_bindgen(method)]
    pub(in crate::islands) fn show(this: &Editor, path: &str, text: &str);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn replace(this: &Editor, text: &str);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn forget(this: &Editor, path: &str);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn text(this: &Editor) -> String;
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn focus(this: &Editor);
    #[wasm_bindgen(method)]
    pub(in crate::islands) fn dispose(this: &Editor);

    /// Says a sentence to people who listen to the page.
    #[wasm_bindgen(js_namespace = drydock)]
    pub(in crate::islands) fn announce(text: &str);
    /// Shows one of the page's tabs by its panel's id.
    #[wasm_bindgen(js_namespace = drydock, js_name = showTab)]
    pub(in crate::islands) fn show_tab(panel: &str);
    /// Gives an element the focus without moving the page.
    #[wasm_bindgen(js_namespace = drydock, js_name = focusInPlace)]
    pub(super) fn focus_in_place(element: &Element);
    /// Gives copy buttons and local times to HTML that came later.
    #[wasm_bindgen(js_namespace = drydock)]
    pub(in crate::islands) fn dress(root: &HtmlElement);
    #[wasm_bindgen(js_namespace = drydock, js_name = at)]
    fn at_base(place: &str) -> String;
    #[wasm_bindgen(js_namespace = drydock, js_name = within)]
    fn within_base(html: &str) -> String;
    #[wasm_bindgen(js_namespace = drydock, js_name = copy, catch)]
    async fn copy_text(text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = drydock, js_name = openTerminals, catch)]
    async fn terminals(
        host: &HtmlElement,
        url: &str,
        preview: Option<String>,
        tell: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = drydock, js_name = openEditor, catch)]
    async fn editor(host: &HtmlElement, tell: &JsValue) -> Result<JsValue, JsValue>;
}

/// A place of this site, such as `/chapters`, as the browser asks for it. On the server it stays as it is: a page's
/// addresses are led below the base when it is whole.
pub(in crate::islands) fn at(place: &str) -> String {
    if cfg!(feature = "hydrate") { at_base(place) } else { place.to_owned() }
}

/// Rendered text from the API, its addresses as the browser asks for them; see [`at`].
pub(in crate::islands) fn within(html: String) -> String {
    if cfg!(feature = "hydrate") { within_base(&html) } else { html }
}

/// Puts a text into the clipboard; false when the browser forbids it.
pub(in crate::islands) async fn copy(text: &str) -> bool {
    copy_text(text).await.is_ok()
}

/// Calls back with each notice; lives as long as the page, because the part keeps it.
fn notices<N: serde::de::DeserializeOwned>(mut tell: impl FnMut(N) + 'static) -> JsValue {
    Closure::<dyn FnMut(String)>::new(move |notice: String| {
        if let Ok(notice) = serde_json::from_str(&notice) {
            tell(notice);
        }
    })
    .into_js_value()
}

/// Opens the terminals of a sandbox in `host`; `None` when the part could not be loaded.
pub(in crate::islands) async fn open_terminals<N: serde::de::DeserializeOwned>(
    host: &HtmlElement,
    url: &str,
    preview: Option<String>,
    tell: impl FnMut(N) + 'static,
) -> Option<Terminals> {
    Some(terminals(host, url, preview, &notices(tell)).await.ok()?.unchecked_into())
}

/// Opens an editor in `host`; `None` when the part could not be loaded.
pub(in crate::islands) async fn open_editor<N: serde::de::DeserializeOwned>(
    host: &HtmlElement,
    tell: impl FnMut(N) + 'static,
) -> Option<Editor> {
    Some(editor(host, &notices(tell)).await.ok()?.unchecked_into())
}
