//! The content folder on disk: what is read, what is refused, and when it has changed.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use library::{fingerprint, load};

const STARTER: &str = "exercises/x/start";

fn messages(root: &Path) -> Vec<String> {
    load(root).1.iter().map(ToString::to_string).collect()
}

fn some(root: &Path, wanted: &str) {
    let messages = messages(root);
    assert!(messages.iter().any(|it| it.starts_with(wanted)), "wanted {wanted}, got {messages:#?}");
}

#[test]
fn refuses_what_is_no_file_of_its_own() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "s").unwrap();
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("chapters")).unwrap();
    symlink(outside.path().join("secret"), root.path().join("chapters/a.md")).unwrap();
    symlink(outside.path(), root.path().join("chapters/folder")).unwrap();
    symlink(root.path(), root.path().join("chapters/round")).unwrap();
    fs::write(root.path().join("large"), vec![b'x'; 2 * 1024 * 1024 + 1]).unwrap();
    fs::write(root.path().join("latin"), b"ok\n\xe9").unwrap();
    fs::write(root.path().join("cheatsheet.toml"), "").unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(root.path().join("pipe")).status().unwrap();
    assert!(pipe.success());
    let messages = messages(root.path());
    assert_eq!(messages.iter().filter(|it| it.contains("symbolic link")).count(), 3, "{messages:#?}");
    some(root.path(), "large: the file has 2097153 bytes; at most 2 MiB are read");
    some(root.path(), "pipe: this is neither a file nor a folder");
    some(&root.path().join("nowhere"), ".: this cannot be read: ");
}

#[test]
fn skips_litter_but_not_the_hidden_files_of_an_exercise() {
    let root = tempfile::tempdir().unwrap();
    let put = |path: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    };
    for litter in [
        ".git/config",
        ".gitkeep",
        "chapters/.gitkeep",
        "a.md~",
        "exercises/x/.task.md.swp",
        "exercises/x/start/.a.swp",
    ] {
        put(litter);
    }
    assert!(!messages(root.path()).iter().any(|it| it.contains("swp") || it.contains('~') || it.contains("git")));
    put(&format!("{STARTER}/.dockerignore"));
    put(&format!("{STARTER}/.config/deep"));
    some(root.path(), "exercises/x/exercise.toml: the exercise has no such file");
}

#[test]
fn keeps_what_may_be_executed() {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in crate::Content::sound().0 {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let script = root.path().join("exercises/flatten/start/run.sh");
    fs::write(&script, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let (library, problems) = load(root.path());
    assert_eq!(problems, []);
    let modes: Vec<(&str, u32)> = library.exercises()[0].start.iter().map(|it| (it.path.as_str(), it.mode)).collect();
    assert_eq!(modes, [(".dockerignore", 0o644), ("Dockerfile", 0o644), ("run.sh", 0o755)]);
}

#[test]
fn a_change_changes_the_fingerprint() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("a.md");
    let empty = fingerprint(root.path());
    assert_eq!(empty, fingerprint(root.path()));
    fs::write(&file, "x").unwrap();
    let one = fingerprint(root.path());
    assert_ne!(empty, one);
    fs::write(&file, "xy").unwrap();
    let longer = fingerprint(root.path());
    assert_ne!(one, longer);
    let later = fs::File::options().write(true).open(&file).unwrap();
    later.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(5)).unwrap();
    assert_ne!(longer, fingerprint(root.path()));
    fs::remove_file(&file).unwrap();
    assert_eq!(empty, fingerprint(root.path()));
    assert_ne!(empty, fingerprint(&root.path().join("nowhere")));
}
