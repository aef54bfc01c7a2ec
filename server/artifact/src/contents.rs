//! The one pass over an archive: every entry is hashed, searched, and walked or kept.
//! Invariant: a blob whose name is a digest has that digest, and each name occurs once.

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, BufReader, Read},
    rc::Rc,
};

use flate2::bufread::GzDecoder;
use ruzstd::decoding::StreamingDecoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    Invalid,
    budget::{Counted, Unpacked},
    document,
    invalid::quoted,
    layer::{self, Layer, Texts},
    name::{normal, readable},
    needles::{Watched, Within},
    nested::Context,
    sniff::{self, Kind},
    tape::{self, Member},
};

/// What an entry turned out to be.
pub(crate) enum Body {
    Layer {
        layer: Rc<Layer>,
        /// `sha256:` of the unpacked bytes.
        diff_id: String,
        /// Unpacked bytes.
        size: u64,
    },
    Document(Value),
    Other,
}

/// A regular file of the archive.
pub(crate) struct Blob {
    pub(crate) path: String,
    /// `sha256:` of the bytes as they are in the archive.
    pub(crate) digest: String,
    pub(crate) size: u64,
    pub(crate) body: Body,
}

/// All that an archive holds.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) blobs: Vec<Blob>,
    /// Numbers of blobs by path.
    paths: BTreeMap<String, usize>,
    /// Paths of the classic layout that stand for others.
    links: BTreeMap<String, String>,
}

impl Contents {
    /// Read an archive to its end.
    pub(crate) fn read(reader: &mut dyn Read, context: &Context<'_>, texts: &mut Texts) -> Result<Self, Invalid> {
        let mut contents = Self::default();
        let whole =
            tape::walk(reader, &context.budget, &mut |member, content| contents.put(member, content, context, texts))?;
        if !whole {
            return Err(Invalid::new("it ends before its end"));
        }
        Ok(contents)
    }

    /// The number of the blob at a path.
    pub(crate) fn at(&self, path: &str) -> Option<usize> {
        let path = self.links.get(path).map_or(path, String::as_str);
        self.paths.get(path).copied()
    }

    pub(crate) fn blob(&self, number: usize) -> Option<&Blob> {
        self.blobs.get(number)
    }

    fn put(
        &mut self,
        member: &Member,
        content: &mut dyn Read,
        context: &Context<'_>,
        texts: &mut Texts,
    ) -> Result<(), Invalid> {
        let path = normal(&member.path, context.budget.limits.path)?;
        let twice = || Invalid::new(format!("{} occurs twice", quoted(&path)));
        match member.kind {
            tape::Kind::Directory if self.at(&path).is_none() => return Ok(()),
            tape::Kind::File => {}
            tape::Kind::Symlink => {
                let target = classic_link(&path, &readable(&member.link))?;
                if self.paths.contains_key(&path) || self.links.insert(path.clone(), target).is_some() {
                    return Err(twice());
                }
                return Ok(());
            }
            _ => return Err(Invalid::new(format!("{} is neither a file nor a folder", quoted(&path)))),
        }
        let number = self.blobs.len();
        if self.links.contains_key(&path) || self.paths.insert(path.clone(), number).is_some() {
            return Err(twice());
        }
        context.needles.blob.set(number);
        context.needles.look(&member.path, &Within::Name(path.clone()), &[]);
        let mut hashed = Hashed::new(content);
        let body =
            body(&path, &mut hashed, context, texts).map_err(|error| context.budget.refused().unwrap_or(error))?;
        let (digest, size) = hashed.finish();
        if let Some(named) = named_digest(&path)
            && digest != format!("sha256:{named}")
        {
            return Err(Invalid::new(format!("the content of {} does not have that digest", quoted(&path))));
        }
        let body = match body {
            Body::Layer { layer, diff_id, size } if diff_id.is_empty() => {
                Body::Layer { layer, diff_id: digest.clone(), size }
            }
            body => body,
        };
        self.blobs.push(Blob { path, digest, size, body });
        Ok(())
    }
}

/// The classic layout writes a layer that two images share as `../<id>/layer.tar`.
fn classic_link(path: &str, target: &str) -> Result<String, Invalid> {
    let inside = target.strip_prefix("../").and_then(|target| target.strip_suffix("/layer.tar"));
    match inside {
        Some(id)
            if path.ends_with("/layer.tar") && id.bytes().all(|byte| byte.is_ascii_hexdigit()) && !id.is_empty() =>
        {
            Ok(format!("{id}/layer.tar"))
        }
        _ => Err(Invalid::new(format!("{} is a link to {}", quoted(path), quoted(target)))),
    }
}

