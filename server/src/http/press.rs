//! Pages as they leave: printed once for everybody who has done nothing yet, compressed, with a strong validator.
//! Invariant: what is kept was rendered for nobody in particular, of the content and the offer that its key names.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, Write as _},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, response::Parts},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use domain::id::LearnerId;
use flate2::{Compression, write::GzEncoder};
use http_body_util::BodyExt as _;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

use super::{error, who};
use crate::state::State;

/// Pages that are kept: all of one edition of the book several times over; each takes some 100 kB.
const MOST: usize = 400;
/// Quality, from 0 to 9, of what is kept, and of what is made anew each time.
const THOROUGH: u32 = 9;
const QUICK: u32 = 4;
/// Of brotli: base 2 logarithm of the window in bytes, more than a page.
const WINDOW: u32 = 22;

/// Printed pages, by what they were made of and where they are.
pub(super) struct Press {
    state: State,
    kept: Cache<(u64, String), Arc<Sheet>>,
}

/// Marks a request for a page that is for everybody.
#[derive(Debug, Clone)]
struct ForEverybody;

/// One page in each of the forms in which browsers take it.
struct Sheet {
    headers: HeaderMap,
    forms: [Form; 3],
}

struct Form {
    /// As in `Content-Encoding`; none for the page as it is.
    encoding: Option<&'static str>,
    tag: HeaderValue,
    bytes: Bytes,
}

impl Press {
    pub(super) fn new(state: State) -> Self {
        Self { state, kept: Cache::new(MOST) }
    }

    /// What pages of text are made of, beside what a learner has done.
    fn edition(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.state.content.shelf().fingerprint().hash(&mut hasher);
        match self.state.leases.offer() {
            Some(offer) => offer.hash(&mut hasher),
            None => self.state.leases.refusal().hash(&mut hasher),
        }
        hasher.finish()
    }

    /// False also when nobody knows: the page says what is wrong with the database, if it needs it.
    async fn has_done_nothing(&self, learner: &LearnerId) -> bool {
        let store = &self.state.store;
        store.progress(learner).await.is_ok_and(|done| done.is_empty())
            && store.living_leases_of(learner).await.is_ok_and(|living| living.is_empty())
    }

    /// A page with its compressed forms; anything but a page that was made well is given back.
    async fn sheet(&self, response: Response, quality: u32) -> Result<Sheet, Response> {
        let (parts, body) = response.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if parts.status != StatusCode::OK || !is_page {
            return Err(Response::from_parts(parts, body));
        }
        let work = async {
            let page = body.collect().await.map_err(io::Error::other)?.to_bytes();
            tokio::task::spawn_blocking(move || Sheet::of(parts, page, quality)).await.map_err(io::Error::other)?
        };
        work.await.map_err(|error| error::page_fault(&self.state.site, &error))
    }
}

/// The same for everybody who has done nothing, as long as the content is the same.
fn is_text(path: &str) -> bool {
    app::STANDING.contains(&path)
        || path.strip_prefix("/chapters/").is_some_and(|id| !id.strip_prefix("part/").unwrap_or(id).contains('/'))
        || path.strip_prefix("/cheatsheet/").is_some_and(|group| !group.contains('/'))
}

/// Answers with a page of text that is kept. It stands before everything that a request goes through: what is kept went
/// through it when it was printed.
pub(super) async fn keep(Shared(press): Shared<Arc<Press>>, mut request: Request, next: Next) -> Response {
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if !looks || request.uri().query().is_some() || !is_text(request.uri().path()) {
        return next.run(request).await;
    }
    let learner = who::known(&press.state, request.headers());
    if let Some(learner) = learner
        && !press.has_done_nothing(&learner).await
    {
        return next.run(request).await;
    }
    let key = (press.edition(), request.uri().path().to_owned());
    let asked = Asked::of(&request);
    // Whoever comes meanwhile waits for the first one.
    let guard = match press.kept.get_value_or_guard_async(&key).await {
        Ok(sheet) => return asked.answer(&sheet),
        Err(guard) => guard,
    };
    // A page made for HEAD has no text, and nothing to be told by.
    *request.method_mut() = Method::GET;
    // Whatever the learner does meanwhile stays out of what everybody gets.
    request.headers_mut().remove(header::COOKIE);
    request.extensions_mut().insert(ForEverybody);
    match press.sheet(next.run(request).await, THOROUGH).await {
        Ok(sheet) => {
            let sheet = Arc::new(sheet);
            // Refused only where somebody else has put it in.
            let _kept = guard.insert(Arc::clone(&sheet));
            asked.answer(&sheet)
        }
        Err(other) => other,
    }
}

/// Gives a page that is rendered now its validator and its compressed form.
pub(super) async fn print(Shared(press): Shared<Arc<Press>>, mut request: Request, next: Next) -> Response {
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if !looks || request.extensions().get::<ForEverybody>().is_some() {
        return next.run(request).await;
    }
    *request.method_mut() = Method::GET;
    let asked = Asked::of(&request);
    match press.sheet(next.run(request).await, QUICK).await {
        Ok(sheet) => asked.answer(&sheet),
        Err(other) => other,
    }
}

