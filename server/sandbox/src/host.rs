//! What the host can be told to be without a sandbox: from its engine, and from its kernel where that is this one.
//! Invariant: a finding of [`obstacles`] that is not ok means that no sandbox can start.

use serde::Serialize;

use crate::{EngineInfo, SandboxConfig};

/// Before it the kernel's overlay could not lie on a tmpfs without privilege.
const KERNEL: (u32, u32) = (6, 6);
const ENGINE: (u32, u32) = (20, 10);
/// What Docker Desktop calls its host's system.
const DOCKER_DESKTOP: &str = "Docker Desktop";

/// Settings of the kernel that forbid what sandboxes need: name, a value that does, and the one that does not.
const SETTINGS: [(&str, &str, &str); 3] = [
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
    ("kernel.unprivileged_userns_clone", "0", "1"),
    ("user.max_user_namespaces", "0", "65536"),
];

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Short name, stable.
    pub name: &'static str,
    /// It is as it should be.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do when it is not as it should be, or could be better.
    pub remedy: Option<String>,
}

impl Finding {
    pub(crate) fn new(name: &'static str, ok: bool, detail: impl Into<String>, remedy: Option<&str>) -> Self {
        Self { name, ok, detail: detail.into(), remedy: remedy.map(str::to_owned) }
    }
}

/// Engines that are not supported: what it is, and what to do.
fn unsupported(info: &EngineInfo) -> Option<(&'static str, &'static str, &'static str)> {
    if info.podman {
        let remedy = "install Docker Engine (Debian: `apt-get install docker.io`) and name its socket in `docker_host`";
        return Some(("podman", "Podman's Docker-compatible socket is not supported", remedy));
    }
    if info.rootless {
        let remedy = "use an engine that runs as root; sandboxes themselves have no privilege there either";
        return Some((
            "rootless",
            "a rootless engine is not supported: it can neither limit nor map what sandboxes take",
            remedy,
        ));
    }
    None
}

/// Why no sandbox is started on this engine, whatever could be made to work: whole sentences; `None` when it is fine.
pub(crate) fn refusal(info: &EngineInfo) -> Option<String> {
    let (_, what, remedy) = unsupported(info)?;
    Some(format!("This server starts no sandboxes: {what}. Whoever runs it: {remedy}."))
}

/// What a sandbox cannot do without.
pub(crate) fn obstacles(info: &EngineInfo) -> Vec<Finding> {
    let mut findings = vec![engine(info), kernel(info)];
    if let Some((name, what, remedy)) = unsupported(info) {
        findings.push(Finding::new(name, false, what, Some(remedy)));
    }
    findings.push(user_namespaces(&|name| setting_of(info, name)));
    findings
}

/// What sandboxes have here, or can do without.
pub(crate) fn facts(info: &EngineInfo, config: &SandboxConfig) -> Vec<Finding> {
    let mut findings = vec![limits(info)];
    let cgroups = match info.cgroup_version {
        1 => "version 1, which cannot be handed on to a sandbox: limits on containers in it are recorded",
        _ => "version 2; a sandbox parts its own, so that limits on containers in it hold",
    };
    findings.push(Finding::new("cgroups", true, cgroups, None));
    if info.system == DOCKER_DESKTOP {
        let detail = "Docker Desktop: sandboxes run in its virtual machine, whose memory is what counts; what follows was really tried there";
        findings.push(Finding::new("system", true, detail, None));
    }
    let confined = match (info.apparmor, info.selinux) {
        (true, _) => {
            "AppArmor is on; sandboxes run unconfined by it, for its profile of containers forbids the mounts that they make; a user namespace and a filter of calls confine them"
        }
        (_, true) => "SELinux is on; sandboxes run without a label of their own",
        _ => "neither AppArmor nor SELinux",
    };
    findings.push(Finding::new("security modules", true, confined, None));
    let fits = config.fits(info.memory_mib);
    let detail = format!(
        "{fits} sandboxes in {} MiB of memory, each counted as a quarter of its limit of {} MiB",
        info.memory_mib, config.memory_mib
    );
    findings.push(Finding::new("capacity", fits > 0, detail, (fits == 0).then_some("the host has too little memory")));
    findings
}

/// What to do about a sandbox that did not start although nothing was found to forbid it.
pub(crate) fn remedy(info: &EngineInfo) -> &'static str {
    if info.apparmor {
        "look whether AppArmor forbids user namespaces: `sysctl kernel.apparmor_restrict_unprivileged_userns` must be 0"
    } else {
        "the host must allow user namespaces: look at `sysctl user.max_user_namespaces`"
    }
}

fn engine(info: &EngineInfo) -> Finding {
    let detail = format!(
        "Docker {} with {}, {} processors, {} MiB",
        info.version, info.storage_driver, info.cpus, info.memory_mib
    );
    let old = version(&info.version) < ENGINE;
    Finding::new("engine", !old, detail, old.then_some("Docker 20.10 or later is needed"))
}

fn kernel(info: &EngineInfo) -> Finding {
    let old = version(&info.kernel) < KERNEL;
    let remedy = "kernel 6.6 or later is needed; Debian 13 has it, Debian 12 in its backports (`linux-image-amd64`)";
    Finding::new("kernel", !old, info.kernel.clone(), old.then_some(remedy))
}

fn limits(info: &EngineInfo) -> Finding {
    let missing: Vec<&str> =
        [("memory", info.limits_memory), ("processes", info.limits_pids), ("processors", info.limits_cpu)]
            .into_iter()
            .filter_map(|(name, holds)| (!holds).then_some(name))
            .collect();
    if missing.is_empty() {
        return Finding::new("limits", true, "memory, processes and processors of a sandbox are limited", None);
    }
    let remedy =
        "the engine cannot limit these on this host; switch the controllers on (swap accounting: `swapaccount=1`)";
    Finding::new("limits", false, format!("not limited: {}", missing.join(", ")), Some(remedy))
}

