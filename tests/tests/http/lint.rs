//! `drydock lint --run` does what chapters offer to try and what the cheat sheet says, on a real engine, and names the line
//! where they say what is not so.

use std::{fs, path::Path, process::Command};

use tests::binary;

const PART: &str = "number = 8\ntitle = \"Trials\"\nsummary = \"A part.\"\n";

fn chapter(order: u8, text: &str) -> String {
    format!(
        "+++\ntitle = \"Trial {order}\"\norder = {order}\nsummary = \"A chapter.\"\ntags = [\"trial\"]\nminutes = 5\n\
         checked_with = \"Engine 26.1\"\n+++\nWords.\n\n{text}"
    )
}

/// A content folder with these chapters.
fn content(chapters: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    let part = folder.path().join("chapters/08-trials");
    fs::create_dir_all(&part).unwrap();
    fs::write(part.join("part.toml"), PART).unwrap();
    for (name, text) in chapters {
        fs::write(part.join(name), text).unwrap();
    }
    folder
}

/// Exit code and output of a lint of these chapters.
fn lint(chapters: &[(&str, String)]) -> (Option<i32>, String) {
    run(content(chapters).path())
}

/// The same of a cheat sheet of these entries.
fn lint_entries(entries: &str) -> (Option<i32>, String) {
    let folder = content(&[("01-trial.md", chapter(1, ""))]);
    let sheet = folder.path().join("cheatsheet");
    fs::create_dir_all(&sheet).unwrap();
    fs::write(sheet.join("08-trials.toml"), format!("part = 8\norder = 1\ngroup = \"Trials\"\n{entries}")).unwrap();
    run(folder.path())
}

fn entry(id: &str, command: &str, more: &str) -> String {
    format!(
        "\n[[entry]]\nid = \"{id}\"\ntask = \"Try\"\ncommand = '''{command}'''\ndoes = \"It.\"\nsection = \"trial\"\n{more}\n"
    )
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
    assert!(said.contains("did 5 commands in 2 blocks of 1 chapters and 0 tasks, and 0 entries"), "{said}");
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

#[test]
fn entries_that_do_what_they_say_have_no_fault() {
    let entries = [
        "given = '''common() { echo common > common; }'''\n".to_owned(),
        entry(
            "typed",
            "docker run --rm -v $PWD:/w busybox cat /w/a; false",
            "fixture.given = 'common; echo one > a'\nfixture.exit = 1\n\
             fixture.then = 'grep -qx one /tmp/said; grep -qx common common'",
        ),
        entry(
            "file",
            "FROM busybox\nLABEL a=b",
            "language = \"dockerfile\"\nfixture.then = 'docker build -q -t a -f /tmp/entry . && docker image inspect a'",
        ),
        entry(
            "asks",
            "docker volume prune -a",
            "fixture.given = 'docker volume create spare'\nfixture.answers = 'y'\n\
             fixture.then = 'test -z \"$(docker volume ls -q)\"'",
        ),
        entry(
            "goes-on",
            "docker logs -f loud",
            "fixture.given = '''docker run -d --name loud busybox sh -c \"echo begun; sleep 600\"'''\n\
             fixture.interrupt_after = 3\nfixture.then = 'grep -qx begun /tmp/said'",
        ),
        entry("second", "ssh second hostname", "fixture.two_hosts = true\nfixture.then = 'test -s /tmp/said'"),
        entry("elsewhere", "exit 9", "fixture.not_here = 'It is to fail.'"),
        entry("unsaid", "exit 9", ""),
    ];
    let (code, said) = lint_entries(&entries.concat());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("did 0 commands in 0 blocks of 0 chapters and 0 tasks, and 5 entries"), "{said}");
    assert!(said.contains("1 entries do not say how they are proved"), "{said}");
}

#[test]
fn an_entry_that_does_not_what_it_says_is_named_with_its_line() {
    let entries = [
        entry("needs", "true", "fixture.given = 'echo nothing there; false'"),
        entry("fails", "false\ntrue", "fixture = {}"),
        entry("does-not", "true", "fixture.then = 'test -e made'"),
        entry("leaves", "true", "fixture.given = 'kill -9 $$'"),
    ];
    let (code, said) = lint_entries(&entries.concat());
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "08-trials.toml:8: needs: what it needs is not made: `given` ends with 1; it prints \n    nothing there",
        "fails: the command ends with 1; it prints nothing",
        "does-not: it does not do what it says: the script `then` ends with 1; it prints nothing",
        "leaves: it ended the shell",
        ": 4 faults",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

const EXERCISE: &str = "format = 1\nrevision = 1\ntitle = \"Make a file\"\npart = 8\norder = 1\nsummary = \"Make it.\"\n\
    level = \"first-steps\"\nminutes = 5\nneeds = []\nimages = []\nsection = \"trial\"\ntags = [\"file\"]\n\
    [[hint]]\ntext = \"Write it.\"\n[[check]]\nid = \"there\"\nclaim = \"It is there\"\nwhy = \"So.\"\nsection = \"trial\"\n\
    probe = { kind = \"file\", path = \"made\" }\nexpect = [{ at = \"/present\", is = \"true\" }]\n";

/// The same of an exercise with this task; its starter file `given` and the solution's `made` hold the nonce.
fn lint_task(task: &str) -> (Option<i32>, String) {
    let folder = content(&[("01-trial.md", chapter(1, ""))]);
    let exercise = folder.path().join("exercises/make-a-file");
    let write = |path: &str, text: &str| {
        let path = exercise.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("exercise.toml", EXERCISE);
    write("task.md", task);
    write("start/given", "{{nonce}}\n");
    write("cases/solved/case.toml", "title = \"Copies\"\nexplains = \"It copies.\"\n");
    write("cases/solved/solve.sh", "cp given made\n");
    for wrong in ["a", "b", "c"] {
        write(&format!("cases/wrong-{wrong}/case.toml"), "title = \"Not\"\nfails = [\"there\"]\nexplains = \"No.\"\n");
        write(&format!("cases/wrong-{wrong}/solve.sh"), "true\n");
    }
    run(folder.path())
}

#[test]
fn a_task_says_what_is_so_at_the_start_or_with_the_solution() {
    let start = "Words.\n\n```console run\n$ cat given; ls made\n{{nonce}}\nls: …\n```\n\n";
    let after = "```sh run\ngrep -qx {{nonce}} made\n```\n\n";
    let (code, said) = lint_task(&format!("{start}{after}"));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("did 2 commands in 2 blocks of 0 chapters and 1 tasks, and 0 entries"), "{said}");
    let (code, said) = lint_task(&format!("{start}{after}```sh run\nls never\n```\n"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("exercises/make-a-file/task.md:14: the script ends with 2"), "{said}");
    assert!(said.contains(": 1 faults"), "{said}");
}
