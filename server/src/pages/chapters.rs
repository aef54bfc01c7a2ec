//! Chapters and the cheat sheet.

use app::{
    BackendError,
    view::{
        ChapterLink, ChapterPage, Chapters, CheatSheet, EntryGroup, EntryView, FlagView, Heading, PartOfChapters,
        WholeChapter, WholePart,
    },
};
use domain::id::ChapterId;
use library::{Chapter, Library, together};

use super::{cards, cards::Done, not_found, section_link};

pub(super) fn all(library: &Library, done: &Done) -> Chapters {
    let parts = library.parts().iter().map(|part| PartOfChapters {
        part: part.clone(),
        chapters: library.chapters_of(part.number).map(|chapter| cards::chapter(library, chapter, done)).collect(),
    });
    Chapters { parts: parts.collect() }
}

fn link(chapter: &Chapter) -> ChapterLink {
    ChapterLink { id: chapter.id.clone(), title: chapter.meta.title.clone() }
}

pub(super) fn one(library: &Library, done: &Done, id: &ChapterId) -> Result<ChapterPage, BackendError> {
    let Some(chapter) = library.chapter(id) else {
        if library.is_faulty_chapter(id) {
            return Err(BackendError::Unavailable {
                reason: format!("The chapter “{id}” cannot be shown at the moment: its file has a fault."),
                next: "Its author sees the fault with `drydock lint`. The other chapters are there.".to_owned(),
            });
        }
        return Err(not_found("chapter", id));
    };
    let part = library.part(chapter.part).cloned().ok_or_else(|| not_found("chapter", id))?;
    let (previous, next) = library.beside_chapter(id);
    Ok(ChapterPage {
        id: id.clone(),
        meta: chapter.meta.clone(),
        html: chapter.html.clone(),
        contents: chapter
            .contents()
            .filter_map(|section| {
                Some(Heading { level: section.level, anchor: section.anchor.clone()?, title: section.title.clone() })
            })
            .collect(),
        previous: previous.map(|it| link(it)),
        next: next.map(|it| link(it)),
        siblings: library.chapters_of(chapter.part).map(|it| link(it)).collect(),
        prerequisites: chapter.meta.prerequisites.iter().filter_map(|id| Some(link(library.chapter(id)?))).collect(),
        exercises: cards::exercises_of(library, chapter, done),
        part,
        may_try: true,
    })
}

/// A part without a chapter that can be shown is no part to print.
pub(super) fn whole(library: &Library, number: u8) -> Result<WholePart, BackendError> {
    let beside = |id: &str| id.parse().is_ok_and(|id| library.chapter(&id).is_some_and(|it| it.part == number));
    let chapters: Vec<WholeChapter> = library
        .chapters_of(number)
        .map(|it| WholeChapter {
            id: it.id.clone(),
            meta: it.meta.clone(),
            html: together(&it.html, it.id.as_str(), &beside),
        })
        .collect();
    match library.part(number) {
        Some(part) if !chapters.is_empty() => Ok(WholePart { part: part.clone(), chapters }),
        _ => Err(not_found("part", &number)),
    }
}

pub(super) fn cheat_sheet(library: &Library) -> CheatSheet {
    let groups = library.groups().iter().map(|group| EntryGroup {
        id: group.id.clone(),
        part: group.part,
        part_title: library.part(group.part).map(|part| part.title.clone()).unwrap_or_default(),
        title: group.title.clone(),
        entries: group
            .entries
            .iter()
            .map(|it| EntryView {
                id: it.entry.id.clone(),
                essential: it.entry.essential,
                task: it.entry.task.clone(),
                command_html: it.command_html.clone(),
                does_html: it.does_html.clone(),
                flags: it
                    .flags
                    .iter()
                    .map(|flag| FlagView { flag: flag.flag.clone(), does_html: flag.does_html.clone() })
                    .collect(),
                destroys_html: it.destroys_html.clone(),
                section: section_link(library, &it.entry.section),
                tags: it.entry.tags.clone(),
                may_try: it.entry.can_be_tried(),
            })
            .collect(),
    });
    CheatSheet { groups: groups.collect(), may_try: true }
}
