//! Requests to this site's API.
//! Invariant: every failure becomes a `Problem` with words for people.

use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, Response};

use crate::api::Problem;

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

async fn fetch(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&str>) -> Result<Response, JsValue> {
    let list = Headers::new()?;
    for (name, value) in headers {
        list.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(method);
    init.set_headers(&list);
    if let Some(body) = body {
        init.set_body(&JsValue::from_str(body));
    }
    let request = Request::new_with_str_and_init(url, &init)?;
    JsFuture::from(leptos::prelude::window().fetch_with_request(&request)).await?.dyn_into()
}

async fn text(response: &Response) -> Result<String, Problem> {
    let text = async { JsFuture::from(response.text()?).await };
    text.await.ok().and_then(|text| text.as_string()).ok_or_else(no_network)
}

async fn answer(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&str>) -> Result<Response, Problem> {
    let response = fetch(method, url, headers, body).await.map_err(|_| no_network())?;
    if response.ok() {
        return Ok(response);
    }
    let told: Option<Problem> = serde_json::from_str(&text(&response).await?).ok();
    Err(told.unwrap_or_else(|| Problem {
        error: format!("status_{}", response.status()),
        detail: "The server could not do this.".to_owned(),
        next: "Try again in a moment.".to_owned(),
    }))
}

/// A request with an optional JSON body, answered in JSON.
pub(in crate::islands) async fn call<T: DeserializeOwned>(
    method: &str,
    url: &str,
    body: Option<&(impl Serialize + ?Sized)>,
) -> Result<T, Problem> {
    let body = body.map(serde_json::to_string).transpose().map_err(|_| unreadable())?;
    let response = answer(method, url, &[("Content-Type", "application/json")], body.as_deref()).await?;
    serde_json::from_str(&text(&response).await?).map_err(|_| unreadable())
}

/// A request whose answer's body does not matter.
pub(in crate::islands) async fn send(method: &str, url: &str) -> Result<(), Problem> {
    answer(method, url, &[], None).await.map(drop)
}

/// A file's text and its ETag.
pub(in crate::islands) async fn get_text(url: &str) -> Result<(String, String), Problem> {
    let response = answer("GET", url, &[], None).await?;
    let etag = response.headers().get("etag").ok().flatten().unwrap_or_default();
    Ok((text(&response).await?, etag))
}

/// Writes a file's text; gives the new ETag. `etag` is that of what it replaces; none for a new file.
pub(in crate::islands) async fn put_text(url: &str, content: &str, etag: Option<&str>) -> Result<String, Problem> {
    let mut headers = vec![("Content-Type", "application/octet-stream")];
    match etag {
        Some(etag) => headers.push(("If-Match", etag)),
        None => headers.push(("If-None-Match", "*")),
    }
    let response = answer("PUT", url, &headers, Some(content)).await?;
    Ok(response.headers().get("etag").ok().flatten().unwrap_or_default())
}
