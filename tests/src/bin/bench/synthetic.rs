//! Content of any size, made of the words of the real one, which stands beside it.
//! Invariant: the same content and size give the same bytes; words are as unevenly common as words are (Zipf).

use std::{collections::HashMap, fmt::Write as _, fs, path::Path};

use library::Library;
use rand::{
    Rng as _, SeedableRng as _,
    distr::{Distribution as _, weighted::WeightedIndex},
    rngs::StdRng,
};
use walkdir::WalkDir;

/// Sections of a chapter, its opening among them, and chapters of a part; near what is real, and what a part may have.
const OF_CHAPTER: usize = 40;
const OF_PART: usize = 100;
/// Above the numbers of real parts.
const FIRST_PART: usize = 100;
const SEED: u64 = 5;

/// Copy the content in `real` to `root`, and add chapters until there are so many made-up sections, or a few more.
pub(crate) fn write(real: &Path, root: &Path, sections: usize) {
    copy(real, root);
    let (library, _) = library::load(real);
    let mut words = Words::of(&library);
    let chapters = sections.div_ceil(OF_CHAPTER);
    for chapter in 0..chapters {
        let (part, order) = (FIRST_PART + chapter / OF_PART, chapter % OF_PART + 1);
        let folder = root.join(format!("chapters/{part}-made-up-{part}"));
        if order == 1 {
            fs::create_dir_all(&folder).unwrap();
            let text = format!("number = {part}\ntitle = \"Made up {part}\"\nsummary = \"Words alone.\"\n");
            fs::write(folder.join("part.toml"), text).unwrap();
        }
        let text = words.chapter(order, OF_CHAPTER.min(sections - chapter * OF_CHAPTER));
        fs::write(folder.join(format!("{order:03}-made-up-{part}-{order}.md")), text).unwrap();
    }
}

fn copy(real: &Path, root: &Path) {
    for entry in WalkDir::new(real) {
        let entry = entry.unwrap();
        let to = root.join(entry.path().strip_prefix(real).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Words to draw from, the commonest first, and lines of code.
struct Words {
    words: Vec<String>,
    by_rank: WeightedIndex<f64>,
    code: Vec<String>,
    random: StdRng,
}

impl Words {
    fn of(library: &Library) -> Self {
        let sections = || library.chapters().iter().flat_map(|chapter| &chapter.sections);
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for word in sections().flat_map(|section| section.text.split_whitespace()) {
            *counts.entry(word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-')).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().filter(|(word, _)| may_stand(word)).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let words: Vec<String> = counts.into_iter().map(|(word, _)| as_text(word)).collect();
        let by_rank = WeightedIndex::new((1..=words.len()).map(|rank| 1.0 / number(rank))).expect("words");
        let code = sections().flat_map(|section| section.code.lines()).map(str::trim_end);
        let code = code.filter(|line| !line.is_empty() && !line.contains('`')).map(str::to_owned).collect();
        Self { words, by_rank, code, random: StdRng::seed_from_u64(SEED) }
    }

    fn some(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| self.words[self.by_rank.sample(&mut self.random)].as_str()).collect();
        words.join(" ")
    }

    fn between(&mut self, least: usize, most: usize) -> usize {
        self.random.random_range(least..=most)
    }

    fn chapter(&mut self, order: usize, sections: usize) -> String {
        let title = self.some(3).replace(['`', '\\'], "");
        let mut text = format!(
            "+++\ntitle = '''{title}'''\norder = {order}\nsummary = \"Words alone.\"\ntags = []\nminutes = 5\n\
             checked_with = \"Engine 26.1\"\n+++\n\n"
        );
        for section in 0..sections {
            if section > 0 {
                let words = self.between(2, 5);
                // An anchor of its own, as long headings have.
                let heading = self.some(words);
                let _never_fails = write!(text, "## {heading} {{#section-{section}}}\n\n");
            }
            self.section(&mut text);
        }
        text
    }

    /// About as long as real ones are.
    fn section(&mut self, text: &mut String) {
        for _ in 0..self.between(2, 3) {
            for _ in 0..self.between(3, 5) {
                let words = self.between(8, 18);
                text.push_str(&self.some(words));
                text.push_str(". ");
            }
            text.push_str("\n\n");
        }
        if self.random.random_bool(0.5) {
            text.push_str("```text\n");
            for _ in 0..self.between(1, 5) {
                let line = self.between(0, self.code.len() - 1);
                text.push_str(&self.code[line]);
                text.push('\n');
            }
            text.push_str("```\n\n");
        }
    }
}

/// Whether a word can stand in a line of Markdown, at the least as code.
fn may_stand(word: &str) -> bool {
    !word.is_empty() && word.len() <= 40 && !word.contains(['`', '\'', '"', '{', '}'])
}

/// A word with punctuation stands as code, so that none of it is markup.
fn as_text(word: &str) -> String {
    if word.chars().all(char::is_alphanumeric) { word.to_owned() } else { format!("`{word}`") }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("few"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
    }

    #[test]
    fn made_up_content_is_sound_and_always_the_same() {
        let roots = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        for root in &roots {
            write(&content(), root.path(), 90);
        }
        let (real, _) = library::load(&content());
        let (library, problems) = library::load(roots[0].path());
        assert_eq!(problems, []);
        let sections = |library: &Library| library.chapters().iter().map(|it| it.sections.len()).sum::<usize>();
        assert_eq!(sections(&library), sections(&real) + 90);
        assert_eq!(library.entry_count(), real.entry_count());
        let read = |number: usize| {
            let name = "chapters/100-made-up-100/003-made-up-100-3.md";
            fs::read_to_string(roots[number].path().join(name)).unwrap()
        };
        assert_eq!(read(0), read(1));
        // The commonest word stands in nearly every section, the rarest in few.
        let made =
            library.chapters().iter().filter(|it| usize::from(it.part) >= FIRST_PART).flat_map(|it| &it.sections);
        let texts: Vec<&str> = made.map(|section| section.text.as_str()).collect();
        let having = |word: &str| texts.iter().filter(|text| text.split_whitespace().any(|it| it == word)).count();
        let words = Words::of(&real).words;
        assert!(having(&words[0]) > 80, "{}", having(&words[0]));
        assert!(having(&words[words.len() - 1]) < 10);
    }
}
