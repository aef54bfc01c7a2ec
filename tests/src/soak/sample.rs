//! What server, engine and host hold at one moment.
//! Invariant: what belongs to other deployments of the same engine is left out as far as the kernel tells it apart.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
    time::Duration,
};

use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Containers of the deployment.
    Containers,
    /// Processes in them.
    Processes,
    /// Open files of the server.
    ServerFiles,
    /// Threads of the server.
    ServerThreads,
    /// Memory of the server, KiB.
    ServerKib,
    /// Volumes of the engine, but for what is kept there for all sandboxes.
    Volumes,
    /// Networks of the engine.
    Networks,
    /// Open files of the engine.
    EngineFiles,
    /// Mounts that the engine sees.
    Mounts,
    /// Namespaces of the host.
    Namespaces,
}

impl Measure {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Containers => "containers",
            Self::Processes => "processes in them",
            Self::ServerFiles => "open files of the server",
            Self::ServerThreads => "threads of the server",
            Self::ServerKib => "memory of the server, KiB",
            Self::Volumes => "volumes",
            Self::Networks => "networks",
            Self::EngineFiles => "open files of the engine",
            Self::Mounts => "mounts of the engine",
            Self::Namespaces => "namespaces of the host",
        }
    }

    /// Whether it is about the whole engine, which others may be using.
    #[must_use]
    pub fn is_shared(self) -> bool {
        self >= Self::Volumes
    }
}

/// All of it at one moment.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Since the run began.
    pub at: Duration,
    /// What could be counted. Only root sees the engine's files, its mounts and the host's namespaces.
    pub counts: BTreeMap<Measure, u64>,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
}

/// Where to look.
#[derive(Debug, Clone)]
pub struct Place {
    /// The server's process.
    pub server: u32,
    /// Its deployment.
    pub deployment: String,
    /// Its database.
    pub database: PathBuf,
    /// The engine's process, when it is one of this host that can be looked into.
    pub engine: Option<u32>,
}

impl Place {
    /// Look at everything.
    ///
    /// # Panics
    /// When the engine, the server's process or its database cannot be looked at.
    pub async fn sample(&self, at: Duration) -> Sample {
        let place = self.clone();
        let counts = tokio::task::spawn_blocking(move || place.counts()).await.unwrap();
        Sample { at, counts, rows: rows(&self.database).await }
    }

    fn counts(&self) -> BTreeMap<Measure, u64> {
        let own =
            docker(&["ps", "-aq", "--no-trunc", "--filter", &format!("label=drydock.deployment={}", self.deployment)]);
        let others: BTreeSet<String> = docker(&["ps", "-aq", "--no-trunc"]).difference(&own).cloned().collect();
        let processes = processes();
        let belongs =
            |groups: &str, to: &BTreeSet<String>| container(groups).is_some_and(|id| to.iter().any(|one| one == id));
        let mut counts = BTreeMap::from([
            (Measure::Containers, number(own.len())),
            (Measure::Processes, number(processes.iter().filter(|(_, groups)| belongs(groups, &own)).count())),
            (Measure::ServerFiles, files(self.server).expect("the server's open files")),
            (Measure::ServerThreads, status(self.server, "Threads:").expect("the server's threads")),
            (Measure::ServerKib, status(self.server, "VmRSS:").expect("the server's memory")),
            (Measure::Volumes, number(docker(&["volume", "ls", "-q"]).iter().filter(|name| !is_kept(name)).count())),
            (Measure::Networks, number(docker(&["network", "ls", "-q"]).len())),
        ]);
        if let Some(engine) = self.engine
            && let (Some(files), Ok(mounts)) = (files(engine), fs::read_to_string(format!("/proc/{engine}/mountinfo")))
        {
            counts.insert(Measure::EngineFiles, files);
            // Those of a container name its id, or lie where the engine says.
            let elsewhere = places_of(&others);
            let mounts = mounts.lines().filter(|line| !elsewhere.iter().any(|place| line.contains(place.as_str())));
            counts.insert(Measure::Mounts, number(mounts.count()));
            let spaces = processes.iter().filter(|(_, groups)| !belongs(groups, &others));
            let spaces: BTreeSet<PathBuf> = spaces.flat_map(|(pid, _)| namespaces(*pid)).collect();
            counts.insert(Measure::Namespaces, number(spaces.len()));
        }
        counts
    }
}

/// A preparation makes these, for the engine's lifetime.
fn is_kept(volume: &str) -> bool {
    ["drydock-golden-", "drydock-offer-"].iter().any(|kind| volume.starts_with(kind))
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap()
}

/// What the engine lists.
fn docker(words: &[&str]) -> BTreeSet<String> {
    let out = Command::new("docker").args(words).output().unwrap();
    assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Texts by which the mounts of containers are known.
fn places_of(containers: &BTreeSet<String>) -> Vec<String> {
    let mut places: Vec<String> = containers.iter().cloned().collect();
    for id in containers {
        // One that is gone by now has no mounts either.
        let out =
            Command::new("docker").args(["inspect", "-f", "{{.GraphDriver.Data.MergedDir}}", id]).output().unwrap();
        let merged = String::from_utf8_lossy(&out.stdout).trim().to_owned();
        if out.status.success() && merged.starts_with('/') {
            places.push(merged);
        }
    }
    places
}

/// All processes of the host and the control groups that they are in.
fn processes() -> Vec<(u32, String)> {
    let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    all.filter_map(|pid| Some((pid, fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?))).collect()
}

/// The id of the container that control groups belong to: 64 hexadecimal digits, in whatever they stand.
fn container(groups: &str) -> Option<&str> {
    groups.split(|letter: char| !letter.is_ascii_hexdigit()).find(|word| word.len() == 64)
}

fn files(pid: u32) -> Option<u64> {
    Some(number(fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count()))
}

fn status(pid: u32, field: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(field)?.trim().trim_end_matches(" kB").parse().ok())
}

fn namespaces(pid: u32) -> Vec<PathBuf> {
    let links = fs::read_dir(format!("/proc/{pid}/ns")).into_iter().flatten();
    links.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok()).collect()
}

/// The process that listens at the engine's socket, where that is a Unix socket.
pub async fn engine() -> Option<u32> {
    let address = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let stream = tokio::net::UnixStream::connect(address.strip_prefix("unix://")?).await.ok()?;
    let pid = u32::try_from(stream.peer_cred().ok()?.pid()?).ok()?;
    // A socket that another process made for it tells of that one.
    fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.starts_with("dockerd").then_some(pid)
}

async fn rows(database: &PathBuf) -> BTreeMap<String, u64> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap();
    let mut rows = BTreeMap::new();
    for table in tables {
        // A name out of the schema, not out of anybody's mouth.
        let statement = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let count: i64 = sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap();
        rows.insert(table, u64::try_from(count).unwrap());
    }
    connection.close().await.unwrap();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_known_by_its_control_group() {
        let id = "0123456789abcdef".repeat(4);
        for groups in [format!("12:pids:/docker/{id}\n0::/\n"), format!("0::/system.slice/docker-{id}.scope/inner\n")] {
            assert_eq!(container(&groups), Some(id.as_str()));
        }
        assert_eq!(container("0::/system.slice/docker.service\n"), None);
        assert!(Measure::Namespaces.is_shared() && !Measure::ServerKib.is_shared());
    }
}
