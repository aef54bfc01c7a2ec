//! What was learnt on the way through the checks of one attempt.
//! Invariant: one name means one image in all of them; an image that was shown to one check is hidden from no other.

use std::collections::{BTreeMap, HashMap};

use domain::id::ScenarioId;

use super::{probes::Look, scenario::Ran};

/// What was learnt.
#[derive(Default)]
pub(super) struct Known {
    pub(super) scenarios: HashMap<ScenarioId, Result<Ran, String>>,
    /// Ids by the names that images were asked for.
    images: BTreeMap<String, String>,
}

impl Known {
    /// The look, unless it contradicts an earlier one: whoever shows one image to one check and another, or none, to the
    /// next must not pass.
    pub(super) fn agreeing(&mut self, look: Look) -> Look {
        for (name, id) in &look.images {
            match (self.images.get(name), id) {
                (Some(first), Some(id)) if first != id => {
                    return Look::invalid(format!("the image {name} changed while it was being checked"));
                }
                (Some(_), None) => {
                    return Look::invalid(format!("the image {name} went away while it was being checked"));
                }
                (None, Some(id)) => drop(self.images.insert(name.clone(), id.clone())),
                _ => {}
            }
        }
        if let Some(all) = &look.all
            && let Some((name, _)) = self.images.iter().find(|(_, id)| !all.contains(*id))
        {
            return Look::invalid(format!("the image {name} is not among those that your sandbox lists"));
        }
        look
    }
}

#[cfg(test)]
mod tests {
    use domain::evidence::Evidence;
    use serde_json::json;

    use super::*;

    fn at(name: &str, id: Option<&str>) -> Look {
        Look { images: vec![(name.to_owned(), id.map(str::to_owned))], ..Look::seen(json!({})) }
    }

    fn all(ids: &[&str]) -> Look {
        Look { all: Some(ids.iter().map(|id| (*id).to_owned()).collect()), ..Look::seen(json!({})) }
    }

    fn agrees(known: &mut Known, look: Look) -> bool {
        matches!(known.agreeing(look).evidence, Evidence::Seen { .. })
    }

    #[test]
    fn one_name_means_one_image() {
        let mut known = Known::default();
        // Nothing was shown yet; it may come.
        assert!(agrees(&mut known, at("app:flat", None)));
        for (id, seen) in [("sha256:a", true), ("sha256:a", true), ("sha256:b", false), ("sha256:a", true)] {
            assert_eq!(agrees(&mut known, at("app:flat", Some(id))), seen, "{id}");
        }
        assert!(!agrees(&mut known, at("app:flat", None)), "it was there before");
        assert!(agrees(&mut known, at("other", None)));
    }

    #[test]
    fn an_image_that_was_shown_is_among_all() {
        let mut known = Known::default();
        assert!(agrees(&mut known, all(&[])), "nothing was shown yet");
        assert!(agrees(&mut known, at("app:flat", Some("sha256:a"))));
        assert!(agrees(&mut known, all(&["sha256:b", "sha256:a"])));
        assert!(!agrees(&mut known, all(&["sha256:b"])));
        assert!(!agrees(&mut known, all(&[])));
        let told = known.agreeing(all(&[])).evidence;
        let reason = "the image app:flat is not among those that your sandbox lists".to_owned();
        assert_eq!(told, Evidence::Invalid { reason });
    }
}
