//! What a text offers to try, from its first block to its last, in one shell.

use domain::problem::Problem;
use library::{Command, Try};

use super::{
    compare,
    place::PATIENCE,
    shell::{Said, Shell},
};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Tried {
    /// What was not as the text says.
    pub(super) problems: Vec<Problem>,
    /// The last of them did not end: what comes after it was not tried.
    pub(super) stopped: bool,
}

/// Do all that the text in this file offers.
pub(super) async fn go_through(file: &str, tries: &[Try], shell: &mut Shell) -> anyhow::Result<Tried> {
    let mut tried = Tried::default();
    for command in tries.iter().flat_map(|it| &it.commands) {
        match shell.ask(&typed(command), PATIENCE).await {
            Ok(said) => {
                tried.problems.extend(judge(command, &said).map(|fault| Problem::at(file, command.line, fault)));
            }
            Err(silence) if silence.is_of_the_command() => {
                tried.problems.push(Problem::at(file, command.line, format!("`{}`: {silence}", first(command))));
                // What comes after it may build on it.
                tried.stopped = true;
                break;
            }
            Err(silence) => return Err(silence.into()),
        }
    }
    Ok(tried)
}

/// A script is typed as one command, so that its end can be told.
fn typed(command: &Command) -> String {
    if command.answer.is_some() { command.typed.clone() } else { format!("{{\n{}\n}}", command.typed) }
}

fn first(command: &Command) -> &str {
    command.typed.lines().next().unwrap_or_default()
}

/// What is wrong with what came of a command.
fn judge(command: &Command, said: &Said) -> Option<String> {
    match &command.answer {
        Some(answer) if compare::fits(answer, &said.lines) => None,
        Some(_) => Some(format!("`{}` prints something else: {}", first(command), said.told())),
        None if said.status == 0 => None,
        None => Some(format!("the script ends with {}; it prints {}", said.status, said.told())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(typed: &str, answer: Option<&[&str]>) -> Command {
        let answer = answer.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
        Command { line: 3, typed: typed.to_owned(), answer }
    }

    #[test]
    fn sessions_are_judged_by_what_they_print_and_scripts_by_how_they_end() {
        let said = |lines: &[&str], status| Said { lines: lines.iter().map(|it| (*it).to_owned()).collect(), status };
        let session = command("docker ps -q", Some(&["…"]));
        assert_eq!(judge(&session, &said(&["a", "b"], 1)), None);
        let session = command("cat x", Some(&["hello"]));
        assert!(judge(&session, &said(&["No such file"], 1)).unwrap().contains("`cat x` prints something else"));
        let script = command("false", None);
        assert_eq!(judge(&script, &said(&["whatever"], 0)), None);
        assert!(judge(&script, &said(&[], 1)).unwrap().contains("ends with 1; it prints nothing"));
        assert_eq!(typed(&script), "{\nfalse\n}");
    }
}
