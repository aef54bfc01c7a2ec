//! A learner whose every request is counted, and who tries again when told to.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt as _;
use hyper::Method;
use serde_json::{Value, json};

use super::count::{Counts, Trouble};
use crate::{Events, Learner, Terminal, client::Answer};

/// Nothing that is answered takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// A sandbox that does not come within this time does not come; a full queue of slow starts does not take as long.
const QUEUE: Duration = Duration::from_secs(300);
/// Whoever is told to try again does so this often.
const TRIES: u32 = 20;

/// A learner who counts.
pub(super) struct Visitor {
    learner: Learner,
    counts: Arc<Counts>,
    /// Leases that this learner has and has not ended.
    pub(super) open: Vec<String>,
}

impl Visitor {
    /// Somebody new.
    #[must_use]
    pub(super) fn new(learner: Learner, counts: Arc<Counts>) -> Self {
        Self { learner, counts, open: Vec::new() }
    }

    /// Note that something was done.
    pub(super) fn done(&self, what: &'static str) {
        self.counts.done(what);
    }

    /// Something came out otherwise than it must.
    #[must_use]
    pub(super) fn wrong(&self, what: &str, why: impl std::fmt::Display) -> Trouble {
        self.counts.failed(what, why)
    }

    /// Ask for one of these statuses. An answer that says when to try again is no error when it comes to one of them.
    async fn ask(&mut self, method: Method, path: &str, body: &[u8], wanted: &[u16]) -> Result<Answer, Trouble> {
        let what = format!("{method} {path}");
        let json: &[(&str, &str)] = if method == Method::POST { &[("content-type", "application/json")] } else { &[] };
        let mut tries = 0;
        loop {
            tries += 1;
            self.counts.asked();
            let work = self.learner.try_ask(method.clone(), path, json, body);
            let answer = match tokio::time::timeout(PATIENCE, work).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => return Err(self.counts.failed(&what, error)),
                Err(_) => return Err(self.counts.failed(&what, "no answer")),
            };
            if wanted.contains(&answer.status) {
                return Ok(answer);
            }
            let later = answer.header("retry-after").parse().ok().filter(|_| answer.status == 503 && tries < TRIES);
            let Some(seconds) = later else {
                let text: String = answer.text().chars().take(300).collect();
                return Err(self.counts.failed(&what, format!("{} {text}", answer.status)));
            };
            self.counts.done("told to wait");
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
    }

    /// Read a page or ask for a document.
    ///
    /// # Errors
    /// When it does not come.
    pub(super) async fn get(&mut self, path: &str) -> Result<Answer, Trouble> {
        self.ask(Method::GET, path, &[], &[200]).await
    }

    /// Save a file.
    ///
    /// # Errors
    /// When that fails.
    pub(super) async fn put(&mut self, path: &str, body: &[u8]) -> Result<(), Trouble> {
        self.ask(Method::PUT, path, body, &[204]).await.map(drop)
    }

    async fn post(&mut self, path: &str, body: &Value, wanted: &[u16]) -> Result<Value, Trouble> {
        Ok(self.ask(Method::POST, path, body.to_string().as_bytes(), wanted).await?.json())
    }

    /// Something over a socket or a stream of events, which fails by a panic.
    ///
    /// # Errors
    /// When it does.
    pub(super) async fn over<T>(
        &mut self,
        what: &str,
        work: impl AsyncFnOnce(&mut Learner) -> T,
    ) -> Result<T, Trouble> {
        self.counts.asked();
        let work = AssertUnwindSafe(work(&mut self.learner)).catch_unwind();
        work.await.map_err(|panic| self.counts.failed(what, words(&*panic)))
    }

