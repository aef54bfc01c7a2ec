//! Database and engine agree: the living leases' containers and the pool's are all that is there.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::Value;
use tests::Server;

/// Far beyond what it takes, on a machine that is busy with other tests.
pub(crate) const AGREED: Duration = Duration::from_secs(60);

/// Wait until every living lease is ready and has its container, no other container is there, and the living leases are
/// as wanted; they.
pub(crate) async fn agrees(server: &Server, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    settles(server, |leases, _idle| wanted(leases)).await
}

/// No lease lives, and no container is there, not even one that waits to be taken.
pub(crate) async fn nothing_left(server: &Server) {
    settles(server, |leases, idle| leases.is_empty() && idle.is_empty()).await;
}

/// The same for what is wanted of the living leases and of the pool's containers.
async fn settles(server: &Server, wanted: impl Fn(&[Value], &[String]) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let listed = server.ask(&["leases", "--json"]);
        let leases = listed["leases"].as_array().unwrap().clone();
        let idle = server.idle();
        let taken = leases.iter().filter_map(|row| row["container"].as_str());
        let known: BTreeSet<&str> = taken.chain(idle.iter().map(String::as_str)).collect();
        let there = server.containers();
        let settled = leases.iter().all(|row| row["state"] == "ready");
        if settled && wanted(&leases, &idle) && known == there.iter().map(String::as_str).collect() {
            return leases;
        }
        assert!(began.elapsed() < AGREED, "database {leases:?} {idle:?}, engine {there:?}; {}", server.said());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
