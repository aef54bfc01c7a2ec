//! Each fault by itself: what is said, where, and what is left out.

use crate::Content;

const CHAPTER: &str = "chapters/07-images/01-layers.md";
const ENTRIES: &str = "cheatsheet/07-images.toml";
const EXERCISE: &str = "exercises/flatten/exercise.toml";
const CASE: &str = "exercises/flatten/cases/wrong-b/case.toml";

/// The one problem of this content starts so.
#[track_caller]
fn one(content: Content, wanted: &str) -> library::Library {
    let (library, problems) = content.load();
    assert!(problems.len() == 1 && problems[0].starts_with(wanted), "wanted {wanted}, got {problems:#?}");
    library
}

/// Some problem of this content starts so.
#[track_caller]
fn some(content: Content, wanted: &str) -> library::Library {
    let (library, problems) = content.load();
    assert!(problems.iter().any(|it| it.starts_with(wanted)), "wanted {wanted}, got {problems:#?}");
    library
}

#[test]
fn chapters() {
    for (from, to, wanted) in [
        ("order = 1\n", "order = 1\ncolour = 2\n", ":4: unknown field `colour`"),
        ("order = 1\n", "order = \"x\"\n", ":3: invalid type: string \"x\""),
        ("order = 1\n", "", ":2: missing field `order`"),
        ("order = 1\n", "order = = 1\n", ":3: this is not TOML"),
    ] {
        let library = some(Content::sound().changed(CHAPTER, from, to), &format!("{CHAPTER}{wanted}"));
        assert!(library.chapters().is_empty() && library.is_faulty_chapter(&"layers".parse().unwrap()), "{to}");
        assert_eq!((library.entry_count(), library.exercises().len()), (2, 1), "the rest stays");
    }
    for (from, to, wanted) in [
        ("order = 1\n", "order = 0\n", ":3: `order` counts from 1"),
        ("minutes = 5", "minutes = 0", ":9: `minutes`"),
        ("\"What layers are.\"", "\" \"", ":4: `summary` must not be empty"),
        ("[\"layer\"]", "[\"Layer\"]", ":5: the tag `Layer` must be in lower case"),
        ("[\"layer\"]", "[\n\"a\",\n\"a\"]", ":7: the tag `a` is there twice"),
        ("[\"7.2.9\"]", "[\"7.x\"]", ":8: `7.x` is not a row"),
        ("prerequisites = []", "prerequisites = [\"nope\"]", ":6: there is no chapter `nope`"),
        ("prerequisites = []", "prerequisites = [\"layers\"]", ":6: a circle: `layers` needs `layers`"),
        ("[\"flatten\"]", "[\"flattne\"]", ":7: there is no exercise `flattne`"),
        ("/cheatsheet/images#history", "/cheatsheet/images#histry", ":12: the cheat sheet has no entry `#histry`"),
        ("/cheatsheet/images#history", "/cheatsheet/layers", ":12: the cheat sheet has no group `layers`"),
        (
            "/cheatsheet/images#history",
            "/cheatsheet#history",
            ":12: the entry `#history` is at `/cheatsheet/images#history`",
        ),
        ("(#layers-remember)", "(#layer)", ":18: there is no heading with the anchor `#layer` here"),
        (
            "layers#deeper",
            "layers#depe",
            ":18: the chapter `layers` has no heading with the anchor `#depe`; the nearest is `#deeper`",
        ),
        ("/exercises/flatten)", "/exercise/flatten)", ":12: the site has no page `/exercise/flatten`"),
        ("Text.", "<i>Text</i>", ":24: raw HTML"),
    ] {
        let library = some(Content::sound().changed(CHAPTER, from, to), &format!("{CHAPTER}{wanted}"));
        assert_eq!(library.chapters().len(), 1, "served all the same: {to}");
    }
}

