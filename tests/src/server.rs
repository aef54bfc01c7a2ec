//! A server of a test's own: its port, its database, its deployment. It and its sandboxes end with the test.

use std::{
    io::Read,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::client::Learner;

/// Nothing of a server's own is slower than this: its beginning, its end.
const PATIENCE: Duration = Duration::from_secs(60);
/// As much is kept of what it says.
const MOST_SAID: usize = 16 * 1024;

/// A running `drydock serve`.
pub struct Server {
    child: Option<Child>,
    said: Arc<Mutex<Vec<u8>>>,
    state: TempDir,
    /// Where it listens.
    pub port: u16,
    settings: Vec<(&'static str, String)>,
    /// What the state folder is mounted from, if it is.
    disk: Option<Disk>,
}

/// A mounted folder, until this is dropped.
struct Disk(PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg(&self.0).status();
    }
}

/// Free now, and asked for again at once: good enough on a loopback that tests have for themselves.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The command line that is tested.
#[must_use]
pub fn binary() -> PathBuf {
    std::env::var("DRYDOCK_BIN").map_or_else(|_| root().join("target/debug/drydock"), PathBuf::from)
}

impl Server {
    /// Start one with the defaults.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Start one with settings such as `("DRYDOCK_LEASES__PER_LEARNER", "1")`.
    pub async fn with(settings: &[(&'static str, &str)]) -> Self {
        let port = free_port();
        let settings = settings.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        let state = TempDir::new().unwrap();
        let mut server = Self { child: None, said: Arc::default(), state, port, settings, disk: None };
        server.again().await;
        server
    }

    /// Start one whose database lies on a disk of its own, of so many MiB; `None` where this user may not mount one.
    pub async fn on_disk(mib: u32) -> Option<Self> {
        let state = TempDir::new().unwrap();
        let size = format!("size={mib}m");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(state.path()).output().unwrap();
        if !mounted.status.success() {
            return None;
        }
        let disk = Disk(state.path().to_owned());
        let port = free_port();
        let mut server =
            Self { child: None, said: Arc::default(), state, port, settings: Vec::new(), disk: Some(disk) };
        server.again().await;
        Some(server)
    }

    /// The file that holds its database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.state.path().join("drydock.sqlite")
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// Wait until its process has ended by itself; false when it goes on for longer than that.
    pub async fn ended(&mut self, patience: Duration) -> bool {
        let began = Instant::now();
        while began.elapsed() < patience {
            if self.child.as_mut().unwrap().try_wait().unwrap().is_some() {
                self.child = None;
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// Start it on the same port and database, after [`Self::kill`].
    pub async fn again(&mut self) {
        let mut child = self.command(&["serve"]).spawn().expect("`make build` makes target/debug/drydock");
        listen(child.stderr.take().unwrap(), Arc::clone(&self.said));
        self.child = Some(child);
        self.answers().await;
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(words)
            .current_dir(root())
            .env("DRYDOCK_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("DRYDOCK_STATE_DIR", self.state.path())
            .env("DRYDOCK_LOG", "warn")
            // Sandboxes are made when a test asks for one, unless it is about those that are made ahead.
            .env("DRYDOCK_POOL__IDLE", "0")
            // The same on an engine with stronger ones, which have tests of their own.
            .env("DRYDOCK_SANDBOX__LEVEL", "userns")
            // For this process; the server would take them for settings.
            .env_remove("DRYDOCK_BIN")
            .env_remove("DRYDOCK_BENCH_ROOM")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.envs(self.settings.iter().map(|(key, value)| (*key, value.as_str())));
        command
    }

    async fn answers(&mut self) {
        let began = Instant::now();
        while Learner::new(self.port).try_get("/healthz").await.is_none() {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                // The rest of what it said is on its way.
                tokio::time::sleep(Duration::from_millis(200)).await;
                panic!("the server ended with {status}: {}", self.said());
            }
            assert!(began.elapsed() < PATIENCE, "the server does not answer: {}", self.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Somebody new.
    #[must_use]
    pub fn learner(&self) -> Learner {
        Learner::new(self.port)
    }

    /// Memory of its process, MiB.
    #[must_use]
    pub fn memory_mib(&self) -> f64 {
        let pid = self.pid();
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// End it as a power cut would.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        let _status = child.wait().unwrap();
    }

    /// Stop it in order; its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        end(self.child.take().unwrap())
    }

    /// The end of what it said.
    #[must_use]
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned()
    }

    /// Start another one on the same database, which must not come to serve: its exit code and what it says.
    #[must_use]
    pub fn second(&self, port: u16) -> (Option<i32>, String) {
        let mut command = self.command(&["serve"]);
        let out = command.env("DRYDOCK_LISTEN", format!("127.0.0.1:{port}")).output().unwrap();
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    }

    /// What its containers are labelled with.
    #[must_use]
    pub fn deployment(&self) -> String {
        self.ask(&["leases", "--json"])["deployment"].as_str().expect("it has served").to_owned()
    }

    /// Ids of the containers of this deployment that are there, running or not: of leases, of the pool, of checks.
    #[must_use]
    pub fn containers(&self) -> Vec<String> {
        let listed = self.listed();
        listed["deployment"].as_str().map(deployed).unwrap_or_default()
    }

    /// Ids of the containers of a lease that are there: none or one.
    #[must_use]
    pub fn containers_of(&self, lease: &str) -> Vec<String> {
        let listed = self.listed();
        let row = listed["leases"].as_array().unwrap().iter().find(|row| row["id"] == lease);
        let container = row.and_then(|row| row["container"].as_str()).unwrap_or_default().to_owned();
        self.containers().into_iter().filter(|id| *id == container).collect()
    }

    /// Ids of the containers that the pool keeps ready.
    #[must_use]
    pub fn idle(&self) -> Vec<String> {
        let listed = self.ask(&["pool", "list", "--json"]);
        let idle = listed["idle"].as_array().unwrap().iter();
        idle.map(|one| one["container"].as_str().unwrap().to_owned()).collect()
    }

    /// What `drydock leases --all --json` prints.
    fn listed(&self) -> serde_json::Value {
        self.ask(&["leases", "--all", "--json"])
    }

    /// What a command of this server's prints as JSON.
    #[must_use]
    pub fn ask(&self, words: &[&str]) -> serde_json::Value {
        serde_json::from_slice(&self.run(words)).unwrap()
    }

    /// Run a command on this server's settings; what it prints.
    pub fn run(&self, words: &[&str]) -> Vec<u8> {
        let out = self.command(words).stdout(Stdio::piped()).output().unwrap();
        assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    }
}

/// Read all that a server says, or it would wait for a reader at some time; the end of it is kept.
fn listen(mut stderr: impl Read + Send + 'static, said: Arc<Mutex<Vec<u8>>>) {
    std::thread::spawn(move || {
        let mut some = [0; 4096];
        while let Ok(count @ 1..) = stderr.read(&mut some) {
            let mut said = said.lock().unwrap();
            said.extend_from_slice(&some[..count]);
            let surplus = said.len().saturating_sub(MOST_SAID);
            said.drain(..surplus);
        }
    });
}

/// Stop a server in order, or with force when that takes too long; its exit code.
fn end(mut child: Child) -> Option<i32> {
    let _sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.code(),
            Ok(None) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            _ => break,
        }
    }
    let _killed = child.kill();
    child.wait().ok()?.code()
}

/// Ids of the containers of a deployment.
fn deployed(deployment: &str) -> Vec<String> {
    let filter = format!("label=drydock.deployment={deployment}");
    let out = Command::new("docker").args(["ps", "-aq", "--no-trunc", "--filter", &filter]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            let _code = end(child);
        }
        let left = self.clear();
        // One that the engine was still making a moment ago.
        if left > 0 {
            std::thread::sleep(Duration::from_millis(300));
            self.clear();
        }
        // Before the folder that it is mounted on.
        drop(self.disk.take());
    }
}

impl Server {
    /// Remove every container of this test that is there; their number.
    fn clear(&self) -> usize {
        // One that never came to serve has made nothing, and this may be the end of a test that failed for it.
        let out = self.command(&["leases", "--json"]).stdout(Stdio::piped()).output();
        let listed = out.ok().and_then(|out| serde_json::from_slice::<serde_json::Value>(&out.stdout).ok());
        let left = listed.and_then(|listed| listed["deployment"].as_str().map(deployed)).unwrap_or_default();
        if !left.is_empty() {
            let _removed = Command::new("docker").args(["rm", "-f", "-v"]).args(&left).output();
        }
        left.len()
    }
}
