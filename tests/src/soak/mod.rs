//! Learners who come and go for a long time, and what server, engine and host hold meanwhile and afterwards.
//! Invariant: all learners have left when it is counted what is left.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::Server;

pub mod count;
mod dice;
pub mod judge;
pub mod report;
pub mod sample;
mod script;
mod visitor;

use count::{Counts, Trouble};
use dice::Dice;
use judge::Run;
use sample::{Measure, Place, Sample};
use script::Pace;
use visitor::Visitor;

/// What is left goes within this time: the reaper looks every few seconds.
const SETTLED: Duration = Duration::from_secs(90);

/// Sandboxes that the pool keeps ready.
const IDLE: u64 = 1;

/// How long, how many, how fast.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Learners.
    pub learners: u32,
    /// Before it is first counted what is left.
    pub warm_up: Duration,
    /// From then on.
    pub time: Duration,
    /// About how long a learner thinks before each step.
    pub think: Duration,
    /// From one look to the next.
    pub look: Duration,
    /// Nobody else uses the engine: what it holds is judged as well.
    pub alone: bool,
}

impl Plan {
    /// Settings of a server for it: room for all, and a pool.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            // The idle one among them has to give way: now and then somebody waits in the queue.
            ("DRYDOCK_LEASES__MOST", self.learners.to_string()),
            ("DRYDOCK_POOL__IDLE", IDLE.to_string()),
        ]
    }

    /// Let learners come and go; what was seen.
    ///
    /// # Panics
    /// When server, engine or host cannot be looked at.
    pub async fn run(&self, server: &Server) -> Run {
        let counts = Arc::new(Counts::default());
        let place = Place {
            server: server.pid(),
            deployment: server.deployment(),
            database: server.database(),
            engine: sample::engine().await,
        };
        let began = Instant::now();
        let mut visitors: Vec<(Visitor, Dice)> = (0..self.learners)
            .map(|number| (Visitor::new(server.learner(), Arc::clone(&counts)), Dice::new(u64::from(number) + 1)))
            .collect();
        visitors = self.sit(visitors, self.warm_up).await;
        let before = quiet(&place, began).await;
        report::line(&before, &counts.totals());
        let during = Mutex::default();
        tokio::select! {
            _all_left = self.sit(visitors, self.time) => {}
            () = self.watch(&place, began, &counts, &during) => {}
        }
        let mut run = Run {
            before,
            during: during.into_inner().unwrap(),
            after: Sample::default(),
            totals: counts.totals(),
            learners: u64::from(self.learners),
            exercises: script::exercises(),
            alone: self.alone,
        };
        let left = Instant::now();
        loop {
            run.after = place.sample(began.elapsed()).await;
            if run.left().is_empty() && run.rows().is_empty() || left.elapsed() > SETTLED {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        run
    }

    /// All sit again and again until the time is over, then leave.
    async fn sit(&self, visitors: Vec<(Visitor, Dice)>, time: Duration) -> Vec<(Visitor, Dice)> {
        let pace = Pace { think: self.think, until: Instant::now() + time };
        let sitting = visitors.into_iter().map(async |(mut visitor, mut dice)| {
            // They do not come in the same moment.
            tokio::time::sleep(dice.about(self.think)).await;
            while Instant::now() < pace.until {
                if let Err(Trouble::Failed) = script::sitting(&mut visitor, &mut dice, pace).await {
                    visitor.leave().await;
                }
            }
            visitor.leave().await;
            (visitor, dice)
        });
        futures::future::join_all(sitting).await
    }

    /// Look again and again.
    async fn watch(&self, place: &Place, began: Instant, counts: &Counts, into: &Mutex<Vec<Sample>>) {
        loop {
            tokio::time::sleep(self.look).await;
            let sample = place.sample(began.elapsed()).await;
            report::line(&sample, &counts.totals());
            into.lock().unwrap().push(sample);
        }
    }
}

/// What is there when all have left, the pool is filled and nothing changes any more.
async fn quiet(place: &Place, began: Instant) -> Sample {
    let left = Instant::now();
    let mut last = place.sample(began.elapsed()).await;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = place.sample(began.elapsed()).await;
        let same = |measure| last.counts.get(&measure) == now.counts.get(&measure);
        let idle = now.counts.get(&Measure::Containers) == Some(&IDLE);
        if idle && same(Measure::Containers) && same(Measure::Processes) || left.elapsed() > SETTLED {
            return now;
        }
        last = now;
    }
}
