//! One layer: its entries as data.
//! Invariant: nothing is resolved here; each path occurs once, and whiteouts are kept apart from what they delete.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    rc::Rc,
};

use sha2::{Digest as _, Sha256};

use crate::{
    Invalid,
    invalid::quoted,
    name::{base, join, normal, parent, readable},
    needles::Within,
    nested::Context,
    tape::{self, Kind, Member},
};

/// A path in a layer.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
    pub(crate) size: u64,
    /// Of regular files.
    pub(crate) sha256: Option<[u8; 32]>,
    /// Content of short regular files in UTF-8.
    pub(crate) text: Option<Rc<str>>,
    /// Target of a symbolic link as written, or normal path of a hard link's.
    pub(crate) link: Option<String>,
}

/// A layer as it was read.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) nodes: BTreeMap<String, Rc<Node>>,
    /// Hard links in the order of the layer, with their targets.
    pub(crate) hardlinks: Vec<(String, String)>,
    /// Paths of lower layers that are deleted.
    pub(crate) deleted: BTreeSet<String>,
    /// Folders whose content in lower layers is deleted.
    pub(crate) emptied: BTreeSet<String>,
    pub(crate) entries: u64,
}

/// Which texts are kept.
pub(crate) struct Texts {
    /// Names of wanted files: these are kept always.
    pub(crate) wanted: BTreeSet<String>,
    /// Bytes left for texts that a symbolic link may lead to.
    pub(crate) room: usize,
}

/// The longest text that is kept.
pub(crate) const LONGEST_TEXT: usize = 64 << 10;

/// Read a layer's tar stream to its end.
pub(crate) fn read(reader: &mut dyn Read, context: &Context<'_>, texts: &mut Texts) -> Result<Layer, Invalid> {
    let mut layer = Layer::default();
    let most = context.budget.limits.path;
    tape::walk(reader, &context.budget, &mut |member, content| {
        layer.entries += 1;
        let path = normal(&member.path, most)?;
        if member.link.len() > most {
            return Err(Invalid::new(format!("the target of {} is longer than {most} bytes", quoted(&path))));
        }
        let needles = context.needles;
        needles.look(&member.path, &Within::Name(path.clone()), &[]);
        needles.look(&member.link, &Within::Link(path.clone()), &[]);
        needles.look(&member.extended, &Within::Attributes(path.clone()), &[]);
        let mut kept = Kept::new();
        let mut observed = Observed { inner: content, kept: &mut kept };
        context
            .search(&mut observed, &Within::Path(path.clone()), &[])
            .map_err(|error| tape::unreadable(&context.budget, &error))?;
        layer.put(path, member, kept, texts, most)
    })?;
    Ok(layer)
}

impl Layer {
    fn put(
        &mut self,
        path: String,
        member: &Member,
        kept: Kept,
        texts: &mut Texts,
        most: usize,
    ) -> Result<(), Invalid> {
        if let Some(name) = base(&path).strip_prefix(".wh.") {
            let folder = parent(&path);
            match name {
                ".wh..opq" => _ = self.emptied.insert(folder.to_owned()),
                "" | "." | ".." => return Err(Invalid::new(format!("{} deletes nothing", quoted(&path)))),
                // Left by storage drivers of old, and without a meaning.
                name if name.starts_with(".wh.") => {}
                name => _ = self.deleted.insert(join(folder, name)),
            }
            return Ok(());
        }
        if path.split('/').any(|part| part.starts_with(".wh.")) {
            return Err(Invalid::new(format!("{} lies in something deleted", quoted(&path))));
        }
        if path.is_empty() && member.kind != Kind::Directory {
            return Err(Invalid::new("its root is no folder"));
        }
        let link = match member.kind {
            Kind::Symlink => Some(readable(&member.link)),
            Kind::Hardlink => {
                let target = normal(&member.link, most)?;
                self.hardlinks.push((path.clone(), target.clone()));
                Some(target)
            }
            _ => None,
        };
        let file = member.kind == Kind::File;
        let (sha256, text) = kept.finish();
        let text = text.filter(|text| file && texts.keep(&path, text));
        let node = Node {
            kind: member.kind,
            mode: member.mode,
            uid: member.uid,
            gid: member.gid,
            size: member.size,
            sha256: file.then_some(sha256),
            text: text.map(Rc::from),
            link,
        };
        let directory = node.kind == Kind::Directory;
        if let Some(before) = self.nodes.insert(path.clone(), Rc::new(node))
            && !(directory && before.kind == Kind::Directory)
        {
            return Err(Invalid::new(format!("{} occurs twice in one layer", quoted(&path))));
        }
        Ok(())
    }
}

impl Texts {
    fn keep(&mut self, path: &str, text: &str) -> bool {
        if self.wanted.is_empty() {
            return false;
        }
        if self.wanted.contains(base(path)) {
            return true;
        }
        let fits = text.len() <= self.room;
        if fits {
            self.room -= text.len();
        }
        fits
    }
}

/// What is kept of a content: its digest and, while it is short, itself.
struct Kept {
    digest: Sha256,
    text: Option<Vec<u8>>,
}

impl Kept {
    fn new() -> Self {
        Self { digest: Sha256::new(), text: Some(Vec::new()) }
    }

    fn finish(self) -> ([u8; 32], Option<String>) {
        (self.digest.finalize().into(), self.text.and_then(|text| String::from_utf8(text).ok()))
    }
}

struct Observed<'a> {
    inner: &'a mut dyn Read,
    kept: &'a mut Kept,
}

impl Read for Observed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        let chunk = into.get(..count).unwrap_or_default();
        self.kept.digest.update(chunk);
        self.kept.text = self.kept.text.take().filter(|text| text.len() + count <= LONGEST_TEXT).map(|mut text| {
            text.extend_from_slice(chunk);
            text
        });
        Ok(count)
    }
}