/// The digest that a path promises.
fn named_digest(path: &str) -> Option<&str> {
    let named =
        path.strip_prefix("blobs/sha256/").or_else(|| path.strip_suffix(".json").filter(|name| name.len() == 64));
    named.filter(|name| path.starts_with("blobs/") || name.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn body(path: &str, hashed: &mut Hashed<'_>, context: &Context<'_>, texts: &mut Texts) -> Result<Body, Invalid> {
    let failed = |error: io::Error| tape::unreadable(&context.budget, &error);
    let (kind, mut content) = sniff::sniff(&mut *hashed).map_err(failed)?;
    match kind {
        Kind::Tar | Kind::Zeroes => {
            let mut unpacked = Unpacked::new(&mut content, None, Rc::clone(&context.budget));
            let (layer, _, size) = layer_of(&mut unpacked, context, texts)?;
            // Not packed: its digest is the blob's.
            Ok(Body::Layer { layer, diff_id: String::new(), size })
        }
        Kind::Gzip => {
            let (counted, packed) = Counted::new(&mut content);
            let decoder = GzDecoder::new(BufReader::new(counted));
            let mut unpacked = Unpacked::new(decoder, Some(packed), Rc::clone(&context.budget));
            let (layer, diff_id, size) = layer_of(&mut unpacked, context, texts)?;
            alone(unpacked.get_mut().get_mut(), path).and(Ok(Body::Layer { layer, diff_id, size }))
        }
        Kind::Zstd => {
            let (counted, packed) = Counted::new(&mut content);
            let mut buffered = BufReader::new(counted);
            let decoder = StreamingDecoder::new(&mut buffered).map_err(io::Error::other).map_err(failed)?;
            let mut unpacked = Unpacked::new(decoder, Some(packed), Rc::clone(&context.budget));
            let (layer, diff_id, size) = layer_of(&mut unpacked, context, texts)?;
            drop(unpacked);
            alone(&mut buffered, path).and(Ok(Body::Layer { layer, diff_id, size }))
        }
        Kind::Json => {
            let most = context.budget.limits.json;
            let mut bytes = Vec::new();
            let mut watched = Watched::new(&mut content, context.needles, Within::Bytes, &[]);
            (&mut watched).take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
            if bytes.len() > most {
                return Err(Invalid::new(format!("the JSON document {} is longer than {most} bytes", quoted(path))));
            }
            document::parse(&bytes, path, context.budget.limits.json_depth).map(Body::Document)
        }
        Kind::Other => {
            context.search(&mut content, &Within::Bytes, &[]).map_err(failed)?;
            Ok(Body::Other)
        }
    }
}

/// Walk a layer; its diff id and unpacked size come with it.
fn layer_of(
    unpacked: &mut dyn Read,
    context: &Context<'_>,
    texts: &mut Texts,
) -> Result<(Rc<Layer>, String, u64), Invalid> {
    let mut hashed = Hashed::new(unpacked);
    // Once more as a whole: for what stands between the members.
    let mut watched = Watched::new(&mut hashed, context.needles, Within::Bytes, &[]);
    let layer = layer::read(&mut watched, context, texts)?;
    let (digest, size) = hashed.finish();
    Ok((Rc::new(layer), digest, size))
}

/// Behind the one packed stream of a layer nothing may follow: readers differ on what it would mean.
fn alone<R: Read>(rest: &mut BufReader<R>, path: &str) -> Result<(), Invalid> {
    match rest.fill_buf() {
        Ok([]) => Ok(()),
        Ok(_) => Err(Invalid::new(format!("there is data after the packed layer in {}", quoted(path)))),
        Err(error) => Err(Invalid::new(format!("{} cannot be read: {error}", quoted(path)))),
    }
}

struct Hashed<'a> {
    inner: &'a mut dyn Read,
    digest: Sha256,
    count: u64,
}

impl<'a> Hashed<'a> {
    fn new(inner: &'a mut dyn Read) -> Self {
        Self { inner, digest: Sha256::new(), count: 0 }
    }

    fn finish(self) -> (String, u64) {
        (format!("sha256:{}", hex::encode(self.digest.finalize())), self.count)
    }
}

impl Read for Hashed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.digest.update(into.get(..count).unwrap_or_default());
        self.count += count as u64;
        Ok(count)
    }
}
