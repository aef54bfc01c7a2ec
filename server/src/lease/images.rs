//! Saving what a learner built: after each check and when the sandbox ends, where it is small. An archive as `docker save`
//! writes it, less the layers that came with the sandbox: the next one has them too.
//! Invariant: the archive is the learner's word alone. It goes into no sandbox but the learner's own, and no check reads it.

use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    sync::Arc,
    time::Duration,
};

use app::api::EngineState;
use bytes::Bytes;
use sandbox::{EngineRequest, EngineResponse, Limits, Program, Sandbox};
use serde::Deserialize;

use super::{LeaseError, Leases};
use crate::store::lease::LeaseRow;

/// Bytes of the packed archive.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// Images kept.
const MOST_IMAGES: usize = 20;
/// To pack them; those of a whole class are packed in the same minute.
const PACKING: Duration = Duration::from_secs(20);
/// To unpack them.
const UNPACKING: Limits = Limits { bytes: 64 * 1024, time: Duration::from_secs(30) };
/// Where the sandbox packs them.
const PACKED: &str = "/tmp/.kept-images.tar.gz";

/// Packs the named images. The layers that came with the sandbox are those that are mounted from the golden volume;
/// `docker load` does not ask for a layer that is there. Arguments: the most bytes, the file, the images. Fails unless the
/// file is a whole archive, or as long as the most bytes.
const PACK: &str = r#"
set -e
most=$1 packed=$2
shift 2
rm -f "$packed" "$packed.broken"
cd /var/lib/docker/image/overlay2/layerdb/sha256
came=$(for layer in *; do
  if grep -q " /var/lib/docker/overlay2/$(cat "$layer/cache-id")/diff " /proc/self/mountinfo; then
    cat "$layer/diff"; echo
  fi
done)
wanted=$(docker image inspect --format '{{range .RootFS.Layers}}{{println .}}{{end}}' "$@" | sort -u | grep .)
left_out=$(printf '%s\n' "$wanted" | grep -Fx "$came" | sed 's|^sha256:|blobs/sha256/|' || true)
archive() {
  if [ -n "$left_out" ]; then docker save "$@" | tar --delete -f - $left_out; else docker save "$@"; fi
}
{ archive "$@" || : >"$packed.broken"; } | gzip -1 | head -c "$most" >"$packed"
# What is cut off for its length breaks as well.
if [ -e "$packed.broken" ]; then
  rm "$packed.broken"
  [ "$(stat -c %s "$packed")" -ge "$most" ]
fi
"#;

/// An image as the engine lists it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    id: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
}

impl Leases {
    /// Save the images that a learner made, if they have changed and are small. False when they are too large or too many:
    /// then those that were saved before are forgotten.
    ///
    /// # Errors
    /// When sandbox or database fail, or the sandbox says nothing that can be understood; what was saved before is kept then.
    async fn save_images(&self, sandbox: &Sandbox, row: &LeaseRow) -> Result<bool, LeaseError> {
        let Some(exercise) = &row.exercise else { return Ok(true) };
        let packing = self.handles().get(&row.id).map(|living| Arc::clone(&living.packing));
        let Some(packing) = packing else { return Ok(true) };
        let _alone = packing.lock().await;
        let living = self.handles().get(&row.id).map(|living| (living.engine, living.images));
        // An engine that nobody has used is not woken for it.
        let Some((EngineState::Ready, before)) = living else { return Ok(true) };
        let made = made_here(sandbox).await?;
        let mark = mark_of(&made);
        if before == Some(mark) {
            return Ok(true);
        }
        let archive = if made.is_empty() || made.len() > MOST_IMAGES { None } else { pack(sandbox, &made).await? };
        if !self.inner.store.save_images(row, exercise, archive.as_deref(), self.now()).await? {
            return Ok(true);
        }
        if let Some(living) = self.handles().get_mut(&row.id) {
            living.images = Some(mark);
        }
        Ok(archive.is_some() || made.is_empty())
    }

    /// As [`Leases::save_images`]; what fails is told to the operator alone.
    pub async fn keep_images(&self, sandbox: &Sandbox, row: &LeaseRow) -> bool {
        self.save_images(sandbox, row).await.unwrap_or_else(|error| {
            tracing::warn!(lease = %row.id, %error, "the images could not be saved");
            true
        })
    }

