//! The places of the facts that a pointer names.
//! Invariant: what the facts say was left out is told apart from what is not there, however deep below it a pointer leads.

use serde_json::{Map, Value};

/// A place, and what is there.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) value: Option<&'a Value>,
    /// There is something that the facts do not hold: beside a missing `text`, `text_withheld` is true.
    pub(super) withheld: bool,
}

const NOTHING: Place<'_> = Place { value: None, withheld: false };

/// Every place a pointer with `*` names. A missing key gives one place without a value;
/// `*` over nothing gives no place at all.
pub(super) fn find<'a>(facts: &'a Value, pointer: &str) -> Vec<Place<'a>> {
    let there = |value| Place { value: Some(value), withheld: false };
    let mut places = vec![there(facts)];
    for token in pointer.split('/').skip(1) {
        let mut next = Vec::new();
        for place in places {
            match (token, place.value) {
                _ if place.withheld => next.push(place),
                ("*", Some(Value::Array(items))) => next.extend(items.iter().map(there)),
                ("*", Some(Value::Object(map))) => next.extend(map.values().map(there)),
                (_, Some(Value::Object(map))) => next.push(member(map, &token.replace("~1", "/").replace("~0", "~"))),
                (_, Some(Value::Array(items))) => {
                    next.push(token.parse::<usize>().ok().and_then(|index| items.get(index)).map_or(NOTHING, there));
                }
                _ => next.push(NOTHING),
            }
        }
        places = next;
    }
    places
}

fn member<'a>(map: &'a Map<String, Value>, key: &str) -> Place<'a> {
    let value = map.get(key);
    let withheld = value.is_none() && map.get(&format!("{key}_withheld")) == Some(&Value::Bool(true));
    Place { value, withheld }
}
