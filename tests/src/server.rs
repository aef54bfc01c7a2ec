//! A server of a test's own: its port, its database, its deployment. It and its sandboxes end with the test.

use std::{
    io::Read as _,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::client::Learner;

/// A running `drydock serve`.
pub struct Server {
    child: Option<Child>,
    state: TempDir,
    /// Where it listens.
    pub port: u16,
    settings: Vec<(&'static str, String)>,
    leases: Mutex<Vec<String>>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Server {
    /// Start one with the defaults.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Start one with settings such as `("DRYDOCK_LEASES__PER_LEARNER", "1")`.
    pub async fn with(settings: &[(&'static str, &str)]) -> Self {
        // Free now, and asked for again at once: good enough on a loopback that tests have for themselves.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = settings.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        let mut server = Self { child: None, state: TempDir::new().unwrap(), port, settings, leases: Mutex::default() };
        server.again().await;
        server
    }

    /// Start it on the same port and database, after [`Self::kill`].
    pub async fn again(&mut self) {
        self.child = Some(self.command().spawn().expect("`make build` makes target/debug/drydock"));
        self.answers().await;
    }

    fn command(&self) -> Command {
        let binary = std::env::var("DRYDOCK_BIN").map_or_else(|_| root().join("target/debug/drydock"), PathBuf::from);
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .current_dir(root())
            .env("DRYDOCK_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("DRYDOCK_STATE_DIR", self.state.path())
            .env("DRYDOCK_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.envs(self.settings.iter().map(|(key, value)| (*key, value.as_str())));
        command
    }

    async fn answers(&mut self) {
        let began = Instant::now();
        while Learner::new(self.port).try_get("/healthz").await.is_none() {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                let mut said = String::new();
                let _read = self.child.as_mut().unwrap().stderr.take().unwrap().read_to_string(&mut said);
                panic!("the server ended with {status}: {said}");
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the server does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Somebody new.
    #[must_use]
    pub fn learner(&self) -> Learner {
        Learner::new(self.port)
    }

    /// End it as a power cut would.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        let _status = child.wait().unwrap();
    }

    /// Stop it in order; its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let mut child = self.child.take().unwrap();
        let _sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        child.wait().unwrap().code()
    }

    /// Start another one on the same database, which must not come to serve: its exit code and what it says.
    #[must_use]
    pub fn second(&self, port: u16) -> (Option<i32>, String) {
        let mut command = self.command();
        let out = command.env("DRYDOCK_LISTEN", format!("127.0.0.1:{port}")).output().unwrap();
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    }

    /// Ids of the containers of this test's leases, living or not.
    #[must_use]
    pub fn containers(&self) -> Vec<String> {
        self.leases.lock().unwrap().iter().flat_map(|lease| containers_of(lease)).collect()
    }

    /// Remember a lease, so that its container is found at the end.
    pub fn remember(&self, lease: &str) {
        self.leases.lock().unwrap().push(lease.to_owned());
    }
}

/// Ids of the containers of a lease: none or one.
#[must_use]
pub fn containers_of(lease: &str) -> Vec<String> {
    labelled("drydock.lease", lease)
}

fn labelled(label: &str, value: &str) -> Vec<String> {
    let filter = format!("label={label}={value}");
    let out = Command::new("docker").args(["ps", "-aq", "--no-trunc", "--filter", &filter]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _killed = child.kill();
            let _waited = child.wait();
        }
        let left = self.containers();
        // Grading has containers of its own beside them.
        let also = deployments(&left).into_iter().flat_map(|name| labelled("drydock.deployment", &name));
        let mut all: Vec<String> = left.iter().cloned().chain(also).collect();
        all.sort_unstable();
        all.dedup();
        if !all.is_empty() {
            let _removed = Command::new("docker").args(["rm", "-f", "-v"]).args(&all).output();
        }
    }
}

/// The deployments that some containers are of.
fn deployments(containers: &[String]) -> Vec<String> {
    if containers.is_empty() {
        return Vec::new();
    }
    let label = "{{index .Config.Labels \"drydock.deployment\"}}";
    let out = Command::new("docker").args(["inspect", "--format", label]).args(containers).output().unwrap();
    let mut names: Vec<String> =
        String::from_utf8_lossy(&out.stdout).lines().filter(|name| !name.is_empty()).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names
}
