//! The golden volume: a system tree with the learner's ids, and a data root with the preloaded images.
//! Made once by the same engine in the same mode, then mounted read-only and shared by all sandboxes.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use nix::mount::{MsFlags, mount};

use crate::fault::{Doing as _, Fault};

/// Lower layer of every learner's file system.
pub(super) const SYSTEM_TREE: &str = "/golden/data/system";
/// The engine's data root with the preloaded images.
pub(super) const DATA_ROOT: &str = "/golden/data/docker";

/// Copy the image's system tree into the golden volume, owned by the inner root.
pub(super) fn copy_system_tree() -> Result<(), Fault> {
    if Path::new(SYSTEM_TREE).exists() {
        return Ok(());
    }
    let building = "/golden/data/system.new";
    // What only the outer root may read (shadow files) is left out and made anew. The outer ids are unmapped here,
    // so ownership is not kept: all belongs to the inner root.
    let script = format!(
        r#"set -eu
rm -rf {building}; mkdir -p {building}; cd /
tar -cf - --one-file-system --ignore-failed-read --owner=0 --group=0 \
    --exclude=./.dockerenv --exclude=./proc --exclude=./sys --exclude=./dev --exclude=./golden --exclude=./sandbox --exclude=./run --exclude=./root \
    . 2>/dev/null | tar -xpf - -C {building}
cp -a --no-preserve=ownership /sandbox/skeleton/. {building}/
for file in shadow gshadow; do : > {building}/etc/$file; chmod 0640 {building}/etc/$file; done
mkdir -p {building}/root {building}/proc {building}/sys {building}/dev {building}/run {building}/tmp
cp -a {building}/etc/skel/. {building}/root/
chmod 0700 {building}/root; chmod 1777 {building}/tmp {building}/var/tmp
"#
    );
    let status =
        Command::new("/bin/sh").args(["-c", &script]).stdin(Stdio::null()).status().doing("copy the system tree")?;
    if !status.success() {
        return Err(std::io::Error::other(format!("sh: {status}"))).doing("copy the system tree");
    }
    fs::rename(building, SYSTEM_TREE).doing("finish the system tree")
}

/// Put the preloaded images into a fresh data root: metadata copied, layers bound from the golden volume.
pub(super) fn share_layers(data_root: &Path) -> Result<(), Fault> {
    let golden = Path::new(DATA_ROOT);
    if !golden.join("overlay2").exists() {
        return Ok(());
    }
    for part in ["image", "buildkit"] {
        if golden.join(part).exists() {
            copy_folder(&golden.join(part), &data_root.join(part))?;
        }
    }
    let layers = data_root.join("overlay2");
    fs::create_dir_all(layers.join("l")).doing("make the layers' folder")?;
    for entry in read_folder(&golden.join("overlay2"))? {
        let name = entry.file_name();
        let (from, to) = (entry.path(), layers.join(&name));
        if name == "l" {
            for link in read_folder(&from)? {
                let target = fs::read_link(link.path()).doing("read a layer's link")?;
                symlink(target, to.join(link.file_name())).doing("link a layer")?;
            }
            continue;
        }
        fs::create_dir(&to).doing("make a layer's folder")?;
        for file in ["link", "lower"] {
            if from.join(file).exists() {
                fs::copy(from.join(file), to.join(file)).doing("copy a layer's metadata")?;
            }
        }
        // So marked, a layer is never mounted for writing, which fails here: `docker save` of an image would. The engine
        // marks a layer only when another is put on top of it.
        fs::write(to.join("committed"), []).doing("mark a layer as finished")?;
        for folder in ["diff", "work"] {
            fs::create_dir(to.join(folder)).doing("make a layer's folder")?;
        }
        let none: Option<&str> = None;
        mount(Some(&from.join("diff")), &to.join("diff"), none, MsFlags::MS_BIND, none).doing("bind a layer")?;
    }
    Ok(())
}

fn read_folder(path: &Path) -> Result<Vec<fs::DirEntry>, Fault> {
    fs::read_dir(path).and_then(Iterator::collect).doing(format!("read {}", path.display()))
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Fault> {
    fs::create_dir_all(to).doing(format!("make {}", to.display()))?;
    for entry in read_folder(from)? {
        let target = to.join(entry.file_name());
        if entry.file_type().doing("read a file's kind")?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).doing(format!("copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}
