//! Choices that look like chance and are the same for the same seed.

use std::time::Duration;

/// Made for one learner.
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of a seed.
    #[must_use]
    pub(super) fn new(seed: u64) -> Self {
        // Never 0, from which it would not move.
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `sides`.
    pub(super) fn below(&mut self, sides: u64) -> u64 {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides.max(1)
    }

    /// One of these.
    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = self.below(all.len() as u64);
        &all[usize::try_from(at).unwrap()]
    }

    /// Between half and one and a half times as long.
    pub(super) fn about(&mut self, time: Duration) -> Duration {
        let most = u64::try_from(time.as_millis()).unwrap();
        time / 2 + Duration::from_millis(self.below(most + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_side_comes_and_a_seed_gives_the_same_again() {
        let (mut one, mut other) = (Dice::new(7), Dice::new(7));
        let mut seen = [0; 6];
        for _ in 0..600 {
            let side = one.below(6);
            assert_eq!(side, other.below(6));
            seen[usize::try_from(side).unwrap()] += 1;
        }
        assert!(seen.iter().all(|times| *times > 50), "{seen:?}");
        let time = Dice::new(0).about(Duration::from_secs(2));
        assert!((Duration::from_secs(1)..=Duration::from_secs(3)).contains(&time), "{time:?}");
    }
}
