//! `{{canary}}`, `{{nonce}}` and `{{fresh}}`: each lease's own secret, its own random word, and each attempt's own random
//! word, put into starter files, cases, probes and expectations. Unknown names stay as they are.

use sha2::{Digest as _, Sha256};

/// The values of one lease, or of one attempt. `{{canary.sha256}}` and the like give a value's SHA-256 as 64
/// hexadecimal digits, so that a check can expect what only a program that really computes can put out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values<'a> {
    /// The secret that must not leak; planted in starter files.
    pub canary: &'a str,
    /// A random word that the learner does not know beforehand.
    pub nonce: &'a str,
    /// A random word that nobody has seen before this attempt; `None` outside attempts, where `{{fresh}}` stays.
    pub fresh: Option<&'a str>,
}

impl Values<'_> {
    /// The text with the values in place.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        if !text.contains("{{") {
            return text.to_owned();
        }
        let mut filled = text.to_owned();
        for (name, value) in [("canary", Some(self.canary)), ("nonce", Some(self.nonce)), ("fresh", self.fresh)] {
            let Some(value) = value else { continue };
            filled = filled.replace(&format!("{{{{{name}}}}}"), value);
            let sum = format!("{{{{{name}.sha256}}}}");
            if filled.contains(&sum) {
                filled = filled.replace(&sum, &sha256(value));
            }
        }
        filled
    }

    /// The same for every string of a JSON document.
    #[must_use]
    pub fn fill_value(&self, value: &serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.fill_value(item)).collect()),
            Value::Object(map) => {
                Value::Object(map.iter().map(|(key, item)| (self.fill(key), self.fill_value(item))).collect())
            }
            other => other.clone(),
        }
    }

    /// A copy of anything that serialises both ways, with the values in place.
    ///
    /// # Errors
    /// When the filled document no longer has the type's shape.
    pub fn fill_all<T: serde::Serialize + serde::de::DeserializeOwned>(&self, it: &T) -> Result<T, serde_json::Error> {
        serde_json::from_value(self.fill_value(&serde_json::to_value(it)?))
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_others_stay() {
        let mut values = Values { canary: "abc", nonce: "word", fresh: None };
        assert_eq!(
            values.fill("{{canary}}-{{nonce}} {{fresh}} {{.ID}} {{ nonce }}"),
            "abc-word {{fresh}} {{.ID}} {{ nonce }}"
        );
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(values.fill("{{canary.sha256}}"), sum);
        values.fresh = Some("abc");
        assert_eq!(values.fill("{{fresh}} {{fresh.sha256}} {{fresh.md5}}"), format!("abc {sum} {{{{fresh.md5}}}}"));
        let filled = values.fill_value(&serde_json::json!({"{{nonce}}": ["{{fresh}}", 1]}));
        assert_eq!(filled, serde_json::json!({"word": ["abc", 1]}));
    }
}