#[test]
fn several_faults_are_told_at_once() {
    let content = Content::sound()
        .changed(CHAPTER, "minutes = 5", "minutes = 0\ncolour = 1\ntaste = 2")
        .changed(ENTRIES, "--no-trunc app", "--no-trunc app\"\ncolour = \"1")
        .changed(EXERCISE, "points = 3", "point = 3")
        .changed(EXERCISE, "minutes = 10", "minute = 10");
    let (_, problems) = content.load();
    for wanted in [
        format!("{CHAPTER}:10: unknown field `colour`"),
        format!("{CHAPTER}:11: unknown field `taste`"),
        format!("{ENTRIES}:9: unknown field `colour`"),
        format!("{EXERCISE}:8: unknown field `minute`"),
        format!("{EXERCISE}:46: unknown field `point`"),
    ] {
        assert!(problems.iter().any(|it| it.starts_with(&wanted)), "{wanted}: {problems:#?}");
    }
}

#[test]
fn places_and_names() {
    let second = "+++\ntitle='B'\norder=1\nsummary='s'\ntags=[]\nminutes=1\nchecked_with='x'\n+++\nText.\n";
    let content = Content::sound().with("chapters/07-images/02-second.md", second);
    one(content, "chapters/07-images/02-second.md:3: chapter 1 of part 7 is also at chapters/07-images/01-layers.md:3");
    let content = Content::sound().with("chapters/07-images/02-layers.md", &second.replace("=1", "=2"));
    one(content, "chapters/07-images/02-layers.md:1: the chapter `layers` is also at");
    let content = Content::sound().changed(ENTRIES, "id = \"inspect\"", "id = \"history\"");
    let library = one(content, &format!("{ENTRIES}:16: `#history` on the cheat sheet is also at {ENTRIES}:6"));
    assert_eq!(library.entry_count(), 1);
    for (path, wanted) in [
        ("chapters/07-images/notes.txt", "chapters/07-images/notes.txt: a part has"),
        ("chapters/07-images/1-x.md", "chapters/07-images/1-x.md: a part has"),
        ("chapters/loose.md", "chapters/loose.md: content is in"),
        ("chapters/images/01-x.md", "chapters/images: the folder of a part"),
        ("cheatsheet/a.md", "cheatsheet/a.md: the cheat sheet has"),
        ("cheatsheet/more.toml", "cheatsheet/more.toml: the cheat sheet has files named like"),
        ("cheatsheet/07-whole.toml", "cheatsheet/07-whole.toml: `/cheatsheet/whole` is a page of the site"),
        ("exercises/loose.toml", "exercises/loose.toml: each exercise is a folder"),
        ("exercises/Bad_Name/task.md", "exercises/Bad_Name: each exercise is a folder"),
        ("exercises/flatten/notes.md", "exercises/flatten/notes.md: an exercise has"),
        ("exercises/flatten/cases/loose", "exercises/flatten/cases/loose: each case is a folder"),
        ("stray.md", "stray.md: content is in"),
        ("chapters/07-images/img/unused.svg", "chapters/07-images/img/unused.svg: no chapter shows"),
    ] {
        let text = include_str!("sound/layers.svg");
        one(Content::sound().with(path, text), wanted);
    }
    let content = Content::sound().changed(ENTRIES, "part = 7", "part = 8");
    some(content, &format!("{ENTRIES}:1: the file's name says part 7, and this says 8"));
    let content = Content::sound().changed("chapters/07-images/part.toml", "number = 7", "number = 8");
    some(content, "chapters/07-images/part.toml:1: the folder's name says part 7, and this says 8");
    some(
        Content::sound().without("chapters/07-images/part.toml"),
        "chapters/07-images/part.toml: the part has no such file",
    );
    some(
        Content::sound().changed("chapters/07-images/img/layers.svg", "<rect", "<script/><rect"),
        "chapters/07-images/img/layers.svg: an SVG image must be",
    );
}

