//! The final file system of an image: layers put on each other, in a model.
//! Invariant: a path's parents are always folders of the tree, as a union of layers shows them; no link is followed outside it.

use std::{collections::BTreeMap, rc::Rc};

use crate::{
    Invalid,
    facts::FileFacts,
    invalid::quoted,
    layer::{Layer, Node},
    name::{join, parent},
    tape::Kind,
};

/// Symbolic links followed before giving up, as Linux does.
const MOST_HOPS: usize = 40;

/// Paths without a slash before them, in order, so that a folder's content is one range.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: BTreeMap<String, Rc<Node>>,
}

impl Tree {
    /// Put a layer on top.
    pub(crate) fn put(&mut self, layer: &Layer) -> Result<(), Invalid> {
        for folder in &layer.emptied {
            self.clear(folder);
        }
        for path in &layer.deleted {
            self.clear(path);
            self.nodes.remove(path);
        }
        for (path, node) in &layer.nodes {
            self.parents(path, layer)?;
            if node.kind != Kind::Hardlink {
                self.insert(path, Rc::clone(node));
            }
        }
        // Last, for a link's target may come after it in the order of names.
        for (path, target) in &layer.hardlinks {
            let node =
                self.nodes.get(target).filter(|node| node.kind != Kind::Directory).cloned().ok_or_else(|| {
                    Invalid::new(format!("{} is a hard link to {}, which is not there", quoted(path), quoted(target)))
                })?;
            self.insert(path, node);
        }
        Ok(())
    }

    fn insert(&mut self, path: &str, node: Rc<Node>) {
        if node.kind != Kind::Directory {
            self.clear(path);
        }
        self.nodes.insert(path.to_owned(), node);
    }

    /// Remove what is below a path.
    fn clear(&mut self, folder: &str) {
        if folder.is_empty() {
            self.nodes.clear();
            return;
        }
        // '0' follows '/' in ASCII.
        let below: Vec<String> =
            self.nodes.range(format!("{folder}/")..format!("{folder}0")).map(|(path, _)| path.clone()).collect();
        for path in below {
            self.nodes.remove(&path);
        }
    }

    /// Make the folders that a path needs; a layer may leave them out.
    fn parents(&mut self, path: &str, layer: &Layer) -> Result<(), Invalid> {
        let mut folder = parent(path);
        while !folder.is_empty() {
            if let Some(node) = layer.nodes.get(folder)
                && node.kind != Kind::Directory
            {
                return Err(Invalid::new(format!(
                    "{} lies below {}, which is no folder",
                    quoted(path),
                    quoted(folder)
                )));
            }
            match self.nodes.get(folder) {
                Some(node) if node.kind == Kind::Directory => break,
                _ => {
                    self.nodes.insert(folder.to_owned(), Rc::new(implied()));
                    folder = parent(folder);
                }
            }
        }
        Ok(())
    }

    /// Regular files.
    pub(crate) fn file_count(&self) -> usize {
        self.nodes.values().filter(|node| node.kind == Kind::File).count()
    }

    /// Regular files with the set-uid bit.
    pub(crate) fn setuid(&self) -> Vec<String> {
        let set = |node: &Node| node.kind == Kind::File && node.mode & 0o4000 != 0;
        self.nodes.iter().filter(|(_, node)| set(node)).map(|(path, _)| format!("/{path}")).collect()
    }

    /// The state of a path.
    pub(crate) fn file(&self, path: &str) -> FileFacts {
        let Some(node) = self.resolve(path, false) else { return FileFacts::default() };
        let led = match node.kind {
            Kind::Symlink => self.resolve(path, true),
            _ => Some(Rc::clone(&node)),
        };
        FileFacts {
            present: true,
            kind: match node.kind {
                Kind::File | Kind::Hardlink => "file",
                Kind::Directory => "directory",
                Kind::Symlink => "symlink",
                Kind::Character => "character",
                Kind::Block => "block",
                Kind::Fifo => "fifo",
            }
            .to_owned(),
            mode: format!("{:04o}", node.mode),
            uid: node.uid,
            gid: node.gid,
            size: led.as_ref().map_or(0, |led| led.size),
            setuid: node.mode & 0o4000 != 0,
            setgid: node.mode & 0o2000 != 0,
            sha256: led.as_ref().and_then(|led| led.sha256).map(hex::encode),
            text: led.as_ref().and_then(|led| led.text.as_deref()).map(str::to_owned),
            text_withheld: led.as_ref().is_some_and(|led| led.kind == Kind::File && led.text.is_none()),
            target: node.link.clone(),
        }
    }

    /// Follow the links of a path's parents and, when told to, of its last component.
    fn resolve(&self, path: &str, last: bool) -> Option<Rc<Node>> {
        let mut hops = 0;
        let mut todo: Vec<String> = parts(path);
        let mut at = String::new();
        while let Some(part) = todo.pop() {
            if part == ".." {
                at = parent(&at).to_owned();
                continue;
            }
            let next = join(&at, &part);
            let node = self.nodes.get(&next)?;
            if node.kind == Kind::Symlink && (last || !todo.is_empty()) {
                hops += 1;
                if hops > MOST_HOPS {
                    return None;
                }
                let target = node.link.as_deref().unwrap_or_default();
                if target.starts_with('/') {
                    at.clear();
                }
                todo.extend(parts(target));
                continue;
            }
            // Nothing lies below what is no folder.
            if node.kind != Kind::Directory && !todo.is_empty() {
                return None;
            }
            at = next;
        }
        if at.is_empty() {
            Some(self.nodes.get("").cloned().unwrap_or_else(|| Rc::new(implied())))
        } else {
            self.nodes.get(&at).cloned()
        }
    }
}

/// Components, the first one last.
fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").rev().map(str::to_owned).collect()
}

fn implied() -> Node {
    Node { kind: Kind::Directory, mode: 0o755, uid: 0, gid: 0, size: 0, sha256: None, text: None, link: None }
}
