//! How many sandboxes are made at the same time, and how long one takes then. Pure.
//! Invariant: the limit stays within its bounds, so something is always made and never everything at once.
//!
//! A host tells by the time that a start takes how much it can do at once: as long as starts beside each other take no
//! longer than one alone, there is room for more; beyond that they only wait for each other (the rule of TCP Vegas).

/// Weight of the latest start in the average.
const LATEST: f64 = 0.2;
/// The quickest start is forgotten at this rate, for a host may become slower for good.
const FORGET: f64 = 1.01;

/// The pace of starts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pace {
    cores: f64,
    fixed: bool,
    limit: f64,
    /// Seconds that a start takes, on average of the latest.
    seconds: f64,
    /// The quickest of late, seconds; 0 before the first.
    quickest: f64,
}

impl Pace {
    /// For a host with so many processors; `fixed` sets the number for good unless it is 0.
    #[must_use]
    pub(super) fn new(cores: usize, fixed: u32) -> Self {
        let cores = f64::from(u32::try_from(cores).unwrap_or(u32::MAX)).max(1.0);
        let limit = if fixed > 0 { f64::from(fixed) } else { cores * 2.0 };
        Self { cores, fixed: fixed > 0, limit, seconds: 1.0, quickest: 0.0 }
    }

    /// Sandboxes to make at the same time.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    pub(super) fn limit(&self) -> usize {
        self.limit as usize
    }

    /// Seconds from one start to the next when many wait.
    #[must_use]
    pub(super) fn seconds_each(&self) -> f64 {
        self.seconds / self.limit.floor()
    }

    /// Seconds that one start takes.
    #[must_use]
    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// A start took so many seconds, one of so many at the same time.
    pub(super) fn succeeded(&mut self, seconds: f64, in_flight: usize) {
        let in_flight = f64::from(u32::try_from(in_flight).unwrap_or(u32::MAX)).max(1.0);
        self.seconds = if self.quickest > 0.0 { self.seconds + (seconds - self.seconds) * LATEST } else { seconds };
        // A host that is always busy would else be taken for a slow one, and given ever more.
        let alone = seconds / (in_flight / self.cores).max(1.0);
        let forgotten = (self.quickest * FORGET).min(alone).max(self.quickest);
        self.quickest = if self.quickest > 0.0 { forgotten.min(seconds) } else { seconds };
        if self.fixed || in_flight < self.limit.floor() {
            return;
        }
        // How many of those in flight only wait for the others.
        let waiting = self.limit * (1.0 - self.quickest / seconds.max(self.quickest));
        if waiting < self.cores {
            self.limit += 1.0 / self.limit;
        } else if waiting > self.cores * 2.0 {
            self.limit -= 1.0 / self.limit;
        }
        self.limit = self.limit.clamp(self.cores, self.cores * 8.0);
    }

    /// The engine failed or did not answer in time: ask less of it.
    pub(super) fn failed(&mut self) {
        if !self.fixed {
            self.limit = (self.limit / 2.0).max(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host that does `width` starts of `alone` seconds at the same time, and the others after them.
    fn settle(pace: &mut Pace, alone: f64, width: f64, rounds: usize) {
        for _ in 0..rounds {
            let in_flight = f64::from(u32::try_from(pace.limit()).unwrap());
            pace.succeeded(alone * (in_flight / width).max(1.0), pace.limit());
        }
    }

    #[test]
    fn a_wide_host_is_given_more_and_a_narrow_one_less() {
        let mut wide = Pace::new(2, 0);
        wide.succeeded(0.3, 1);
        settle(&mut wide, 0.3, 100.0, 500);
        assert_eq!(wide.limit(), 16);
        let mut narrow = Pace::new(2, 0);
        narrow.succeeded(0.3, 1);
        settle(&mut narrow, 0.3, 1.0, 500);
        assert!((2..=6).contains(&narrow.limit()), "{narrow:?}");
    }

    #[test]
    fn failures_slow_it_down_and_successes_bring_it_back() {
        let mut pace = Pace::new(2, 0);
        for _ in 0..5 {
            pace.failed();
        }
        assert_eq!(pace.limit(), 1);
        settle(&mut pace, 0.3, 4.0, 100);
        assert!(pace.limit() >= 4, "{pace:?}");
    }

    #[test]
    fn a_number_that_was_set_stays() {
        let mut pace = Pace::new(2, 3);
        pace.failed();
        settle(&mut pace, 0.3, 100.0, 50);
        assert_eq!(pace.limit(), 3);
        assert!((pace.seconds_each() - 0.1).abs() < 0.01, "{pace:?}");
    }

    #[test]
    fn the_average_begins_with_the_first_start() {
        let mut pace = Pace::new(4, 0);
        pace.succeeded(8.0, 1);
        assert!((pace.seconds() - 8.0).abs() < f64::EPSILON);
    }
}
