//! A class for about a minute: whatever learners do, nothing is left and nothing fails. `make soak` is the long form.

use std::time::Duration;

use tests::{
    Server,
    soak::{Plan, report},
};

#[tokio::test(flavor = "multi_thread")]
async fn learners_who_come_and_go_leave_nothing_behind() {
    let plan = Plan {
        learners: 6,
        warm_up: Duration::from_secs(20),
        time: Duration::from_secs(40),
        think: Duration::from_millis(400),
        look: Duration::from_secs(2),
        // Other tests use the engine at the same time.
        alone: false,
    };
    let settings = plan.settings();
    let settings: Vec<(&'static str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let server = Server::with(&settings).await;
    let run = plan.run(&server).await;
    report::table(&run);
    assert_eq!(run.faults(), [""; 0], "{}", server.said());
    for what in ["sat", "solved", "checked", "reconnected"] {
        assert!(run.totals.times(what) > 0, "nobody {what}: {:?}", run.totals.done);
    }
}
