//! Sound content, whole.

use domain::check::CheckKind;

use crate::Content;

#[test]
fn everything_is_there() {
    let (library, problems) = Content::sound().load();
    assert_eq!(problems, [""; 0]);
    let chapter = library.chapter(&"layers".parse().unwrap()).unwrap();
    assert_eq!((chapter.part, chapter.meta.minutes, chapter.url()), (7, 5, "/chapters/layers".to_owned()));
    let contents: Vec<_> = chapter.contents().map(|it| (it.level, it.anchor.as_deref().unwrap_or(""))).collect();
    assert_eq!(contents, [(2, "layers-remember"), (3, "in-depth")]);
    assert!(chapter.anchors.contains("deeper"));

    let digest = &library.image("07-images/layers.svg").unwrap().digest;
    let image = format!(
        "<img src=\"/images/07-images/layers.svg?v={digest}\" alt=\"Three layers, one over the other\" width=\"300\""
    );
    assert!(chapter.html.contains(&image), "{}", chapter.html);

    let (group, entry) = library.entry(&"history".parse().unwrap()).unwrap();
    assert_eq!(
        (group.url_of(entry.id()), entry.does_html.as_str()),
        ("/cheatsheet/images#history".to_owned(), "Lists <em>every</em> layer.")
    );
    assert!(entry.command_html.contains("<span class=\"hl-command\">docker</span>"), "{}", entry.command_html);
    assert_eq!(entry.flags[0].does_html, "Shows whole commands.");
    let (_, inspect) = library.entry(&"inspect".parse().unwrap()).unwrap();
    assert_eq!(inspect.does_html.trim(), "Prints it all.");
    assert_eq!(inspect.destroys_html.as_deref(), Some("Nothing but time."));
    assert_eq!(library.entry_count(), 2);
}

#[test]
fn an_exercise_with_all_its_files() {
    let (library, _) = Content::sound().load();
    let exercise = library.exercise(&"flatten".parse().unwrap()).unwrap();
    assert_eq!((exercise.file.revision, exercise.file.points()), (2, 5));
    let kinds: Vec<CheckKind> = exercise.file.check.iter().map(|check| check.kind()).collect();
    assert_eq!(kinds, [CheckKind::Artifact, CheckKind::Artifact, CheckKind::Rerun]);
    assert_eq!(exercise.start.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), [".dockerignore", "Dockerfile"]);
    assert_eq!(exercise.setup.as_deref(), Some("docker build -t base .\n"));
    assert!(exercise.task_html.contains("the secret is {{canary}}"), "{}", exercise.task_html);
    assert_eq!(exercise.hints_html[0], "<p>Think of <code>docker export</code>.</p>\n");
    let solution = exercise.solution().unwrap();
    assert_eq!(solution.explains_html, "<p>Because <strong>so</strong>.</p>\n");
    assert_eq!(solution.files.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["Dockerfile"]);
    assert_eq!(exercise.wrong_cases().count(), 3);
}

#[test]
fn order_and_neighbours() {
    let second = "+++\ntitle='B'\norder=2\nsummary='s'\ntags=[]\nminutes=1\nchecked_with='x'\nprerequisites=['layers']\n+++\nText.\n";
    let (library, problems) = Content::sound()
        .with("chapters/07-images/00-second.md", second)
        .with("chapters/08-next/part.toml", "number=8\ntitle='N'\nsummary='s'")
        .with("chapters/08-next/01-third.md", &second.replace("order=2", "order=1"))
        .load();
    assert_eq!(problems, [""; 0]);
    let ids: Vec<&str> = library.chapters().iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["layers", "second", "third"]);
    let (before, after) = library.beside_chapter(&"second".parse().unwrap());
    assert_eq!((before.unwrap().id.as_str(), after.unwrap().id.as_str()), ("layers", "third"));
    let (before, after) = library.beside_chapter(&"layers".parse().unwrap());
    assert!(before.is_none() && after.is_some());
    assert_eq!(library.chapters_of(8).count(), 1);
    assert_eq!(library.parts().iter().map(|part| part.number).collect::<Vec<_>>(), [7, 8]);
}
