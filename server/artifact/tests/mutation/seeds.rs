//! Seeds: archives of the corpus, which is kept as files, and images whose layers are changed before they are archived,
//! so that digests hold and the change is met deep inside.

use std::{cell::RefCell, fs, path::PathBuf};

use serde_json::json;
use tar::EntryType;

use super::{change::change, draw::Draw};
use crate::archive::{Made, Part, dir, file, gzip, image, link, tar, zstd};

/// Packs a layer.
type Packer = fn(&[u8]) -> Vec<u8>;

/// What must not pass unseen.
pub const NEEDLE: &str = "c4nary-of-the-fuzzer-91b7";

/// Where the corpus is kept.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The corpus, by name.
pub fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "tar"));
    files.sort();
    files
        .iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect()
}

/// Images that are valid, each with the needle in another place.
fn images() -> Vec<(&'static str, Made)> {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(NEEDLE);
    let nested = tar(&[file("deep/secret", NEEDLE)]);
    let plain = image(&[
        vec![dir("etc/"), file("etc/secret", NEEDLE), link("lib", EntryType::Symlink, "usr/lib")],
        vec![
            file("etc/.wh.secret", ""),
            file("usr/lib/so", "elf"),
            link("usr/lib/hard", EntryType::Link, "usr/lib/so"),
        ],
    ]);
    let mut config = image(&[vec![file("a", "1")]]);
    config.config = json!({"Env": [format!("TOKEN={NEEDLE}")], "Labels": {"a": "b"}, "ExposedPorts": {"80/tcp": {}}});
    vec![
        ("base64", image(&[vec![file("encoded", &encoded)]])),
        ("config", config),
        ("gzip", Made { pack: gzip, ..plain.clone() }),
        ("hex", image(&[vec![file("encoded", hex::encode(NEEDLE))]])),
        ("long-name", image(&[vec![file(&format!("{}/{NEEDLE}", "d".repeat(120)), "x")]])),
        ("nested", image(&[vec![file("inner.tar.gz", gzip(&nested)), file("inner.tar", &nested)]])),
        ("plain", plain.clone()),
        ("zstd", Made { pack: zstd, ..plain }),
    ]
}

/// Archives that are wrong in one way each.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let layers = |parts: Vec<Part>| tar(&image(&[parts]).oci());
    let plain = image(&[vec![file("a", NEEDLE)]]);
    let with = |part: Part| {
        let mut parts = plain.oci();
        parts.push(part);
        tar(&parts)
    };
    let swapped = |from: &str, to: &str| {
        let mut parts = plain.oci();
        for part in parts.iter_mut().filter(|part| part.path == "index.json" || part.path == "manifest.json") {
            part.body = String::from_utf8(part.body.clone()).unwrap().replace(from, to).into_bytes();
        }
        tar(&parts)
    };
    let extended =
        |records: &str| layers(vec![Part { kind: EntryType::XHeader, ..file("pax", records) }, file("a", NEEDLE)]);
    fn twice(body: &[u8]) -> Vec<u8> {
        [gzip(body), gzip(body)].concat()
    }
    fn trailing(body: &[u8]) -> Vec<u8> {
        [gzip(body), b"garbage".to_vec()].concat()
    }
    let packed = |pack: fn(&[u8]) -> Vec<u8>| tar(&Made { pack, ..plain.clone() }.oci());
    let whole = tar(&plain.oci());
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    vec![
        ("absolute", layers(vec![file("/etc/x", NEEDLE)])),
        ("below-a-link", layers(vec![link("a", EntryType::Symlink, "/"), file("a/b", NEEDLE)])),
        ("concatenated", packed(twice)),
        ("cut-off", whole[..whole.len() - 1024].to_vec()),
        ("deep-document", with(file("deep.json", deep))),
        ("garbage-behind", packed(trailing)),
        ("link-to-nothing", layers(vec![link("a", EntryType::Link, "b"), file("c", NEEDLE)])),
        ("media-type", swapped("image.manifest.v1", "image.puzzle.v1")),
        ("missing-layer", swapped("\"Layers\":[\"blobs/sha256/", "\"Layers\":[\"blobs/sha256/0")),
        ("outer-link", with(link("x", EntryType::Symlink, "/etc/passwd"))),
        ("outer-upwards", with(file("../x", NEEDLE))),
        ("pax-path", extended("18 path=../../etc\n")),
        ("pax-size", extended("10 size=7\n")),
        ("pax-size-twice", extended("10 size=7\n11 size=25\n")),
        ("same-key", with(file("keys.json", r#"{"a":1,"a":2}"#))),
        ("same-path", layers(vec![file("a", NEEDLE), file("a", "2")])),
        ("size", swapped("\"size\":", "\"size\":1")),
        ("sparse", layers(vec![link("a", EntryType::GNUSparse, ""), file("b", NEEDLE)])),
        ("two-manifests", with(file("manifest.json", "[]"))),
        ("upwards", layers(vec![file("a/../../x", NEEDLE)])),
        ("wrong-digest", with(file(&format!("blobs/sha256/{}", "0".repeat(64)), NEEDLE))),
    ]
}

/// What the builder makes, by the names that it has in the corpus.
pub fn made() -> Vec<(String, Vec<u8>)> {
    let mut made = Vec::new();
    for (name, image) in images() {
        made.push((format!("valid-oci-{name}.tar"), tar(&image.oci())));
        made.push((format!("valid-classic-{name}.tar"), tar(&image.classic())));
    }
    made.extend(hostile().into_iter().map(|(name, bytes)| (format!("hostile-{name}.tar"), bytes)));
    made.sort();
    made
}

thread_local! {
    /// What a packer draws from: it is called by a plain function.
    static DRAW: RefCell<Draw> = RefCell::new(Draw::of(0, 0));
}

fn mangled_gzip(body: &[u8]) -> Vec<u8> {
    mangled(gzip(body))
}

fn mangled_zstd(body: &[u8]) -> Vec<u8> {
    mangled(zstd(body))
}

fn mangled(mut packed: Vec<u8>) -> Vec<u8> {
    DRAW.with_borrow_mut(|draw| change(draw, &mut packed, &[]));
    packed
}

/// An image with a changed layer, packed one way or another, whose digests hold.
pub fn rebuilt(draw: &mut Draw) -> Vec<u8> {
    let images = images();
    let (_, mut made) = draw.pick(&images).clone();
    let other = made.layers.last().cloned().unwrap_or_default();
    if !draw.one_in(4) {
        let at = draw.below(made.layers.len());
        change(draw, &mut made.layers[at], &other);
    }
    let packers: [Packer; 5] = [<[u8]>::to_vec, gzip, zstd, mangled_gzip, mangled_zstd];
    made.pack = *draw.pick(&packers);
    let (run, case) = (draw.next(), draw.next());
    DRAW.set(Draw::of(run, case));
    let parts = if draw.one_in(3) { made.classic() } else { made.oci() };
    tar(&parts)
}