fn user_namespaces(setting: &dyn Fn(&str) -> Option<String>) -> Finding {
    let forbids = |(name, bad, _): &(&str, &str, &str)| setting(name).is_some_and(|value| value == *bad);
    match SETTINGS.iter().find(|it| forbids(it)) {
        None => Finding::new("user namespaces", true, "no setting of the kernel forbids them", None),
        Some((name, bad, good)) => {
            let remedy = lasting(name, good);
            Finding::new("user namespaces", false, format!("{name} is {bad}, which forbids them"), Some(&remedy))
        }
    }
}

/// The command that changes a setting now and after the next start.
fn lasting(name: &str, value: &str) -> String {
    format!(
        "`echo {name}={value} | sudo tee -a /etc/sysctl.d/60-drydock.conf && sudo sysctl --system`, for the whole host"
    )
}

/// A setting of the kernel; `None` where there is none, or the engine's kernel is not this one.
fn setting_of(info: &EngineInfo, name: &str) -> Option<String> {
    let read = |name: &str| {
        let text = std::fs::read_to_string(format!("/proc/sys/{}", name.replace('.', "/"))).ok()?;
        Some(text.trim().to_owned())
    };
    if read("kernel.osrelease")? == info.kernel { read(name) } else { None }
}

fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn info(version: &str, kernel: &str) -> EngineInfo {
        EngineInfo { version: version.to_owned(), kernel: kernel.to_owned(), apparmor: true, ..EngineInfo::ordinary() }
    }

    fn wrong(info: &EngineInfo) -> Vec<&'static str> {
        obstacles(info).into_iter().filter(|finding| !finding.ok).map(|finding| finding.name).collect()
    }

    #[test]
    fn versions_are_read_from_what_kernels_and_engines_call_themselves() {
        assert_eq!(version("6.18.44-fc-v595"), (6, 18));
        assert_eq!(version("20.10.24+dfsg1"), (20, 10));
        assert_eq!(version("28.2.2"), (28, 2));
        assert_eq!(version(""), (0, 0));
    }

    #[test]
    fn what_no_sandbox_can_start_on_is_named_with_a_remedy() {
        assert_eq!(wrong(&info("28.1.1", "6.12.1")), [""; 0]);
        assert_eq!(wrong(&info("19.03", "6.1.0-38-amd64")), ["engine", "kernel"]);
        assert_eq!(wrong(&EngineInfo { rootless: true, ..info("28.1.1", "6.12.1") }), ["rootless"]);
        for finding in obstacles(&EngineInfo { rootless: true, ..info("1.0", "5.1") }) {
            assert_eq!(finding.remedy.is_none(), finding.ok, "{finding:?}");
        }
    }

    #[test]
    fn podman_and_rootless_engines_are_refused_in_a_sentence() {
        for (info, word) in [
            (EngineInfo { podman: true, ..EngineInfo::ordinary() }, "Podman"),
            (EngineInfo { rootless: true, ..EngineInfo::ordinary() }, "rootless"),
        ] {
            let why = refusal(&info).unwrap();
            assert!(why.contains(word) && why.contains("Whoever runs it") && why.ends_with('.'), "{why}");
            assert_eq!(wrong(&info), [word.to_lowercase()]);
        }
        assert_eq!(refusal(&EngineInfo::ordinary()), None);
    }

    fn fact(info: &EngineInfo, name: &str) -> Option<Finding> {
        facts(info, &SandboxConfig::default()).into_iter().find(|finding| finding.name == name)
    }

    #[test]
    fn hosts_that_differ_are_supported_and_told_what_differs() {
        let apparmor = fact(&EngineInfo { apparmor: true, ..EngineInfo::ordinary() }, "security modules").unwrap();
        assert!(apparmor.ok && apparmor.detail.contains("unconfined"), "{apparmor:?}");
        let selinux = fact(&EngineInfo { selinux: true, ..EngineInfo::ordinary() }, "security modules").unwrap();
        assert!(selinux.ok && selinux.detail.contains("SELinux"), "{selinux:?}");
        for version in [1, 2] {
            let info = EngineInfo { cgroup_version: version, ..EngineInfo::ordinary() };
            let cgroups = fact(&info, "cgroups").unwrap();
            assert!(cgroups.ok && cgroups.detail.contains(&format!("version {version}")), "{cgroups:?}");
        }
        let desktop = EngineInfo { system: "Docker Desktop".to_owned(), ..EngineInfo::ordinary() };
        assert!(fact(&desktop, "system").unwrap().ok && refusal(&desktop).is_none());
        assert_eq!(fact(&EngineInfo::ordinary(), "system"), None);
    }

    #[test]
    fn limits_that_the_engine_cannot_set_are_named() {
        let info = EngineInfo { limits_pids: false, limits_memory: false, ..EngineInfo::ordinary() };
        let limits = fact(&info, "limits").unwrap();
        assert!(!limits.ok && limits.detail.contains("memory, processes"), "{limits:?}");
    }

    #[test]
    fn a_setting_that_forbids_user_namespaces_comes_with_a_lasting_remedy() {
        let ubuntu = |name: &str| (name == "kernel.apparmor_restrict_unprivileged_userns").then(|| "1".to_owned());
        let finding = user_namespaces(&ubuntu);
        assert!(!finding.ok);
        assert!(finding.remedy.unwrap().contains("/etc/sysctl.d/"));
        assert!(user_namespaces(&|_| None).ok);
        assert!(user_namespaces(&|name| (name == "user.max_user_namespaces").then(|| "15000".to_owned())).ok);
    }
}