    /// Bring the images that were saved into a new sandbox. One whose engine does not take them goes without.
    ///
    /// # Errors
    /// When sandbox or database fail.
    pub(super) async fn bring_images(&self, sandbox: &Sandbox, row: &LeaseRow) -> Result<(), LeaseError> {
        let Some(exercise) = &row.exercise else { return Ok(()) };
        let Some(archive) = self.inner.store.images(&row.learner, exercise).await? else { return Ok(()) };
        sandbox.wait_for_engine(Duration::from_secs(60)).await?;
        let body = futures::stream::iter([Ok(Bytes::from(archive))]);
        let loaded = sandbox.engine_upload("/images/load?quiet=1", "application/x-tar", body, UNPACKING).await?;
        // An engine tells of what it cannot load in a success as well.
        if !loaded.status.is_success() || loaded.body.windows(11).any(|part| part == b"errorDetail") {
            let said = String::from_utf8_lossy(&loaded.body).into_owned();
            tracing::warn!(lease = %row.id, status = %loaded.status, said, "the saved images could not be loaded");
            return Ok(());
        }
        // What has just come back need not be saved again.
        match made_here(sandbox).await {
            Ok(made) => {
                if let Some(living) = self.handles().get_mut(&row.id) {
                    living.images = Some(mark_of(&made));
                }
            }
            Err(error) => tracing::warn!(lease = %row.id, %error, "the images that came back could not be listed"),
        }
        Ok(())
    }
}

/// Names and ids of the images that did not come with the sandbox.
async fn made_here(sandbox: &Sandbox) -> Result<BTreeMap<String, String>, LeaseError> {
    let answer = sandbox.engine_request(EngineRequest::get("/images/json"), Limits::default()).await?;
    named(&answer).ok_or_else(|| LeaseError::Images(format!("the list of images cannot be read ({})", answer.status)))
}

/// `None` when the answer is none.
fn named(answer: &EngineResponse) -> Option<BTreeMap<String, String>> {
    if !answer.status.is_success() {
        return None;
    }
    let listed: Vec<Listed> = serde_json::from_slice(&answer.body).ok()?;
    let came = sandbox::preloaded();
    let named = listed.into_iter().flat_map(|image| {
        let names = image.repo_tags.unwrap_or_default();
        names.into_iter().map(move |name| (name, image.id.clone()))
    });
    Some(named.filter(|(name, _)| !came.contains(&name.as_str()) && !name.contains("<none>")).collect())
}

fn mark_of(images: &BTreeMap<String, String>) -> u64 {
    let mut mark = DefaultHasher::new();
    images.hash(&mut mark);
    mark.finish()
}

/// `None` when they are too large.
async fn pack(sandbox: &Sandbox, images: &BTreeMap<String, String>) -> Result<Option<Vec<u8>>, LeaseError> {
    let limit = (MOST_BYTES + 1).to_string();
    let fixed = ["/bin/sh", "-c", PACK, "pack", &limit, PACKED].map(str::to_owned);
    let packing = Program::new(fixed.into_iter().chain(images.keys().cloned())).timeout(PACKING);
    let ran = sandbox.run(packing).await?;
    if ran.exit_code != 0 {
        return Err(LeaseError::Images(format!("they cannot be packed ({}): {:?}", ran.exit_code, ran.stderr)));
    }
    let got = sandbox.get_file(PACKED, MOST_BYTES).await;
    let removed = sandbox.remove(PACKED).await;
    match got {
        Ok((_, bytes)) => {
            removed?;
            Ok(Some(bytes.to_vec()))
        }
        Err(sandbox::SandboxError::TooLong { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> EngineResponse {
        let status = http::StatusCode::from_u16(status).unwrap();
        EngineResponse { status, headers: http::HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_not_an_empty_list() {
        for (status, body) in
            [(500, "[]"), (200, ""), (200, "{\"message\":\"no\"}"), (200, "[{\"RepoTags\":[\"app:1\"]}]")]
        {
            assert_eq!(named(&answer(status, body)), None, "{status} {body}");
        }
        assert_eq!(named(&answer(200, "[]")), Some(BTreeMap::new()));
        let listed = r#"[{"Id":"a","RepoTags":["app:1","<none>:<none>"]},{"Id":"b","RepoTags":null}]"#;
        let app = BTreeMap::from([("app:1".to_owned(), "a".to_owned())]);
        assert_eq!(named(&answer(200, listed)), Some(app));
    }

    #[test]
    fn another_name_or_another_image_changes_the_mark() {
        let images = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect()
        };
        let first = mark_of(&images(&[("app:1", "a"), ("app:2", "b")]));
        assert_eq!(first, mark_of(&images(&[("app:2", "b"), ("app:1", "a")])));
        assert_ne!(first, mark_of(&images(&[("app:1", "a"), ("app:2", "c")])));
        assert_ne!(first, mark_of(&images(&[("app:1", "a")])));
    }
}
