//! The command line: what can be asked of `drydock`, and what its exit codes say.
//! Exit codes: 0 done and fine, 1 something was found wrong, 2 it could not be done.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use domain::problem::Problem;
use library::Library;
use serde::Serialize;

use crate::config::{Config, LogFormat};

/// `println!` for what others may read only in part, as in `drydock doctor | head -1`.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::say(format_args!($($text)*)) };
}

mod content;
mod doctor;
mod exercise;
mod feedback;
mod host;
mod leases;
mod lint;
mod pool;
mod prepare;
mod search;
mod serve;
mod solve;
mod trial;
mod turn;

/// Learn containers on a real Docker engine of your own, in the browser.
#[derive(Debug, Parser)]
#[command(name = "drydock", version, about, long_about = None)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Settings that may stand on the command line; all others go into the file or the environment.
#[derive(Debug, Args, Serialize)]
struct Settings {
    /// Settings file; `drydock.toml` in the current folder unless told.
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Folder with chapters, exercises and cheat sheet.
    #[arg(long, global = true, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<PathBuf>,
    /// Folder for the database.
    #[arg(long, global = true, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    state_dir: Option<PathBuf>,
    /// Address of the Docker engine, e.g. unix:///var/run/docker.sock.
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    docker_host: Option<String>,
    /// What to log, e.g. `debug` or `server=debug,info`.
    #[arg(long, global = true, value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    /// Address and port to listen on.
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site.
    Serve,
    /// Say what this host can do and how many learners it holds.
    Doctor(Output),
    /// Make the sandbox image and its preloaded images.
    Prepare,
    /// Check all content and name every fault with file and line.
    Lint(Lint),
    /// Say what there is of the curriculum.
    #[command(subcommand)]
    Content(Content),
    /// List, test or regrade exercises.
    #[command(subcommand)]
    Exercise(Exercise),
    /// Search chapters, cheat sheet, error messages and exercises.
    ///
    /// With --json it prints {hits: [{kind, title, section, url, snippet, score, command}], facets: [{kind, count}],
    /// instead: [...]}; the facets count before --kind and --limit.
    Search(Search),
    /// List living leases and their containers.
    ///
    /// With --json it prints {deployment, leases: [{id, learner, exercise, state, container, created_at, expires_at,
    /// end_reason}]}, times in Unix seconds.
    Leases(Leases),
    /// Announce learners who will come, so that sandboxes are made ahead of them.
    #[command(subcommand)]
    Pool(Pool),
    /// Judge an archive from standard input; started by the server itself.
    #[command(hide = true)]
    GradeWorker,
}

