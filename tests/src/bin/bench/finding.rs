//! How long a search takes in the server, alone and for fifty at once, over the real content and over 20,000 sections.
//! Invariant: the time in the server is the search's own, as the server tells it; how long people wait is told beside.

use std::{
    collections::BTreeSet,
    fs,
    hint::black_box,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use ::tests::{Learner, Server};
use library::search::Index;
use serde::Deserialize;

use crate::{pages::get, report::Report, search::encoded, stats::Sample, synthetic};

/// Who asks at one time.
const AT_ONCE: usize = 50;
/// How often each query is asked, after once to warm up.
const ROUNDS: usize = 3;
/// Made-up sections.
const SECTIONS: usize = 20_000;
/// Milliseconds.
const AIM: f64 = 3.0;
const AIM_LARGE: f64 = 10.0;
const AIM_INDEX: f64 = 500.0;
/// As the palette asks.
const HITS: usize = 12;
/// Until changed content is served.
const PATIENCE: Duration = Duration::from_secs(120);
/// Stands nowhere.
const NEW: &str = "xylophonist";

/// The size that is shipped.
pub(crate) async fn measure(server: &Server, report: &mut Report) {
    tokio::task::block_in_place(|| alone(report, "search", &content(), AIM, Some(AIM_INDEX)));
    let told = at_once(server).await;
    told.note(report, "search", "fifty at once", Some(AIM));
}

/// The large size, with a server of its own.
pub(crate) async fn measure_large(report: &mut Report) {
    let folder = tempfile::tempdir().unwrap();
    tokio::task::block_in_place(|| {
        synthetic::write(&content(), folder.path(), SECTIONS);
        alone(report, "search_20k", folder.path(), AIM_LARGE, None);
    });
    let root = folder.path().to_str().expect("a path in UTF-8");
    let server = Server::with(&[("DRYDOCK_CONTENT", root)]).await;
    at_once(&server).await.note(report, "search_20k", "fifty at once", Some(AIM_LARGE));
    let (told, took) = while_reloading(&server, folder.path()).await;
    told.note(report, "search_20k_reload", "fifty at once while the content is read again; none failed", None);
    let detail = "from the change of a file until it is found; the folder is looked at every two seconds".to_owned();
    report.note("search_20k_reload_time", took.as_secs_f64() * 1000.0, "ms", None, detail);
}

fn content() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
}

/// What is judged for relevance, and the same while it is being typed.
fn queries() -> Vec<String> {
    #[derive(Deserialize)]
    struct Suite {
        query: Vec<Judged>,
    }
    #[derive(Deserialize)]
    struct Judged {
        text: String,
    }
    let suite: Suite = toml::from_str(include_str!("../../../relevance/queries.toml")).unwrap();
    let mut queries = BTreeSet::new();
    for Judged { text } in suite.query {
        let text = text.trim();
        for letters in [2, 4, text.chars().count() / 2, text.chars().count()] {
            queries.insert(text.chars().take(letters).collect::<String>());
        }
    }
    queries.into_iter().collect()
}

/// The index by itself, one query after the other.
fn alone(report: &mut Report, name: &str, root: &Path, aim: f64, aim_index: Option<f64>) {
    let (library, _) = library::load(root);
    let mut builds = Sample::default();
    let mut build = || {
        let began = Instant::now();
        let index = Index::build(&library).unwrap();
        builds.add_since(began);
        index
    };
    let _first = build();
    let _second = build();
    let index = build();
    let detail = format!("{} sections, entries and exercises; median of {}", index.len(), builds.len());
    report.note(&format!("{name}_index"), builds.median(), "ms", aim_index, detail);
    let queries = queries();
    let (mut times, mut own) = (Sample::default(), Sample::default());
    for round in 0..=ROUNDS {
        for query in &queries {
            let (began, before) = (Instant::now(), own_time());
            black_box(index.search(black_box(query), None, HITS));
            if round > 0 {
                times.add_time(began.elapsed());
                own.add_time(own_time() - before);
            }
        }
    }
    let detail = format!(
        "p99 of {} queries {} times, one after the other; median {:.2}; of processor time p99 {:.2}, median {:.2}",
        queries.len(),
        ROUNDS,
        times.median(),
        own.percentile(99),
        own.median()
    );
    report.note(&format!("{name}_alone_p99"), times.percentile(99), "ms", Some(aim), detail);
}

