//! Turns: doing everything takes long, so that CI does a part of it, another one each time.

use std::str::FromStr;

/// One of so many turns, written as `2/4`: what stands at every fourth place of a list has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    /// From 1.
    number: usize,
    of: usize,
}

impl FromStr for Turn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err("a turn is written as 2/4: a number from 1, and how many turns there are".to_owned()),
        }
    }
}

impl Turn {
    /// Whether what stands at a place of the list, from 0, has it.
    pub(super) fn has(self, place: usize) -> bool {
        place % self.of == self.number - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_a_number_of_so_many() {
        assert_eq!("2/4".parse(), Ok(Turn { number: 2, of: 4 }));
        for text in ["0/4", "5/4", "4", "a/b", "1/0", "", "-1/4"] {
            assert!(text.parse::<Turn>().is_err(), "{text}");
        }
    }

    #[test]
    fn everything_has_exactly_one_turn() {
        for place in 0..50 {
            let turns = (1..=4).filter(|number| Turn { number: *number, of: 4 }.has(place));
            assert_eq!(turns.count(), 1, "{place}");
        }
    }
}