/// How to print.
#[derive(Debug, Args)]
struct Output {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Leases {
    /// Ended ones too.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Pool {
    /// Announce learners: the server has a sandbox ready for each when they come.
    Announce(Announce),
    /// List announcements and sandboxes that are ready.
    ///
    /// With --json it prints {announcements: [{id, number, starts_at, ends_at, note}], idle: [{container, made_at,
    /// ends_at}]}, times in Unix seconds.
    List(Output),
    /// Take an announcement back.
    Cancel {
        /// Its id, as `pool list` prints it.
        id: String,
    },
}

#[derive(Debug, Args)]
struct Announce {
    /// How many learners.
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    number: u32,
    /// When they come, e.g. 2026-12-01T09:00 (here) or 2026-12-01T09:00+01:00; now unless told.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Minutes after which sandboxes that nobody has taken are ended.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1440))]
    minutes: u32,
    /// What for.
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Content {
    /// For each row of the curriculum its sections, cheat-sheet entries and exercises, and what is missing.
    ///
    /// With --json it prints a list with an object for each row: {number, teaches, sections, entries, exercises, missing,
    /// without_exercise, whole}. Exit codes: 0 nothing is missing, 1 something is, 2 there is no curriculum.
    Coverage(Output),
    /// What readers said of sections: how many found each clear, and what is unclear or wrong.
    ///
    /// With --json it prints a list with an object for each: {section, opinion, text, said_at}, times in Unix seconds, oldest
    /// first. `opinion` is clear, unclear or mistake.
    Feedback(FeedbackAsked),
}

#[derive(Debug, Args)]
struct FeedbackAsked {
    /// Only what was said in so many last days; everything unless told.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Exercise {
    /// List all exercises.
    List(Output),
    /// Prove exercises: the start does not pass, solutions pass twice, wrong solutions fail what they name.
    ///
    /// With --json it prints a list with an object for each exercise: {id, ok, seconds, problems: [text], runs: [{case,
    /// kind, time, ok, outcome, problem, seconds, fails: [check], checks: {check: outcome}, failures: [{check, expected,
    /// observed}]}]}. `kind` is start, solution or wrong; an outcome is passed, failed or could_not_run, and that of a check that was not looked at is waits.
    /// Exit codes: 0 all is as it should be, 1 something is not, 2 something could not be run.
    Test(Test),
    /// Judge stored attempts at an exercise by its checks as they are now, on what was seen when they were made.
    ///
    /// With --json it prints a list with an object for each attempt: {attempt, revision, outcome, check, before, after}.
    /// `outcome` is same, changed or kept; `kept` when `check` would have to be looked at anew. Points before and after.
    Regrade(Regrade),
}

#[derive(Debug, Args)]
struct Regrade {
    /// The exercise.
    name: String,
    /// Store the changed verdicts; progress is raised by them and never falls.
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
struct Lint {
    /// Also do what chapters and tasks offer to try, and compare what comes of it with what they say; and each entry of
    /// the cheat sheet that has a fixture: each of them in a sandbox of its own.
    #[arg(long)]
    run: bool,
    /// Only do what these chapters offer; all unless told.
    #[arg(long, value_name = "CHAPTER", requires = "run")]
    chapter: Vec<String>,
    /// Only do these entries; all unless told.
    #[arg(long, value_name = "ENTRY", requires = "run")]
    entry: Vec<String>,
    /// Only do what the tasks of these exercises offer; all unless told.
    #[arg(long, value_name = "EXERCISE", requires = "run")]
    task: Vec<String>,
    /// Of the chapters, of the tasks and of the entries do a part, e.g. the second of four.
    #[arg(long, value_name = "2/4", requires = "run", conflicts_with_all = ["chapter", "entry", "task"])]
    turn: Option<turn::Turn>,
    /// Chapters, tasks and entries at the same time.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=32))]
    parallel: u8,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
struct Test {
    /// Exercises to test; all unless told.
    names: Vec<String>,
    /// All exercises.
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Cases at the same time; each has a sandbox, and another one while its rerun checks are looked at.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=32))]
    parallel: u8,
    /// Only this case; `start` is the untouched start.
    #[arg(long, value_name = "CASE")]
    case: Option<String>,
    /// Every case only of a part of them, e.g. the second of four; of the others the start and the first solution.
    #[arg(long, value_name = "2/4", conflicts_with = "case")]
    turn: Option<turn::Turn>,
    /// Of those others only a part.
    #[arg(long, value_name = "1/3", requires = "turn")]
    in_short: Option<turn::Turn>,
    /// Every case of this exercise, whoever's turn it is; may be given more than once.
    #[arg(long, value_name = "EXERCISE", requires = "turn")]
    whole: Vec<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
struct Search {
    /// What to look for.
    #[arg(required = true, trailing_var_arg = true)]
    words: Vec<String>,
    /// Only `entry` (of the cheat sheet), `chapter`, `exercise` or `error` (messages).
    #[arg(long)]
    kind: Option<String>,
    /// The most hits.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    #[command(flatten)]
    output: Output,
}

/// What a command found.
enum Found {
    /// All is well.
    Fine,
    /// Something is wrong, and has been told.
    Wrong,
    /// It could not be found out, and it has been told why.
    Unknown,
}

/// Run the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::GradeWorker) {
        // Before anything else: it gives up every right that it does not need.
        return artifact::worker::main();
    }
    let config = match Config::read(cli.settings.config.as_deref(), &cli.settings) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("drydock: the settings cannot be used: {error}");
            return ExitCode::from(2);
        }
    };
    log(&config, matches!(cli.command, Command::Serve));
    match perform(cli.command, config) {
        Ok(Found::Fine) => ExitCode::SUCCESS,
        Ok(Found::Wrong) => ExitCode::from(1),
        Ok(Found::Unknown) => ExitCode::from(2),
        Err(error) => {
            eprintln!("drydock: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn perform(command: Command, config: Config) -> anyhow::Result<Found> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        Command::Serve => runtime.block_on(serve::serve(config)),
        Command::Doctor(output) => runtime.block_on(doctor::doctor(&config, output.json)),
        Command::Prepare => runtime.block_on(prepare::prepare(&config)),
        Command::Lint(asked) => runtime.block_on(lint::lint(&config, &asked)),
        Command::Content(Content::Coverage(output)) => content::coverage(&config, output.json),
        Command::Content(Content::Feedback(asked)) => runtime.block_on(feedback::feedback(&config, &asked)),
        Command::Exercise(Exercise::List(output)) => exercise::list::list(&config, output.json),
        Command::Exercise(Exercise::Test(test)) => runtime.block_on(exercise::test::test(&config, &test)),
        Command::Exercise(Exercise::Regrade(asked)) => runtime.block_on(exercise::regrade::regrade(&config, &asked)),
        Command::Leases(asked) => runtime.block_on(leases::leases(&config, asked.all, asked.output.json)),
        Command::Pool(Pool::Announce(asked)) => {
            let Announce { number, at, minutes, note, output } = asked;
            runtime.block_on(pool::announce(&config, pool::Announce { number, at, minutes, note }, output.json))
        }
        Command::Pool(Pool::List(output)) => runtime.block_on(pool::list(&config, output.json)),
        Command::Pool(Pool::Cancel { id }) => runtime.block_on(pool::cancel(&config, &id)),
        Command::Search(asked) => search::search(&config, &asked),
        Command::GradeWorker => Ok(Found::Fine),
    }
}

/// The content, and every fault in it.
fn read_content(config: &Config) -> anyhow::Result<(Library, Vec<Problem>)> {
    anyhow::ensure!(config.content.is_dir(), "there is no content folder {}", config.content.display());
    Ok(library::load(&config.content))
}

/// Which containers are this server's: a random word, kept in its database.
async fn deployment(store: &crate::store::Store) -> anyhow::Result<String> {
    let secret = store.secret("deployment").await?;
    Ok(secret.iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}

fn log(config: &Config, serving: bool) {
    use tracing_subscriber::{EnvFilter, fmt};
    // Commands speak on standard output; their log is for trouble.
    let wanted = if serving || config.log != "info" { config.log.as_str() } else { "warn" };
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match config.log_format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.with_target(false).init(),
    }
}

/// Print a line; that nobody reads any more neither ends a command nor changes its exit code.
fn say(line: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    let _closed = writeln!(std::io::stdout(), "{line}");
}
