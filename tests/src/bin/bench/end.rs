//! From pressing End to nothing left of the sandbox, against a plain container of the same engine, in turn.

use std::time::{Duration, Instant};

use ::tests::Server;

use crate::{
    plain,
    report::{Base, Report},
    stats::Sample,
};

const ROUNDS: usize = 7;

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let image = plain::image();
    let (mut plains, mut ends) = (Sample::default(), Sample::default());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        plain::run(&image);
        plains.add_since(began);
        let mut learner = server.learner();
        let lease = learner.start(None).await;
        learner.until_engine(&lease).await;
        let began = Instant::now();
        assert_eq!(learner.delete(&format!("/api/leases/{lease}")).await.status, 204);
        let answered = began.elapsed();
        // The answer comes when the container is gone; asking costs as much as ending, so it is not counted then.
        if server.containers_of(&lease).is_empty() {
            ends.add_time(answered);
            continue;
        }
        while !server.containers_of(&lease).is_empty() {
            assert!(began.elapsed() < Duration::from_secs(30), "the container stays");
        }
        ends.add_since(began);
    }
    report.note_ratio("end_to_nothing_left", &ends, &Base { what: plain::WHAT, times: &plains }, 50, None);
}
