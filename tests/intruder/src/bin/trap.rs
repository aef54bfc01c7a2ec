//! Stands in the place of another program and notes where it was run.
//!
//! `trap --lay FOLDER…` puts it in the place of every program and library below the folders. As anything else it appends
//! a line to each of [`NOTES`] that it can write, and ends; where [`HANGS`] exists it stays instead, and minds no signal
//! that can be minded.

use std::{
    env, fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where a learner, the outer container's users and a process of the host could write.
const NOTES: [&str; 2] = ["/tmp/drydock-trap-notes", "/dev/shm/drydock-trap-notes"];
const HANGS: &str = "/etc/drydock-trap-hangs";
/// Longer than anything waits.
const LONG: Duration = Duration::from_secs(300);

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "--lay") {
        let mut laid = 0;
        for folder in arguments.iter().skip(2) {
            lay(Path::new(folder), &mut laid)?;
        }
        println!("{laid}");
        return Ok(());
    }
    note(&arguments);
    if Path::new(HANGS).exists() {
        for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT] {
            // SAFETY: to ignore a signal runs no code of this program.
            unsafe { libc::signal(signal, libc::SIG_IGN) };
        }
        std::thread::sleep(LONG);
    }
    Ok(())
}

/// One line: name, user namespace, its map of user ids, and the namespace of mounts, with tabs between.
fn note(arguments: &[String]) {
    let link = |name: &str| fs::read_link(format!("/proc/self/ns/{name}")).unwrap_or_default().display().to_string();
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let map = map.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = arguments.first().map(String::as_str).unwrap_or_default();
    let line = format!("{name}\t{}\t{map}\t{}\n", link("user"), link("mnt"));
    for path in NOTES {
        if let Ok(mut notes) = fs::OpenOptions::new().create(true).append(true).open(path) {
            let _noted = notes.write_all(line.as_bytes());
            // For whoever comes as another user.
            let _opened = notes.set_permissions(fs::Permissions::from_mode(0o666));
        }
    }
}

/// In the place of every file that can be executed, and of the libraries that they are linked with, links included.
fn lay(folder: &Path, laid: &mut u32) -> std::io::Result<()> {
    let own = folder.join(".trap");
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    fs::copy("/proc/self/exe", &own)?;
    fs::set_permissions(&own, fs::Permissions::from_mode(0o755))?;
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(kind) = fs::symlink_metadata(&path) else { continue };
        if kind.is_dir() {
            continue;
        }
        let library = name.starts_with("ld-linux") || name.starts_with("libc.so");
        let program =
            !name.contains(".so") && fs::metadata(&path).is_ok_and(|found| found.permissions().mode() & 0o111 != 0);
        if library || program {
            let beside = folder.join(format!(".{name}.trap"));
            fs::hard_link(&own, &beside)?;
            fs::rename(&beside, &path)?;
            *laid += 1;
        }
    }
    fs::remove_file(&own)
}