#[test]
fn entries() {
    for (from, to, wanted, kept) in [
        ("fixture = {}", "fixture = 1", ":13: invalid type", 1),
        (
            "section = \"layers#layers-remember\"",
            "section = \"layers#nope\"",
            ":11: the chapter `layers` has no heading",
            2,
        ),
        ("section = \"layers#layers-remember\"", "section = \"Bad!\"", ":11: `Bad!` is not a name", 1),
        ("id = \"history\"\n", "", ":5: missing field `id`", 1),
        ("task = \"See the layers of an image\"", "task = \"\"", ":7: `task` must not be empty", 2),
        ("does = \"Shows whole commands.\"", "does = \"\"", ":10: `does` must not be empty", 2),
        ("Lists *every* layer.", "a\\n\\nb", ":9: one paragraph only here", 2),
        ("Prints it all.", "<b>Prints</b>", ":22: raw HTML", 2),
        ("tags = [\"layers\"]", "language = \"cobol\"", ":12: there is no language `cobol`", 2),
        ("tags = [\"layers\"]", "language = \"yaml\"", ":13: what is no command for `sh`", 2),
        ("part = 7", "part = 9", ":1: there is no part 9", 2),
        ("order = 1", "order = 0", ":2: `order` counts from 1", 2),
        (
            "id = \"history\"\ntask = \"",
            "id = \"history\"\nessential = true\ntask = \"Error: ",
            ":7: an error message is looked up",
            2,
        ),
        ("id = \"history\"", "id = \"history\"\nessential = 1", ":7: invalid type", 1),
    ] {
        let content = Content::sound().changed(ENTRIES, from, to);
        let library = some(content, &format!("{ENTRIES}{wanted}"));
        assert_eq!(library.entry_count(), kept, "{to}");
    }
    some(
        Content::sound().with(ENTRIES, "part = 7\norder = 1\ngroup = 'g'\nentry = []"),
        &format!("{ENTRIES}:4: the file has no `[[entry]]`"),
    );
    let entry = |id: usize, lines: usize| {
        let command = "a\n".repeat(lines);
        let section = "section='layers'\n";
        format!("[[entry]]\nid='e{id}'\nessential=true\ntask='t'\ncommand=\"\"\"\n{command}\"\"\"\ndoes='d'\n{section}")
    };
    let more = "cheatsheet/07-more.toml";
    let of = |entries: &str| format!("part = 7\norder = 2\ngroup = 'more'\n{entries}");
    some(
        Content::sound().with(more, &of(&entry(0, 9))),
        &format!("{more}:6: an `essential` command has at most 8 lines"),
    );
    let most: String = (0..=library::MOST_ESSENTIAL).map(|id| entry(id, 8)).collect();
    some(Content::sound().with(more, &of(&most)), &format!("{more}: with this file more than 110"));
}

