//! `make soak`: learners who come and go for two hours, unless told otherwise:
//! `soak --minutes 10 --learners 20 --think 5`.
//! Exit code 1 says, a sentence each, what has grown without bound and that too many requests failed; 2 that it could not
//! be done.

use std::{process::ExitCode, time::Duration};

use ::tests::{
    Server,
    soak::{Plan, report},
};
use tokio::signal::unix::{SignalKind, signal};

const MINUTES: u32 = 120;
const LEARNERS: u32 = 50;
/// Unless told, a learner thinks so long for each one there is: then two processors are busy and not overrun.
const THINK_FOR_EACH: Duration = Duration::from_millis(250);

/// What is said on the command line.
fn plan(mut words: impl Iterator<Item = String>) -> Result<Plan, String> {
    let (mut minutes, mut learners, mut think) = (MINUTES, LEARNERS, None);
    while let Some(word) = words.next() {
        let number = words.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
        let number = number.ok_or_else(|| format!("{word} takes a number above 0"))?;
        match word.as_str() {
            "--minutes" => minutes = number,
            "--learners" => learners = number,
            "--think" => think = Some(Duration::from_secs(number.into())),
            _ => return Err(format!("{word} is not known; there are --minutes, --learners and --think (seconds)")),
        }
    }
    let time = Duration::from_secs(60) * minutes;
    Ok(Plan {
        learners,
        warm_up: time / 5,
        time: time - time / 5,
        think: think.unwrap_or(THINK_FOR_EACH * learners),
        look: (time / 120).max(Duration::from_secs(5)),
        alone: true,
    })
}

#[tokio::main]
async fn main() -> ExitCode {
    let plan = match plan(std::env::args().skip(1)) {
        Ok(plan) => plan,
        Err(why) => {
            eprintln!("soak: {why}");
            return ExitCode::from(2);
        }
    };
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return ExitCode::from(2) };
    tokio::select! {
        code = soak(plan) => code,
        // What is under way is dropped, and with it the server and its sandboxes.
        _ = terminate.recv() => ExitCode::from(2),
        _ = tokio::signal::ctrl_c() => ExitCode::from(2),
    }
}

async fn soak(plan: Plan) -> ExitCode {
    let settings = plan.settings();
    let settings: Vec<(&'static str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let server = Server::with(&settings).await;
    let run = plan.run(&server).await;
    report::table(&run);
    let faults = run.faults();
    for fault in &faults {
        println!("FAILED: {fault}");
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(words: &[&str]) -> Result<Plan, String> {
        plan(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn minutes_and_learners_can_be_told() {
        let usual = of(&[]).unwrap();
        assert_eq!((usual.learners, usual.warm_up + usual.time), (50, Duration::from_secs(7200)));
        let short = of(&["--minutes", "10", "--learners", "20"]).unwrap();
        assert_eq!((short.learners, short.time, short.look), (20, Duration::from_secs(480), Duration::from_secs(5)));
        assert_eq!(short.think, Duration::from_secs(5));
        assert_eq!(of(&["--think", "30"]).unwrap().think, Duration::from_secs(30));
        for bad in [&["--minutes"][..], &["--minutes", "0"], &["--hours", "2"]] {
            assert!(of(bad).is_err(), "{bad:?}");
        }
    }
}
