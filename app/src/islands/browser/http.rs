//! Requests to this site's API.
//! Invariant: every failure becomes a `Problem` with words for people.

use std::cell::RefCell;

use domain::visible::visible_lines;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Headers, Request, RequestInit, Response};

use super::parts::at;
use crate::api::Problem;

/// The largest body that browsers see to its end after the page has gone.
const OUTLIVES_THE_PAGE: usize = 60 * 1024;

thread_local! {
    /// Cuts off the reads of the sandbox that are under way.
    static READS: RefCell<Option<AbortController>> = const { RefCell::new(None) };
}

/// Cuts off every read of the sandbox that is under way: it is about to go, and its refusal would be no news.
pub(in crate::islands) fn abandon_reads() {
    if let Some(reads) = READS.take() {
        reads.abort();
    }
}

/// The signal that cuts off reads of the sandbox.
fn reads() -> Result<AbortSignal, JsValue> {
    let reads = READS.with_borrow_mut(|reads| match reads {
        Some(reads) => Ok(reads.clone()),
        None => AbortController::new().inspect(|made| *reads = Some(made.clone())),
    });
    reads.map(|reads| reads.signal())
}

/// How a request is made.
#[derive(Default)]
struct Ask<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: Option<&'a str>,
    /// It reads from the sandbox, and is cut off when that goes.
    of_sandbox: bool,
    /// It goes on when the page is left.
    outlives: bool,
}

fn no_network() -> Problem {
    Problem {
        error: "no_network".to_owned(),
        detail: "The server cannot be reached.".to_owned(),
        next: "Check the network, then try again.".to_owned(),
    }
}

fn unreadable() -> Problem {
    Problem {
        error: "unreadable".to_owned(),
        detail: "The server's answer could not be understood.".to_owned(),
        next: "Reload the page; it may be older than the server.".to_owned(),
    }
}

async fn fetch(ask: Ask<'_>) -> Result<Response, JsValue> {
    let list = Headers::new()?;
    for (name, value) in ask.headers {
        list.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(ask.method);
    init.set_headers(&list);
    if ask.of_sandbox {
        init.set_signal(Some(&reads()?));
    }
    if let Some(body) = ask.body {
        init.set_body(&JsValue::from_str(body));
    }
    if ask.outlives {
        js_sys::Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE)?;
    }
    let request = Request::new_with_str_and_init(&at(ask.url), &init)?;
    JsFuture::from(leptos::prelude::window().fetch_with_request(&request)).await?.dyn_into()
}

async fn text(response: &Response) -> Result<String, Problem> {
    let text = async { JsFuture::from(response.text()?).await };
    text.await.ok().and_then(|text| text.as_string()).ok_or_else(no_network)
}

async fn answer(ask: Ask<'_>) -> Result<Response, Problem> {
    let response = fetch(ask).await.map_err(|_| no_network())?;
    if response.ok() {
        return Ok(response);
    }
    let told: Option<Problem> = serde_json::from_str(&text(&response).await?).ok();
    let mut problem = told.unwrap_or_else(|| Problem {
        error: format!("status_{}", response.status()),
        detail: "The server could not do this.".to_owned(),
        next: "Try again in a moment.".to_owned(),
    });
    // It may repeat names out of the sandbox.
    for told in [&mut problem.detail, &mut problem.next] {
        *told = visible_lines(told).into_owned();
    }
    // The sandbox has a word of its own for it.
    if response.status() == 404 {
        problem.error = "not_found".to_owned();
    }
    Err(problem)
}

/// A request with an optional JSON body, answered in JSON.
pub(in crate::islands) async fn call<T: DeserializeOwned>(
    method: &str,
    url: &str,
    body: Option<&(impl Serialize + ?Sized)>,
) -> Result<T, Problem> {
    let body = body.map(serde_json::to_string).transpose().map_err(|_| unreadable())?;
    let headers = &[("Content-Type", "application/json")];
    let response = answer(Ask { method, url, headers, body: body.as_deref(), ..Ask::default() }).await?;
    serde_json::from_str(&text(&response).await?).map_err(|_| unreadable())
}

/// Reads a document about what is in the sandbox.
pub(in crate::islands) async fn read<T: DeserializeOwned>(url: &str) -> Result<T, Problem> {
    let response = answer(Ask { method: "GET", url, of_sandbox: true, ..Ask::default() }).await?;
    serde_json::from_str(&text(&response).await?).map_err(|_| unreadable())
}

/// A request whose answer's body does not matter.
pub(in crate::islands) async fn send(method: &str, url: &str) -> Result<(), Problem> {
    answer(Ask { method, url, ..Ask::default() }).await.map(drop)
}

/// A file's text and its ETag.
pub(in crate::islands) async fn get_text(url: &str) -> Result<(String, String), Problem> {
    let response = answer(Ask { method: "GET", url, of_sandbox: true, ..Ask::default() }).await?;
    let etag = response.headers().get("etag").ok().flatten().unwrap_or_default();
    Ok((text(&response).await?, etag))
}

/// Writes a file's text, also when the page is left; gives the new ETag. `etag` is that of what it replaces; none for a
/// new file.
pub(in crate::islands) async fn put_text(url: &str, content: &str, etag: Option<&str>) -> Result<String, Problem> {
    let mut headers = vec![("Content-Type", "application/octet-stream")];
    match etag {
        Some(etag) => headers.push(("If-Match", etag)),
        None => headers.push(("If-None-Match", "*")),
    }
    let outlives = content.len() <= OUTLIVES_THE_PAGE;
    let ask = Ask { method: "PUT", url, headers: &headers, body: Some(content), outlives, ..Ask::default() };
    let response = answer(ask).await?;
    Ok(response.headers().get("etag").ok().flatten().unwrap_or_default())
}