    /// Press Start and wait until it is one's turn; the lease.
    ///
    /// # Errors
    /// When there is no sandbox in the end.
    pub(super) async fn start(&mut self, exercise: Option<&str>) -> Result<String, Trouble> {
        let view = self.post("/api/leases", &json!({ "exercise": exercise }), &[200, 201]).await?;
        let lease = view["id"].as_str().unwrap_or_default().to_owned();
        if !self.open.contains(&lease) {
            self.done("started");
            self.open.push(lease.clone());
        }
        if view["state"] != "ready" {
            let path = format!("/api/leases/{lease}/events");
            let ready = self.over("wait for a sandbox", async |learner| {
                let mut events = learner.events(&path).await;
                tokio::time::timeout(QUEUE, until(&mut events, "state", "ready")).await.expect("a sandbox in time");
            });
            ready.await?;
        }
        Ok(lease)
    }

    /// Wait until a sandbox's engine answers.
    ///
    /// # Errors
    /// When it does not.
    pub(super) async fn engine(&mut self, lease: &str) -> Result<(), Trouble> {
        let path = format!("/api/leases/{lease}/events");
        let ready = self.over("wait for an engine", async |learner| {
            let mut events = learner.events(&path).await;
            tokio::time::timeout(QUEUE, until(&mut events, "engine", "ready")).await.expect("an engine in time");
        });
        ready.await
    }

    /// Open the terminal from an offset on.
    ///
    /// # Errors
    /// When the socket is refused.
    pub(super) async fn terminal(&mut self, lease: &str, from: u64) -> Result<Terminal, Trouble> {
        self.over("open a terminal", async |learner| Terminal::attach(learner, lease, from).await).await
    }

    /// What a command puts out.
    ///
    /// # Errors
    /// When it does not end.
    pub(super) async fn command(&mut self, terminal: &mut Terminal, command: &str) -> Result<String, Trouble> {
        self.over(command, async |_| terminal.ask(command).await).await
    }

    /// Do what the exercise's own solution does.
    ///
    /// # Errors
    /// When that fails.
    pub(super) async fn solve(&mut self, lease: &str, exercise: &str, terminal: &mut Terminal) -> Result<(), Trouble> {
        self.over("solve", async |learner| learner.solve(lease, exercise, terminal).await).await
    }

    /// Press Check and wait for the verdict.
    ///
    /// # Errors
    /// When there is none, or something could not be looked at.
    pub(super) async fn check(&mut self, lease: &str) -> Result<Value, Trouble> {
        let attempt = self.post(&format!("/api/leases/{lease}/attempts"), &json!({}), &[202]).await?;
        self.done("checked");
        let path = format!("/api/attempts/{}/events", attempt["id"].as_str().unwrap_or_default());
        let verdict = self.over("wait for a verdict", async |learner| {
            let mut events = learner.events(&path).await;
            loop {
                let (event, data) = events.next().await.expect("events until the verdict");
                assert_ne!(event, "abandoned", "{data}");
                if event == "verdict" {
                    return data;
                }
            }
        });
        let verdict = verdict.await?;
        let checks = verdict["results"].as_array().map_or(&[][..], Vec::as_slice);
        match checks.iter().find(|one| one["because"]["because"] == "fault") {
            Some(fault) => Err(self.wrong("a check", fault)),
            None if checks.is_empty() => Err(self.wrong("a check", &verdict)),
            None => Ok(verdict),
        }
    }

    /// End a sandbox.
    ///
    /// # Errors
    /// When that fails.
    pub(super) async fn end(&mut self, lease: &str) -> Result<(), Trouble> {
        self.open.retain(|open| open != lease);
        self.ask(Method::DELETE, &format!("/api/leases/{lease}"), &[], &[204]).await.map(drop)
    }

    /// End all that is left; what fails is counted.
    pub(super) async fn leave(&mut self) {
        for lease in self.open.clone() {
            let _counted = self.end(&lease).await;
        }
    }
}

async fn until(events: &mut Events, field: &str, value: &str) {
    loop {
        let (_, view) = events.next().await.expect("events go on");
        if view[field] == value {
            return;
        }
        assert!(view["state"] != "ended" && view["engine"] != "failed", "{view}");
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it failed without a word")
}
