//! What must hold of an answer, looked at in another way than the reader's own.

use std::io::Read as _;

use base64::Engine as _;
use serde_json::Value;

use super::seeds::NEEDLE;
use crate::archive::sha;

/// More than any seed unpacks to.
const MOST: u64 = 64 << 20;

/// The regular files of an archive, as an ordinary reader sees them: what each unpacks to, empty when it is not packed,
/// and itself.
fn bodies(archive: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut bodies = Vec::new();
    let mut archive = tar::Archive::new(archive);
    let Ok(entries) = archive.entries() else { return bodies };
    for entry in entries {
        let Ok(mut entry) = entry else { break };
        let mut body = Vec::new();
        if entry.by_ref().take(MOST).read_to_end(&mut body).is_err() {
            break;
        }
        bodies.push((unpacked(&body), body));
    }
    bodies
}

/// As far as it unpacks; empty when it is not packed.
fn unpacked(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // An error ends what can be had, and that is looked at all the same.
    if body.starts_with(&[0x1f, 0x8b]) {
        let _ended = flate2::read::MultiGzDecoder::new(body).take(MOST).read_to_end(&mut out);
    } else if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
        && let Ok(decoder) = ruzstd::decoding::StreamingDecoder::new(body)
    {
        let _ended = decoder.take(MOST).read_to_end(&mut out);
    }
    out
}

fn holds(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|window| window == what.as_bytes())
}

/// In any of the forms that seeds have.
fn holds_needle(bytes: &[u8]) -> bool {
    let encoded = base64::engine::general_purpose::STANDARD.encode(NEEDLE);
    // The last letters of an encoded text depend on what follows.
    holds(bytes, NEEDLE) || holds(bytes, &encoded[..encoded.len() / 4 * 4 - 4]) || holds(bytes, &hex::encode(NEEDLE))
}

/// Why an answer must not have been given; `None` when it may.
pub fn complaint(archive: &[u8], said: &Value) -> Option<String> {
    let document = said.as_object()?;
    if document.len() != 1 {
        return Some("it is neither a report nor a refusal".to_owned());
    }
    if let Some(reason) = document.get("invalid") {
        let reason = reason.as_str()?;
        let plain = !reason.is_empty() && reason.len() < 4096 && !reason.chars().any(char::is_control);
        return (!plain).then(|| format!("the reason is not for people: {reason:?}"));
    }
    let Some(report) = document.get("report").filter(|report| report.is_object()) else {
        return Some("it is neither a report nor a refusal".to_owned());
    };
    let bodies = bodies(archive);
    // Of what is packed only the content counts: what lies side by side in it when packed need not do so unpacked.
    let content =
        |(unpacked, packed): &(Vec<u8>, Vec<u8>)| if unpacked.is_empty() { packed.clone() } else { unpacked.clone() };
    let secret = bodies.iter().any(|body| holds_needle(&content(body)));
    if secret && report["secrets"]["found"].as_array().is_none_or(Vec::is_empty) {
        return Some("a secret passed".to_owned());
    }
    // What the facts are about is really there.
    let digests: Vec<String> = bodies
        .iter()
        .flat_map(|(unpacked, packed)| [unpacked, packed])
        .map(|body| format!("sha256:{}", sha(body)))
        .collect();
    let there = |digest: &Value| digest.as_str().is_some_and(|digest| digests.iter().any(|known| known == digest));
    for image in report["images"].as_array().into_iter().flatten().filter(|image| image["present"] == true) {
        if !there(&image["id"]) {
            return Some(format!("no config has the id {}", image["id"]));
        }
        if let Some(layer) = image["layers"].as_array().into_iter().flatten().find(|layer| !there(&layer["digest"])) {
            return Some(format!("no layer has the digest {}", layer["digest"]));
        }
    }
    None
}
