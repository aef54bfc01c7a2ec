//! The same lesson on a docker-in-docker container started the usual way: every capability, no seccomp, no masks, a volume
//! of its own, and the base images loaded into it. No network on either side, so images are loaded, which is faster than
//! any pull.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use ::tests::{Learner, Server, Terminal};

use crate::{
    host, plain,
    report::{Base, Report},
    stats::Sample,
};

const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(120);
/// The base images of the lessons, as `drydock prepare` made or pulled them.
const IMAGES: [&str; 6] = ["debian", "base-busybox", "base-registry", "base-nginx", "base-python", "base-postgres"];
/// All that there are but `SYS_RESOURCE`, which an engine may lack itself and a nested one does not need.
const CAPABILITIES: [&str; 21] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_CHROOT",
    "SYS_NICE",
    "SYS_PTRACE",
    "IPC_LOCK",
    "LEASE",
];
/// Control groups as the usual entry point lays them out, then the engine.
const ENTRY: &str = "
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -o remount,rw /sys/fs/cgroup 2>/dev/null || true
  for group in /sys/fs/cgroup/*; do mount -o remount,rw $group 2>/dev/null || true; done
fi
exec dockerd -H unix:///var/run/docker.sock >/tmp/log 2>&1";

/// A container with an engine in it, and its volume, until this is dropped.
struct Usual {
    name: String,
}

impl Drop for Usual {
    fn drop(&mut self) {
        let _removed = Command::new("docker").args(["rm", "-f", "-v", &self.name]).output();
    }
}

impl Usual {
    fn begin(image: &str, number: usize) -> Self {
        let name = format!("drydock-bench-usual-{}-{number}", std::process::id());
        let mut command = Command::new("docker");
        command.args(["run", "-d", "--name", &name, "--network", "none", "-v", "/var/lib/docker"]);
        for capability in CAPABILITIES {
            command.args(["--cap-add", capability]);
        }
        for option in ["seccomp=unconfined", "systempaths=unconfined", "apparmor=unconfined"] {
            command.args(["--security-opt", option]);
        }
        command.args(["--cgroupns", "private", image, "sh", "-c", ENTRY]);
        let out = command.output().unwrap();
        // First, so that what was made is removed.
        let usual = Self { name };
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        usual
    }

    fn answers(&self) -> bool {
        let asked = Command::new("docker").args(["exec", &self.name, "docker", "version"]).output().unwrap();
        asked.status.success()
    }

    /// Load images from the host's engine.
    fn load(&self, images: &[String]) {
        let mut save = Command::new("docker").arg("save").args(images).stdout(Stdio::piped()).spawn().unwrap();
        let archive = save.stdout.take().unwrap();
        let loaded = Command::new("docker")
            .args(["exec", "-i", &self.name, "docker", "load", "-q"])
            .stdin(archive)
            .output()
            .unwrap();
        assert!(save.wait().unwrap().success(), "the images cannot be saved");
        assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
    }

    /// MiB that its volume holds.
    fn disk(&self) -> f64 {
        let out = Command::new("docker").args(["exec", &self.name, "du", "-sxB1", "/var/lib/docker"]).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        text.split_whitespace().next().expect("du tells").parse::<f64>().unwrap() / host::MIB
    }
}

pub(crate) async fn measure(server: &Server, report: &mut Report) {
    let system = plain::newest("system");
    let images: Vec<String> = IMAGES.iter().map(|name| plain::newest(name)).collect();
    let (mut theirs, mut ours) = (Sample::default(), Sample::default());
    let (mut memory, mut own_memory) = (Sample::default(), Sample::default());
    let (mut disk, mut own_disk) = (Sample::default(), Sample::default());
    for round in 0..ROUNDS {
        let began = Instant::now();
        let usual = Usual::begin(&system, round);
        while !usual.answers() {
            assert!(began.elapsed() < PATIENCE, "the engine in the container does not answer");
        }
        usual.load(&images);
        theirs.add_time(began.elapsed());
        memory.add(host::charged(&usual.name).programs);
        disk.add(usual.disk());
        drop(usual);

        let mut learner = server.learner();
        let began = Instant::now();
        let (lease, mut terminal) = begin(&mut learner).await;
        ours.add_time(began.elapsed());
        let containers = server.containers_of(&lease);
        own_memory.add(host::charged(&containers[0]).programs);
        let used = terminal.ask("df -B1 --output=used /var/lib/docker | tail -n 1").await;
        own_disk.add(used.trim().parse::<f64>().unwrap() / host::MIB + host::written(&containers[0]) / host::MIB);
        assert_eq!(learner.delete(&format!("/api/leases/{lease}")).await.status, 204);
    }
    let base = Base { what: "docker-in-docker to the base images loaded", times: &theirs };
    report.note_ratio("lesson_ready_against_usual", &ours, &base, 50, Some(0.25));
    let detail =
        |what: &str, own: f64, other: f64| format!("{own:.2} MiB {what} against {other:.2} MiB; medians of {ROUNDS}");
    let (own, other) = (own_memory.median(), memory.median());
    report.note("lesson_memory_against_usual", own / other, "ratio", Some(0.5), detail("of programs", own, other));
    let (own, other) = (own_disk.median(), disk.median());
    report.note("lesson_disk_against_usual", own / other, "ratio", Some(0.02), detail("of images", own, other));
}

/// A cold sandbox, to its engine's answer: its images are there then.
async fn begin(learner: &mut Learner) -> (String, Terminal) {
    let lease = learner.start(None).await;
    let mut terminal = Terminal::attach(learner, &lease, 0).await;
    assert_eq!(terminal.ask("docker image inspect -f '{{.Os}}' debian:13").await, "linux");
    (lease, terminal)
}