impl Sheet {
    fn of(parts: Parts, page: Bytes, quality: u32) -> io::Result<Self> {
        let digest: String = Sha256::digest(&page).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let form = |encoding: Option<&'static str>, bytes: Bytes| {
            // Strong: other bytes, another tag.
            let tag = format!("\"{digest}{}\"", encoding.map(|name| format!("-{name}-{quality}")).unwrap_or_default());
            let tag = HeaderValue::try_from(tag).map_err(io::Error::other)?;
            io::Result::Ok(Form { encoding, tag, bytes })
        };
        let mut headers = parts.headers;
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
        let forms =
            [form(Some("br"), brotli(&page, quality)?)?, form(Some("gzip"), gzip(&page, quality)?)?, form(None, page)?];
        Ok(Self { headers, forms })
    }
}

fn brotli(page: &[u8], quality: u32) -> io::Result<Bytes> {
    let mut writer = ::brotli::CompressorWriter::new(Vec::new(), 16 * 1024, quality, WINDOW);
    writer.write_all(page)?;
    Ok(writer.into_inner().into())
}

fn gzip(page: &[u8], quality: u32) -> io::Result<Bytes> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::new(quality));
    writer.write_all(page)?;
    Ok(writer.finish()?.into())
}

/// What a browser takes, and what it has.
struct Asked {
    encodings: String,
    has: String,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let all = |name| {
            let values = request.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
            values.collect::<Vec<_>>().join(",")
        };
        Self { encodings: all(header::ACCEPT_ENCODING), has: all(header::IF_NONE_MATCH) }
    }

    /// Whether an encoding is named, and not with a weight of nothing.
    fn takes(&self, encoding: &str) -> bool {
        self.encodings.split(',').any(|one| {
            let mut words = one.split(';').map(str::trim);
            let named = words.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            let weight = words.find_map(|word| word.strip_prefix("q=").or_else(|| word.strip_prefix("Q=")));
            named && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0))
        })
    }

    fn has(&self, tag: &HeaderValue) -> bool {
        let same = |one: &str| one == "*" || one.trim_start_matches("W/").as_bytes() == tag.as_bytes();
        self.has.split(',').map(str::trim).any(same)
    }

    fn answer(&self, sheet: &Sheet) -> Response {
        let [.., plain] = &sheet.forms;
        let form = sheet.forms.iter().find(|form| form.encoding.is_some_and(|name| self.takes(name))).unwrap_or(plain);
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.clone_from(&sheet.headers);
        headers.insert(header::ETAG, form.tag.clone());
        if self.has(&form.tag) {
            headers.remove(header::CONTENT_LENGTH);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        if let Some(encoding) = form.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        headers.insert(header::CONTENT_LENGTH, form.bytes.len().into());
        *response.body_mut() = Body::from(form.bytes.clone());
        response
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn asked(encodings: &str, has: &str) -> Asked {
        Asked { encodings: encodings.to_owned(), has: has.to_owned() }
    }

    fn printed() -> (Bytes, Sheet) {
        let page = Bytes::from("<p>a page of text</p>".repeat(200));
        let (parts, ()) = Response::new(()).into_parts();
        (page.clone(), Sheet::of(parts, page, THOROUGH).unwrap())
    }

    #[test]
    fn a_browser_gets_the_smallest_form_that_it_takes() {
        let (_, sheet) = printed();
        for (says, gets) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("GZIP", Some("gzip")),
            ("br;q=0, gzip;q=0.5", Some("gzip")),
            ("br; q=0.0", None),
            ("br;q=nonsense", None),
            ("*", None),
            ("", None),
        ] {
            let answer = asked(says, "").answer(&sheet);
            let encoding = answer.headers().get(header::CONTENT_ENCODING).map(|name| name.to_str().unwrap());
            assert_eq!(encoding, gets, "{says}");
        }
    }

    #[test]
    fn every_form_is_the_page() {
        let (page, sheet) = printed();
        let [br, gz, plain] = &sheet.forms;
        let (mut from_brotli, mut from_gzip) = (Vec::new(), Vec::new());
        ::brotli::Decompressor::new(&br.bytes[..], 4096).read_to_end(&mut from_brotli).unwrap();
        flate2::read::GzDecoder::new(&gz.bytes[..]).read_to_end(&mut from_gzip).unwrap();
        assert_eq!((&from_brotli, &from_gzip, &plain.bytes), (&page.to_vec(), &page.to_vec(), &page));
        let tags: std::collections::HashSet<_> = sheet.forms.iter().map(|form| form.tag.clone()).collect();
        assert_eq!(tags.len(), 3, "strong tags differ where bytes do");
    }

    #[test]
    fn who_has_the_page_is_told_so() {
        let (_, sheet) = printed();
        let tag = sheet.forms[0].tag.to_str().unwrap();
        for has in [tag.to_owned(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let answer = asked("br", &has).answer(&sheet);
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{has}");
            assert_eq!(answer.headers()[header::ETAG], tag);
        }
        for (says, has) in [("gzip", tag), ("br", "\"other\""), ("br", "")] {
            assert_eq!(asked(says, has).answer(&sheet).status(), StatusCode::OK, "{says} {has}");
        }
    }

    #[test]
    fn only_texts_are_kept() {
        for path in [
            "/",
            "/chapters",
            "/chapters/flattening-images",
            "/chapters/part/7",
            "/cheatsheet",
            "/cheatsheet/essential",
            "/cheatsheet/cache-and-stages",
        ] {
            assert!(is_text(path), "{path}");
        }
        for path in [
            "/exercises/healthcheck",
            "/search",
            "/progress",
            "/chapters/a/b",
            "/chapters/part/7/x",
            "/cheatsheet/a/b",
            "/manifest.webmanifest",
        ] {
            assert!(!is_text(path), "{path}");
        }
    }
}