/// Processor time of this thread: what others do on the machine does not count.
fn own_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel counts it");
    Duration::from_nanos(text.split(' ').next().expect("nanoseconds first").parse().unwrap())
}

/// Times of many searches over HTTP, milliseconds.
#[derive(Default)]
struct Told {
    /// Of the search, as the server tells.
    server: Vec<f64>,
    /// Until the answer was there.
    waited: Vec<f64>,
}

impl Told {
    fn note(&self, report: &mut Report, name: &str, how: &str, aim: Option<f64>) {
        let server: Sample = self.server.iter().copied().collect();
        let waited: Sample = self.waited.iter().copied().collect();
        let detail = format!(
            "p99 in the server of {} over HTTP, {how}; median {:.2}; whoever asked waited {:.0}, p99 {:.0}",
            server.len(),
            server.median(),
            waited.median(),
            waited.percentile(99)
        );
        report.note(&format!("{name}_p99"), server.percentile(99), "ms", aim, detail);
    }

    async fn ask(&mut self, learner: &mut Learner, query: &str) {
        let path = format!("/api/search?limit={HITS}&q={}", encoded(query));
        let began = Instant::now();
        let answer = get(learner, &path).await;
        self.waited.push(began.elapsed().as_secs_f64() * 1000.0);
        let time = answer.header("server-timing").strip_prefix("search;dur=").expect("the server tells its time");
        self.server.push(time.parse().unwrap());
    }

    fn extend(&mut self, other: Self) {
        self.server.extend(other.server);
        self.waited.extend(other.waited);
    }
}

/// Fifty learners, each with other queries at each time, until every query was asked so many times or `over` is set.
async fn fifty(server: &Server, rounds: usize, over: &Arc<AtomicBool>) -> Told {
    let queries = Arc::new(queries());
    let askers: Vec<_> = (0..AT_ONCE)
        .map(|who| {
            let (queries, over, mut learner) = (Arc::clone(&queries), Arc::clone(over), server.learner());
            tokio::spawn(async move {
                let mut told = Told::default();
                for round in 0..rounds {
                    for query in queries.iter().skip((who + round) % AT_ONCE).step_by(AT_ONCE) {
                        if over.load(Ordering::Relaxed) {
                            return told;
                        }
                        told.ask(&mut learner, query).await;
                    }
                }
                told
            })
        })
        .collect();
    let mut all = Told::default();
    for asker in askers {
        all.extend(asker.await.unwrap());
    }
    all
}

async fn at_once(server: &Server) -> Told {
    let on = Arc::default();
    // To warm up.
    fifty(server, 1, &on).await;
    fifty(server, ROUNDS, &on).await
}

/// Ask on while the content changes, until the change is served; how long that took.
async fn while_reloading(server: &Server, root: &Path) -> (Told, Duration) {
    let over = Arc::new(AtomicBool::new(false));
    let change = async {
        let chapter = format!(
            "+++\ntitle = \"The {NEW}\"\norder = 1\nsummary = \"New.\"\ntags = [\"new\"]\nminutes = 1\nchecked_with = \"Engine 26.1\"\n+++\n\nNew.\n"
        );
        let folder = root.join("chapters/200-new");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("part.toml"), "number = 200\ntitle = \"New\"\nsummary = \"New.\"\n").unwrap();
        fs::write(folder.join("01-the-new.md"), chapter).unwrap();
        let began = Instant::now();
        let mut learner = server.learner();
        loop {
            let found = learner.get(&format!("/api/search?q={NEW}")).await.json();
            if found["hits"][0]["url"] == "/chapters/the-new" {
                over.store(true, Ordering::Relaxed);
                return began.elapsed();
            }
            assert!(began.elapsed() < PATIENCE, "the new content is not served");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::join!(fifty(server, usize::MAX, &over), change)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_asked_whole_and_while_they_are_typed() {
        let queries = queries();
        assert!(queries.len() > 500, "{}", queries.len());
        for wanted in ["dockerignore", "do", "dock", "docker"] {
            assert!(queries.iter().any(|query| query == wanted), "{wanted}");
        }
    }

    #[test]
    fn only_what_this_thread_does_counts() {
        let before = own_time();
        std::thread::sleep(Duration::from_millis(60));
        assert!(own_time() - before < Duration::from_millis(50));
    }
}
