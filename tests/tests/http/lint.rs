//! `drydock lint --run` does what chapters offer to try, on a real engine, and names the line where they say what is not so.

use std::{fs, path::Path, process::Command};

use tests::binary;

const PART: &str = "number = 8\ntitle = \"Trials\"\nsummary = \"A part.\"\n";

fn chapter(order: u8, text: &str) -> String {
    format!(
        "+++\ntitle = \"Trial {order}\"\norder = {order}\nsummary = \"A chapter.\"\ntags = [\"trial\"]\nminutes = 5\n\
         checked_with = \"Engine 26.1\"\n+++\nWords.\n\n{text}"
    )
}

/// Exit code and output of a lint of these chapters.
fn lint(chapters: &[(&str, String)]) -> (Option<i32>, String) {
    let folder = tempfile::TempDir::new().unwrap();
    let part = folder.path().join("chapters/08-trials");
    fs::create_dir_all(&part).unwrap();
    fs::write(part.join("part.toml"), PART).unwrap();
    for (name, text) in chapters {
        fs::write(part.join(name), text).unwrap();
    }
    run(folder.path())
}

fn run(content: &Path) -> (Option<i32>, String) {
    let out = Command::new(binary())
        .arg("--content")
        .arg(content)
        .args(["lint", "--run"])
        .env_remove("DRYDOCK_BIN")
        .output()
        .unwrap();
    let text = [out.stdout, out.stderr].concat();
    (out.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn chapters_that_say_what_is_so_have_no_fault() {
    let blocks = "```sh run\nmkdir -p ~/x && cd ~/x\nprintf 'FROM busybox\\nLABEL a=b\\n' > Dockerfile\ndocker build -q -t mine .\n```\n\n\
        ```console run\n$ docker image inspect mine --format '{{.Config.Labels.a}}'\nb\n$ docker run --rm -i busybox cat <<'X'\n> one\n> X\none\n\
        $ pwd; false\n/root/x\n$ echo $?\n1\n```\n\nWhat is not offered is not done.\n\n```console\n$ false && nobody\nsays this\n```\n";
    let (code, said) = lint(&[("01-good.md", chapter(1, blocks))]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("did 5 commands in 2 blocks of 1 chapters"), "{said}");
}

#[test]
fn what_is_not_so_is_named_with_its_line() {
    let session = "```console run\n$ docker run --rm busybox echo hello\nhullo\n$ true\n$ docker image ls -q nosuch\nsha256:…\n```\n";
    let script = "```sh run\ndocker run --rm nosuch-image true\n```\n";
    let (code, said) = lint(&[
        ("01-session.md", chapter(1, session)),
        ("02-script.md", chapter(2, script)),
        ("03-leaves.md", chapter(3, "```sh run\nexit 0\n```\n")),
    ]);
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "01-session.md:12: `docker run --rm busybox echo hello` prints something else: \n    hello",
        "01-session.md:15: `docker image ls -q nosuch` prints something else: nothing",
        "02-script.md:12: the script ends with 125; it prints",
        "03-leaves.md:12: `exit 0`: it ended the shell",
        ": 4 faults",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
