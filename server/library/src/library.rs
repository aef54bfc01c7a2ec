//! Everything there is to read and do, in the curriculum's order, with lookups.
//! Invariant: never changed once made; a reload makes another one. Share it as `Arc<Library>`.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    chapter::{Part, SectionRef},
    curriculum::Row,
    id::{ChapterId, EntryId, ExerciseId},
};

use crate::{Chapter, EntryGroup, Exercise, Image, RenderedEntry, Section};

/// What a library is made of; see [`Library::new`].
#[derive(Debug, Default)]
pub struct Contents {
    /// Parts.
    pub parts: Vec<Part>,
    /// Chapters that can be shown.
    pub chapters: Vec<Chapter>,
    /// Groups of the cheat sheet.
    pub groups: Vec<EntryGroup>,
    /// Exercises that can be done.
    pub exercises: Vec<Exercise>,
    /// What is to be taught; empty where nobody has said it.
    pub curriculum: Vec<Row>,
    /// Images that chapters show, by path below `/images/`.
    pub images: BTreeMap<String, Image>,
    /// Chapters whose file is too faulty to be shown.
    pub faulty_chapters: BTreeSet<ChapterId>,
    /// Exercises whose folder is too faulty to be done.
    pub faulty_exercises: BTreeSet<ExerciseId>,
}

/// All content.
#[derive(Debug, Default)]
pub struct Library {
    parts: Vec<Part>,
    chapters: Vec<Arc<Chapter>>,
    groups: Vec<Arc<EntryGroup>>,
    exercises: Vec<Arc<Exercise>>,
    curriculum: Vec<Row>,
    images: BTreeMap<String, Arc<Image>>,
    faulty_chapters: BTreeSet<ChapterId>,
    faulty_exercises: BTreeSet<ExerciseId>,
    chapter_places: HashMap<ChapterId, usize>,
    entry_places: HashMap<EntryId, (usize, usize)>,
    exercise_places: HashMap<ExerciseId, usize>,
}

impl Library {
    /// Puts contents in order: parts by number, chapters and groups and exercises by part and place.
    #[must_use]
    pub fn new(contents: Contents) -> Self {
        let Contents { mut parts, mut chapters, mut groups, mut exercises, .. } = contents;
        parts.sort_by_key(|part| part.number);
        chapters.sort_by(|a, b| (a.part, a.meta.order, &a.id).cmp(&(b.part, b.meta.order, &b.id)));
        groups.sort_by(|a, b| (a.part, a.order, &a.id).cmp(&(b.part, b.order, &b.id)));
        exercises.sort_by(|a, b| (a.file.part, a.file.order, &a.id).cmp(&(b.file.part, b.file.order, &b.id)));
        let entry_places = groups.iter().enumerate().flat_map(|(group, it)| {
            it.entries.iter().enumerate().map(move |(place, entry)| (entry.id().clone(), (group, place)))
        });
        Self {
            chapter_places: chapters.iter().enumerate().map(|(place, it)| (it.id.clone(), place)).collect(),
            entry_places: entry_places.collect(),
            exercise_places: exercises.iter().enumerate().map(|(place, it)| (it.id.clone(), place)).collect(),
            parts,
            chapters: chapters.into_iter().map(Arc::new).collect(),
            groups: groups.into_iter().map(Arc::new).collect(),
            exercises: exercises.into_iter().map(Arc::new).collect(),
            curriculum: contents.curriculum,
            images: contents.images.into_iter().map(|(path, image)| (path, Arc::new(image))).collect(),
            faulty_chapters: contents.faulty_chapters,
            faulty_exercises: contents.faulty_exercises,
        }
    }

    /// Parts by number.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// A part.
    #[must_use]
    pub fn part(&self, number: u8) -> Option<&Part> {
        self.parts.iter().find(|part| part.number == number)
    }

    /// All chapters, in the curriculum's order over all parts.
    #[must_use]
    pub fn chapters(&self) -> &[Arc<Chapter>] {
        &self.chapters
    }

    /// The chapters of a part, in order.
    pub fn chapters_of(&self, part: u8) -> impl Iterator<Item = &Arc<Chapter>> {
        self.chapters.iter().filter(move |chapter| chapter.part == part)
    }

    /// A chapter.
    #[must_use]
    pub fn chapter(&self, id: &ChapterId) -> Option<&Arc<Chapter>> {
        self.chapters.get(*self.chapter_places.get(id)?)
    }

    /// The chapters before and after, over all parts.
    #[must_use]
    pub fn beside_chapter(&self, id: &ChapterId) -> (Option<&Arc<Chapter>>, Option<&Arc<Chapter>>) {
        beside(&self.chapters, self.chapter_places.get(id))
    }

    /// The chapter and, when the reference names one, the section; `None` when either is missing.
    #[must_use]
    pub fn section(&self, section: &SectionRef) -> Option<(&Arc<Chapter>, Option<&Section>)> {
        let chapter = self.chapter(&section.chapter)?;
        match &section.anchor {
            None => Some((chapter, None)),
            Some(anchor) => Some((chapter, Some(chapter.section(anchor)?))),
        }
    }

    /// Groups of the cheat sheet, by part and place.
    #[must_use]
    pub fn groups(&self) -> &[Arc<EntryGroup>] {
        &self.groups
    }

    /// An entry and the group it stands in.
    #[must_use]
    pub fn entry(&self, id: &EntryId) -> Option<(&EntryGroup, &RenderedEntry)> {
        let (group, place) = *self.entry_places.get(id)?;
        let group = self.groups.get(group)?;
        Some((group, group.entries.get(place)?))
    }

    /// How many entries there are.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.entry_places.len()
    }

    /// All exercises, in the curriculum's order over all parts.
    #[must_use]
    pub fn exercises(&self) -> &[Arc<Exercise>] {
        &self.exercises
    }

    /// The exercises of a part, in order.
    pub fn exercises_of(&self, part: u8) -> impl Iterator<Item = &Arc<Exercise>> {
        self.exercises.iter().filter(move |exercise| exercise.file.part == part)
    }

    /// An exercise.
    #[must_use]
    pub fn exercise(&self, id: &ExerciseId) -> Option<&Arc<Exercise>> {
        self.exercises.get(*self.exercise_places.get(id)?)
    }

    /// The exercises before and after, over all parts.
    #[must_use]
    pub fn beside_exercise(&self, id: &ExerciseId) -> (Option<&Arc<Exercise>>, Option<&Arc<Exercise>>) {
        beside(&self.exercises, self.exercise_places.get(id))
    }

    /// What is to be taught, row by row; empty where nobody has said it.
    #[must_use]
    pub fn curriculum(&self) -> &[Row] {
        &self.curriculum
    }

    /// An image by its path below `/images/`.
    #[must_use]
    pub fn image(&self, path: &str) -> Option<&Arc<Image>> {
        self.images.get(path)
    }

    /// Whether there is such a chapter, but too faulty to be shown.
    #[must_use]
    pub fn is_faulty_chapter(&self, id: &ChapterId) -> bool {
        self.faulty_chapters.contains(id)
    }

    /// Whether there is such an exercise, but too faulty to be done.
    #[must_use]
    pub fn is_faulty_exercise(&self, id: &ExerciseId) -> bool {
        self.faulty_exercises.contains(id)
    }
}

fn beside<'a, T>(all: &'a [T], place: Option<&usize>) -> (Option<&'a T>, Option<&'a T>) {
    match place {
        None => (None, None),
        Some(&place) => (place.checked_sub(1).and_then(|before| all.get(before)), all.get(place + 1)),
    }
}
