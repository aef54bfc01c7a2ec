//! The images that an engine lists.
//! Invariant: what is no proper list is no list; it is never taken for an empty one.

use std::collections::HashSet;

use http::StatusCode;
use sandbox::{EngineResponse, Sandbox};
use serde_json::Value;

use super::{ProbeError, body, get};

const DOING: &str = "list its images";

/// Images that every sandbox comes with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::grading) struct Preloaded {
    pub(super) ids: HashSet<String>,
}

/// An image as an engine lists it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) tags: Vec<String>,
    pub(super) size: u64,
}

impl Listed {
    /// Its first tag, or how people call one without.
    pub(super) fn name(&self) -> String {
        match self.tags.first() {
            Some(tag) => tag.clone(),
            None => {
                let short: String = self.id.trim_start_matches("sha256:").chars().take(12).collect();
                format!("untagged image {short}")
            }
        }
    }
}

impl Preloaded {
    /// Those of a sandbox that no learner has touched.
    pub(in crate::grading) async fn of(fresh: &Sandbox) -> Result<Self, ProbeError> {
        Self::from(listed(fresh).await?)
    }

    fn from(listed: Vec<Listed>) -> Result<Self, ProbeError> {
        if listed.is_empty() {
            // Kept for the server's life: every preloaded image would count as the learner's.
            let said = "none of those that every sandbox comes with is there".to_owned();
            return Err(ProbeError::Engine { doing: DOING, said });
        }
        Ok(Self { ids: listed.into_iter().map(|image| image.id).collect() })
    }
}

/// All images, dangling ones too.
pub(super) async fn listed(sandbox: &Sandbox) -> Result<Vec<Listed>, ProbeError> {
    read(&get(sandbox, "/images/json?all=1").await?)
}

fn read(answer: &EngineResponse) -> Result<Vec<Listed>, ProbeError> {
    let (StatusCode::OK, Value::Array(images)) = (answer.status, body(answer)) else {
        return Err(ProbeError::answer(DOING, answer));
    };
    // One that is left out would not be searched.
    let read: Option<Vec<Listed>> = images.iter().map(image).collect();
    read.ok_or_else(|| ProbeError::Engine { doing: DOING, said: "one of them has no id".to_owned() })
}

fn image(listed: &Value) -> Option<Listed> {
    let tags = listed["RepoTags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Some(Listed {
        id: listed["Id"].as_str().filter(|id| !id.is_empty())?.to_owned(),
        tags: tags.filter(|tag| *tag != "<none>:<none>").map(str::to_owned).collect(),
        size: listed["Size"].as_u64().unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> EngineResponse {
        let status = StatusCode::from_u16(status).unwrap();
        EngineResponse { status, headers: http::HeaderMap::new(), body: body.to_owned().into() }
    }

    #[test]
    fn images_are_listed_with_their_tags() {
        let body = r#"[{"Id": "sha256:a", "RepoTags": ["app:1"], "Size": 3},
            {"Id": "sha256:b", "RepoTags": ["<none>:<none>"]}, {"Id": "sha256:c0123456789abc", "RepoTags": null}]"#;
        let listed = read(&answer(200, body)).unwrap();
        let told: Vec<_> = listed.iter().map(|it| (it.id.as_str(), it.tags.len(), it.size)).collect();
        assert_eq!(told, [("sha256:a", 1, 3), ("sha256:b", 0, 0), ("sha256:c0123456789abc", 0, 0)]);
        assert_eq!((listed[0].name(), listed[2].name()), ("app:1".into(), "untagged image c0123456789a".into()));
        assert_eq!(read(&answer(200, "[]")).unwrap(), []);
    }

    #[test]
    fn what_is_no_list_is_not_an_empty_one() {
        for (status, body) in [
            (500, "[]"),
            (404, r#"{"message": "page not found"}"#),
            (200, ""),
            (200, "{}"),
            (200, "null"),
            (200, r#"[{"RepoTags": ["app:1"]}]"#),
            (200, r#"[{"Id": ""}]"#),
        ] {
            assert!(read(&answer(status, body)).is_err(), "{status} {body}");
        }
    }

    #[test]
    fn a_fresh_sandbox_without_images_is_a_fault() {
        assert!(Preloaded::from(Vec::new()).is_err());
        let one = Listed { id: "sha256:a".to_owned(), tags: Vec::new(), size: 0 };
        assert_eq!(Preloaded::from(vec![one]).unwrap().ids.len(), 1);
    }
}