#[test]
fn an_exercise_that_cannot_be_graded_is_left_out() {
    for (from, to, wanted) in [
        ("format = 1", "format = 2", ":1: this version reads format 1"),
        ("after = [\"image-there\"]\nprobe", "after = [\"image-here\"]\nprobe", ":47: there is no check `image-here`"),
        ("id = \"rebuilds\"", "id = \"no-secret\"", ":55: there are two of the name `no-secret`"),
        (
            "section = \"layers\"\nprobe",
            "section = \"layers\"\nafter = [\"no-secret\"]\nprobe",
            ":48: a circle: `image-there` needs `no-secret` needs `image-there`",
        ),
        ("x{2}", "x(", ":51: `Canary0123456789abcdefghijklmnop|x(` is not a regular expression"),
        ("at = \"/found\"", "at = \"found\"", ":50: `at = \"found\"` must"),
        ("is = \"empty\"", "is = \"emptyy\"", ":50: unknown variant `emptyy`"),
        ("is = \"empty\"", "is = \"empty\", equals = 1", ":50: `is` is too much"),
        ("is = \"empty\"", "is = \"empty\", sya = \"x\"", ":50: `sya` is too much"),
        ("expect = [{ at = \"/exit_code\", equals = 0 }]", "expect = []", ":62: the check expects nothing"),
        ("in = \"clean\"", "in = \"cleen\"", ":60: there is no scenario `cleen`"),
        ("in = \"clean\"\n", "", ":60: a step belongs to a scenario"),
        ("step = \"build\"", "step = \"biuld\"", ":61: the scenario `clean` has no step `biuld`"),
        ("kind = \"step\", step = \"build\"", "kind = \"stepp\"", ":61: unknown variant `stepp`"),
        ("needles = [\"{{canary}}\"]", "needles = [\"\"]", ":48: name what to search for"),
        ("needles = [\"{{canary}}\"]", "needle = [\"x\"]", ":48: unknown field `needle`"),
        (
            "run = \"docker build -t rebuilt:{{nonce}} .\"",
            "run = \"docker build .\"\ntimeout_seconds = 121",
            ":32: between 1 and 120 seconds",
        ),
        ("sources = [\"Dockerfile\"]", "sources = [\"../x\"]", ":27: `../x` must be a path in the working folder"),
        ("content = \"x\"", "mode = \"9999\"", ":28: a mode is four octal digits"),
        ("level = \"everyday\"", "level = \"hard\"", ":7: unknown variant `hard`"),
        ("needs = [\"build\", \"run\"]", "needs = [\"gpu\"]", ":9: unknown variant `gpu`"),
        ("text = \"Think of `docker export`.\"", "txt = \"x\"", ":15: unknown field `txt`"),
    ] {
        let library = some(Content::sound().changed(EXERCISE, from, to), &format!("{EXERCISE}{wanted}"));
        assert!(library.exercises().is_empty() && library.is_faulty_exercise(&"flatten".parse().unwrap()), "{to}");
        assert_eq!((library.chapters().len(), library.entry_count()), (1, 2), "the rest stays");
    }
    let library = some(
        Content::sound().without("exercises/flatten/task.md"),
        "exercises/flatten/task.md: the exercise has no such file",
    );
    assert!(library.exercises().is_empty());
}

#[test]
fn an_exercise_with_lesser_faults_is_served() {
    for (from, to, wanted) in [
        ("claim = \"It builds again\"", "claim = \"\"", ":56: `claim` must not be empty"),
        ("text = \"Think of `docker export`.\"", "text = \"\"", ":15: `text` must not be empty"),
        ("text = \"Think of `docker export`.\"", "text = \"## A\"", ":15: no headings here"),
        ("- import it.", "- <b>x</b>", ":21: raw HTML"),
        ("section = \"layers#in-depth\"", "section = \"layers#deeper\"", ":11: the chapter `layers` has no heading"),
        ("section = \"layers#layers-remember\"", "section = \"nope\"", ":45: there is no chapter `nope`"),
        ("tags = [\"flatten\"]", "prerequisites = [\"nope\"]", ":12: there is no exercise `nope`"),
        ("tags = [\"flatten\"]", "prerequisites = [\"flatten\"]", ":12: a circle"),
        ("needs = [\"build\", \"run\"]", "needs = [\"run\"]", ":9: the checks need `build`"),
        ("needs = [\"build\", \"run\"]", "needs = [\"build\", \"build\"]", ":9: this need is there twice"),
        ("part = 7", "part = 9", ":4: there is no part 9"),
    ] {
        let library = some(Content::sound().changed(EXERCISE, from, to), &format!("{EXERCISE}{wanted}"));
        assert_eq!(library.exercises().len(), 1, "{to}");
    }
    one(
        Content::sound().with("exercises/flatten/start/a", "x\n{{json .}} {{ Canary }} {{nonce}}"),
        "exercises/flatten/start/a:2: `{{ Canary }}` is left as it is; write `{{canary}}`",
    );
    one(
        Content::sound().with("exercises/flatten/start/a", "{{canary.sha256}} {{fresh.sha256}}"),
        "exercises/flatten/start/a:1: `{{fresh.sha256}}` is left as it is: only checks and scenarios know it",
    );
    one(
        Content::sound().changed("exercises/flatten/task.md", "/chapters/layers", "/chapters/x"),
        "exercises/flatten/task.md:5: there is no chapter `x`",
    );
}

