//! Archives made in memory, in both layouts.
//! Invariant: what is built here is valid unless a test breaks it on purpose.

use std::io::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

/// One member of a tar archive.
#[derive(Clone)]
pub struct Part {
    pub path: String,
    pub kind: EntryType,
    pub body: Vec<u8>,
    pub link: String,
    pub mode: u32,
}

pub fn file(path: &str, body: impl AsRef<[u8]>) -> Part {
    Part {
        path: path.to_owned(),
        kind: EntryType::Regular,
        body: body.as_ref().to_vec(),
        link: String::new(),
        mode: 0o644,
    }
}

pub fn link(path: &str, kind: EntryType, target: &str) -> Part {
    Part { kind, link: target.to_owned(), ..file(path, "") }
}

pub fn dir(path: &str) -> Part {
    Part { kind: EntryType::Directory, mode: 0o755, ..file(path, "") }
}

/// Names are written as they are, hostile ones too.
pub fn tar(parts: &[Part]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for part in parts {
        let mut header = Header::new_gnu();
        let name = part.path.as_bytes();
        header.as_mut_bytes()[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
        let target = part.link.as_bytes();
        header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target);
        header.set_entry_type(part.kind);
        header.set_mode(part.mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(part.body.len() as u64);
        header.set_cksum();
        if name.len() > 100 {
            let mut long = Header::new_gnu();
            long.as_mut_bytes()[..13].copy_from_slice(b"././@LongLink");
            long.set_entry_type(EntryType::GNULongName);
            long.set_size(name.len() as u64);
            long.set_cksum();
            builder.append(&long, name).unwrap();
        }
        builder.append(&header, part.body.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(body: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(body, ruzstd::encoding::CompressionLevel::Fastest)
}

pub fn sha(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// An image to be archived.
#[derive(Clone)]
pub struct Made {
    pub layers: Vec<Vec<u8>>,
    pub pack: fn(&[u8]) -> Vec<u8>,
    pub tags: Vec<String>,
    pub config: Value,
    pub history: Option<Value>,
}

pub fn image(layers: &[Vec<Part>]) -> Made {
    Made {
        layers: layers.iter().map(|parts| tar(parts)).collect(),
        pack: <[u8]>::to_vec,
        tags: vec!["app:1".to_owned()],
        config: json!({}),
        history: None,
    }
}

impl Made {
    pub fn document(&self) -> Vec<u8> {
        let ids: Vec<String> = self.layers.iter().map(|layer| format!("sha256:{}", sha(layer))).collect();
        let lines: Vec<Value> = (1..=ids.len()).map(|at| json!({"created_by": format!("RUN step {at}")})).collect();
        let history = self.history.clone().unwrap_or(json!(lines));
        json!({"config": self.config, "history": history, "rootfs": {"type": "layers", "diff_ids": ids}})
            .to_string()
            .into_bytes()
    }

    /// The parts of an OCI layout, `manifest.json` last.
    pub fn oci(&self) -> Vec<Part> {
        let blob = |body: &[u8]| file(&format!("blobs/sha256/{}", sha(body)), body);
        let descriptor = |kind: &str, body: &[u8]| json!({"mediaType": kind, "digest": format!("sha256:{}", sha(body)), "size": body.len()});
        let config = self.document();
        let packed: Vec<Vec<u8>> = self.layers.iter().map(|layer| (self.pack)(layer)).collect();
        let layers: Vec<Value> =
            packed.iter().map(|body| descriptor("application/vnd.oci.image.layer.v1.tar", body)).collect();
        let manifest = json!({"schemaVersion": 2, "config": descriptor("application/vnd.oci.image.config.v1+json", &config), "layers": layers}).to_string();
        let index = json!({"schemaVersion": 2, "manifests": [descriptor("application/vnd.oci.image.manifest.v1+json", manifest.as_bytes())]});
        let paths: Vec<String> = packed.iter().map(|body| format!("blobs/sha256/{}", sha(body))).collect();
        let listed =
            json!([{"Config": format!("blobs/sha256/{}", sha(&config)), "RepoTags": self.tags, "Layers": paths}]);
        let mut parts = vec![dir("blobs/"), dir("blobs/sha256/"), blob(&config)];
        parts.extend(packed.iter().map(|body| blob(body)).filter({
            let mut seen = std::collections::BTreeSet::new();
            move |part| seen.insert(part.path.clone())
        }));
        parts.push(blob(manifest.as_bytes()));
        parts.push(file("index.json", index.to_string()));
        parts.push(file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#));
        parts.push(file("manifest.json", listed.to_string()));
        parts
    }

    /// The classic layout; a layer like an earlier one is a link.
    pub fn classic(&self) -> Vec<Part> {
        let config = self.document();
        let (mut parts, mut paths) = (Vec::new(), Vec::new());
        for (at, layer) in self.layers.iter().enumerate() {
            let path = format!("{at:064x}/layer.tar");
            parts.push(dir(&format!("{at:064x}/")));
            match self.layers[..at].iter().position(|other| other == layer) {
                Some(same) => parts.push(link(&path, EntryType::Symlink, &format!("../{same:064x}/layer.tar"))),
                None => parts.push(file(&path, layer)),
            }
            paths.push(path);
        }
        let name = format!("{}.json", sha(&config));
        let listed = json!([{"Config": name, "RepoTags": self.tags, "Layers": paths}]);
        parts.push(file(&name, config));
        parts.push(file("manifest.json", listed.to_string()));
        parts
    }
}
