//! Random words: ids, canaries, nonces, labels. All from the operating system's generator.

use rand::{Rng as _, distr::Alphanumeric};

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const LOWER_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

fn from(alphabet: &[u8], length: usize) -> String {
    let mut random = rand::rng();
    (0..length).map(|_| char::from(alphabet[random.random_range(0..alphabet.len())])).collect()
}

/// An id: 24 lower-case letters and digits, 124 bits.
#[must_use]
pub fn id() -> String {
    from(LOWER_AND_DIGITS, 24)
}

/// A canary: 32 letters and digits.
#[must_use]
pub fn canary() -> String {
    rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect()
}

/// A nonce: a word of 12 letters, fit for names of images and files.
#[must_use]
pub fn nonce() -> String {
    from(LOWER, 12)
}

/// A host name's label: 32 lower-case letters and digits, 165 bits.
#[must_use]
pub fn label() -> String {
    from(LOWER_AND_DIGITS, 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_shape_and_differ() {
        assert_eq!((id().len(), canary().len(), nonce().len(), label().len()), (24, 32, 12, 32));
        assert!(nonce().bytes().all(|byte| byte.is_ascii_lowercase()));
        assert_ne!(canary(), canary());
    }
}