#[test]
fn cases() {
    for (from, to, wanted, kept) in [
        ("no-secret", "no-secrets", ":2: the exercise has no check `no-secrets`", 2),
        ("fails = [\"no-secret\"]", "", ":1: a wrong solution names the checks", 2),
        ("\"no-secret\"", "\"image-there\", \"no-secret\"", ":2: `no-secret` waits for `image-there`", 2),
        ("\"no-secret\"", "\"no-secret\", \"no-secret\"", ":2: `no-secret` is named twice", 2),
        ("title = \"B\"", "title = \"\"", ":1: `title` must not be empty", 3),
        ("title = \"B\"", "name = \"B\"", ":1: unknown field `name`", 2),
    ] {
        let library = some(Content::sound().changed(CASE, from, to), &format!("{CASE}{wanted}"));
        assert_eq!(library.exercises()[0].wrong_cases().count(), kept, "{to}");
        assert_eq!(library.exercises()[0].solutions().count(), 1, "a wrong case never becomes a solution");
    }
    let fewer = Content::sound().without(CASE).without("exercises/flatten/cases/wrong-b/solve.sh");
    one(fewer, "exercises/flatten/cases: the exercise has 2 wrong solutions");
    let solved = "exercises/flatten/cases/solved/";
    let unsolved = Content::sound()
        .without(&format!("{solved}case.toml"))
        .without(&format!("{solved}solve.sh"))
        .without(&format!("{solved}Dockerfile"));
    one(unsolved, "exercises/flatten/cases: the exercise has no solution");
    one(
        Content::sound().without("exercises/flatten/cases/wrong-a/solve.sh"),
        "exercises/flatten/cases/wrong-a: the case does nothing",
    );
    one(
        Content::sound().with(&format!("{solved}case.toml"), "title='x'\nfails=['no-secret']"),
        "exercises/flatten/cases/solved/case.toml:2: a case that fails checks",
    );
}

#[test]
fn unclean_text_is_told_and_read() {
    let library = one(Content::sound().changed(CHAPTER, "\n", "\r\n"), &format!("{CHAPTER}:1: a carriage return"));
    assert_eq!(library.chapters().len(), 1);
    let library = one(
        Content::sound().changed(CHAPTER, "+++\ntitle", "\u{feff}+++\ntitle"),
        &format!("{CHAPTER}:1: the file starts with a byte order mark"),
    );
    assert_eq!(library.chapters().len(), 1);
}

#[test]
fn fixtures() {
    for (fixture, wanted) in [
        ("fixture = {}", ""),
        ("fixture.not_here = \"no network\"", ""),
        ("fixture.not_here = \" \"", ":13: `not_here` says why"),
        ("fixture.not_here = \"no network\"\nfixture.exit = 1", ":13: what is not done needs no other field"),
        ("language = \"dockerfile\"\nfixture = {}", ":14: what is no command for `sh`"),
        ("fixture.file = true", ":13: what is no command for `sh`"),
        ("fixture.interrupt_after = 60", ":13: `interrupt_after` is a number of seconds"),
        ("fixture.colour = 1", ":13: unknown field `colour`"),
    ] {
        let content = Content::sound().changed(ENTRIES, "fixture = {}", fixture);
        if wanted.is_empty() {
            assert_eq!(content.load().1, [""; 0], "{fixture}");
        } else {
            some(content, &format!("{ENTRIES}{wanted}"));
        }
    }
}
