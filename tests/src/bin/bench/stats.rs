//! The few statistics that are told: medians and percentiles by nearest rank, and ratios of them.
//! Invariant: a value that is told was measured; nothing is interpolated.

use std::time::{Duration, Instant};

/// Values of one kind, in the order of measuring.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// Add a value.
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Add the time since then, in milliseconds.
    pub(crate) fn add_since(&mut self, began: Instant) {
        self.add_time(began.elapsed());
    }

    /// Add a time, in milliseconds.
    pub(crate) fn add_time(&mut self, time: Duration) {
        self.add(time.as_secs_f64() * 1000.0);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The middle one; of an even number the lower of the two.
    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// The smallest value that so many of a hundred do not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len().max(1));
        *sorted.get(rank - 1).expect("something was measured")
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 1e-9
    }

    #[test]
    fn ranks_are_the_nearest() {
        let sample: Sample = [5.0, 1.0, 4.0, 2.0, 3.0].into_iter().collect();
        assert!(is(sample.median(), 3.0));
        assert!(is(sample.percentile(0), 1.0));
        assert!(is(sample.percentile(20), 1.0));
        assert!(is(sample.percentile(21), 2.0));
        assert!(is(sample.percentile(95), 5.0));
        assert!(is(sample.percentile(100), 5.0));
    }

    #[test]
    fn an_even_number_has_its_lower_middle() {
        let sample: Sample = [4.0, 1.0, 3.0, 2.0].into_iter().collect();
        assert!(is(sample.median(), 2.0));
    }

    #[test]
    fn one_value_is_every_percentile() {
        let mut sample = Sample::default();
        sample.add_time(Duration::from_micros(1500));
        for percent in [0, 1, 50, 95, 100] {
            assert!(is(sample.percentile(percent), 1.5), "{percent}");
        }
        assert_eq!(sample.len(), 1);
    }

    #[test]
    #[should_panic(expected = "something was measured")]
    fn nothing_measured_is_no_number() {
        let _nothing = Sample::default().median();
    }
}
