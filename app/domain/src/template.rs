//! `{{canary}}` and `{{nonce}}`: each attempt's own secret and its own random word,
//! put into starter files, tasks, probes and expectations. Unknown names stay as they are.

/// The values of one lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values<'a> {
    /// The secret that must not leak; planted in starter files.
    pub canary: &'a str,
    /// A random word that the learner does not know beforehand.
    pub nonce: &'a str,
}

impl Values<'_> {
    /// The text with the values in place.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        text.replace("{{canary}}", self.canary).replace("{{nonce}}", self.nonce)
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
