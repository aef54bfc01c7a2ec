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

#[test]
fn each_part_is_on_the_essential_sheet() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let (library, _) = library::load(&root);
    let essential = |part: u8| {
        let groups = library.groups().iter().filter(|group| group.part == part);
        groups.flat_map(|group| &group.entries).filter(|it| it.entry.essential).count()
    };
    let counts: Vec<(u8, usize)> = library.parts().iter().map(|part| (part.number, essential(part.number))).collect();
    assert!(counts.iter().all(|(_, count)| *count >= 8), "{counts:?}");
    assert!((90..=library::MOST_ESSENTIAL).contains(&counts.iter().map(|(_, count)| count).sum()), "{counts:?}");
}
