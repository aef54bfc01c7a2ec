//! `drydock exercise test` tells exercises that are as they say from those that are not, on a real engine.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tests::binary;

fn test(content: &Path, options: &[&str]) -> Output {
    Command::new(binary())
        .arg("--content")
        .arg(content)
        .args(["exercise", "test", "first-dockerfile", "--case", "wrong-command-only"])
        .args(options)
        .env_remove("DRYDOCK_BIN")
        .output()
        .unwrap()
}

#[test]
fn a_wrong_solution_that_fails_something_else_is_made_again_and_told() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    let said = test(&ours, &[]);
    let text = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.status.code(), Some(0), "{text}");
    assert!(text.contains("1 exercises: 1 runs as they should be, 0 wrong"), "{text}");
    assert!(!text.contains("made again"), "{text}");

    let folder = tempfile::TempDir::new().unwrap();
    let copied = Command::new("cp").arg("-r").arg(&ours).arg(folder.path()).status().unwrap();
    assert!(copied.success());
    let content = folder.path().join("content");
    let case = content.join("exercises/first-dockerfile/cases/wrong-command-only/case.toml");
    let text = fs::read_to_string(&case).unwrap();
    let less =
        text.replace("fails = [\"takes-arguments\", \"exec-form\", \"same-elsewhere\"]", "fails = [\"exec-form\"]");
    assert_ne!(less, text);
    fs::write(case, less).unwrap();
    let said = test(&content, &["--json"]);
    assert_eq!(said.status.code(), Some(1));
    let all: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let run = &all[0]["runs"][0];
    let wrong = "must fail exec-form, but failed exec-form and same-elsewhere and takes-arguments";
    for when in ["problem", "before"] {
        assert!(run[when].as_str().is_some_and(|problem| problem.starts_with(wrong)), "{when}: {all}");
    }
    assert_eq!((&all[0]["ok"], &run["ok"]), (&false.into(), &false.into()));
}
