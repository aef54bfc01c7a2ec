//! The content that is shipped: nothing is wrong with it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
use std::path::Path;

#[test]
fn the_content_has_no_problems() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let started = std::time::Instant::now();
    let (library, problems) = library::load(&root);
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    println!(
        "{} chapters, {} entries, {} exercises in {:?}",
        library.chapters().len(),
        library.entry_count(),
        library.exercises().len(),
        started.elapsed()
    );
    assert!(lines.is_empty(), "{} problems:\n{}", lines.len(), lines.join("\n"));
}
