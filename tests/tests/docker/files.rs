//! Files: whole, bounded, and never outside of the learner's file system.

use std::time::Duration;

use sandbox::{FileContent, FileKind, Refusal, SandboxError};
use tokio::time::timeout;

use crate::harness::{sandbox, sh_ok};

#[tokio::test(flavor = "multi_thread")]
async fn files_go_in_and_out_unchanged() {
    let Some(sandbox) = sandbox().await else { return };
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n * 31 % 251) as u8).collect();
    let mut large = FileContent::new("/root/work/deep/er/large", bytes.clone());
    large.mode = 0o755;
    large.modified = Some(1_000_000_000);
    let files =
        [FileContent::new("/root/work/Dockerfile", "FROM debian\n"), FileContent::new("/root/work/empty", ""), large];
    sandbox.put_files(&files).await.unwrap();
    let (facts, read) = sandbox.get_file("/root/work/deep/er/large", 4_000_000).await.unwrap();
    assert!(read == bytes);
    assert_eq!((facts.size, facts.mode, facts.uid, facts.modified_ms), (3_000_000, 0o755, 0, 1_000_000_000_000));
    let too_long = sandbox.get_file("/root/work/deep/er/large", 1000).await;
    assert!(matches!(too_long, Err(SandboxError::TooLong { .. })), "{too_long:?}");
    let (tree, truncated) = sandbox.tree("/root/work", 100).await.unwrap();
    let paths: Vec<_> = tree.iter().map(|file| (file.path.as_str(), file.kind)).collect();
    assert_eq!(
        paths,
        [
            ("Dockerfile", FileKind::File),
            ("deep", FileKind::Dir),
            ("deep/er", FileKind::Dir),
            ("deep/er/large", FileKind::File),
            ("empty", FileKind::File),
        ]
    );
    assert!(!truncated);
    assert!(sandbox.tree("/root/work", 2).await.unwrap().1);
    sandbox.remove("/root/work/deep").await.unwrap();
    let gone = sandbox.stat("/root/work/deep").await;
    assert!(matches!(gone, Err(SandboxError::Refused { refusal: Refusal::NotFound, .. })), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_cannot_escape_by_symlink() {
    let Some(sandbox) = sandbox().await else { return };
    sh_ok(&sandbox, "ln -s /etc /root/work/etc; ln -s /proc/1/root /root/work/one; ln -s ../../../../../../etc/passwd /root/work/up").await;
    // Followed, but within the learner's own file system: this is the sandbox's own host name, not the host's.
    let (_, name) = sandbox.get_file("/root/work/etc/hostname", 100).await.unwrap();
    assert_eq!(&name[..], b"sandbox\n");
    sandbox.put_files(&[FileContent::new("/root/work/etc/mark", "inside")]).await.unwrap();
    assert_eq!(sh_ok(&sandbox, "cat /etc/mark").await, "inside");
    assert!(!std::path::Path::new("/etc/mark").exists());
    // The supervisor's own root is nobody's to look into.
    let outside = sandbox.get_file("/root/work/one/sandbox/supervisor", 100).await;
    assert!(matches!(outside, Err(SandboxError::Refused { .. })), "{outside:?}");
    // A link is replaced, not written through.
    sandbox.put_files(&[FileContent::new("/root/work/up", "mine")]).await.unwrap();
    assert_eq!(sandbox.stat("/root/work/up").await.unwrap().kind, FileKind::File);
    assert!(sh_ok(&sandbox, "cat /etc/passwd").await.contains("root:"));
    // Listed, not entered.
    let (tree, _) = sandbox.tree("/root/work", 2000).await.unwrap();
    assert_eq!(tree.iter().find(|file| file.path == "etc").unwrap().kind, FileKind::Link);
    assert!(tree.iter().all(|file| !file.path.starts_with("etc/") && !file.path.starts_with("one/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn pipes_and_devices_do_not_hold_a_reader_up() {
    let Some(sandbox) = sandbox().await else { return };
    sh_ok(&sandbox, "mkfifo /root/work/pipe; ln -s /dev/zero /root/work/zero").await;
    for path in ["/root/work/pipe", "/root/work/zero", "/root/work"] {
        let read = timeout(Duration::from_secs(20), sandbox.get_file(path, 100)).await.unwrap();
        assert!(matches!(read, Err(SandboxError::Refused { .. })), "{path} {read:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told() {
    let Some(sandbox) = sandbox().await else { return };
    let mut watch = sandbox.watch("/root/work").await.unwrap();
    sh_ok(&sandbox, "echo one > /root/work/one; mkdir /root/work/two; echo three > /root/work/two/three").await;
    let mut seen = std::collections::BTreeSet::new();
    let all = async {
        while seen.len() < 3 {
            seen.extend(watch.next().await.unwrap());
        }
    };
    timeout(Duration::from_secs(30), all).await.unwrap();
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["one", "two", "two/three"]);
}
