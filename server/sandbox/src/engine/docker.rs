//! The host's Docker engine through its API.
//! Invariant: no archive API, no commit, no build of anything of a learner's; execs only as the unprivileged visitor.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use bollard::{
    API_DEFAULT_VERSION, Docker,
    container::LogOutput,
    errors::Error,
    exec::{StartExecOptions, StartExecResults},
    models::{
        ContainerSummary, ContainerSummaryStateEnum, ExecConfig, SystemInfo, SystemInfoCgroupVersionEnum,
        SystemVersion, VolumeCreateRequest,
    },
    query_parameters::{
        AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, ListContainersOptionsBuilder,
        RemoveContainerOptionsBuilder, RemoveVolumeOptions, StartContainerOptions,
    },
};
use bytes::Bytes;
use domain::lease::IsolationLevel;
use futures::TryStreamExt as _;
use tokio::{sync::OnceCell, time::timeout};

use super::{
    ByteStream, ContainerId, Engine, EngineInfo, Found, LastWords, NewContainer, exec_stream::ExecStream, unix,
};
use crate::{
    ImageSource,
    error::{Cause, EngineError},
    inputs::Names,
    labels,
    prepare::golden,
    spec,
};

/// For what takes it none.
const PING: Duration = Duration::from_secs(2);
/// For what takes an engine little effort.
const SHORT: Duration = Duration::from_secs(15);
/// For what may have to wait for its disk or for other containers.
const LONG: Duration = Duration::from_secs(60);
/// Before a container that is being removed is looked at again.
const AGAIN: Duration = Duration::from_millis(20);
/// Bytes of a container's last words.
const MOST_WORDS: usize = 4096;

/// The host's Docker engine.
pub struct DockerEngine {
    pub(crate) docker: Docker,
    pub(crate) names: Names,
    info: OnceCell<EngineInfo>,
}

impl DockerEngine {
    /// For an address such as `unix:///var/run/docker.sock`; nothing is sent yet.
    ///
    /// # Errors
    /// When the address makes no sense.
    pub fn new(address: &str, images: ImageSource) -> Result<Self, EngineError> {
        let seconds = LONG.as_secs();
        let docker = match address.strip_prefix("unix://") {
            Some(path) => unix::client(path, seconds, API_DEFAULT_VERSION),
            None => Docker::connect_with_http(address, seconds, API_DEFAULT_VERSION),
        };
        let docker =
            docker.map_err(|error| EngineError::Address { address: address.to_owned(), source: error.into() })?;
        Ok(Self { docker, names: Names::of(images), info: OnceCell::new() })
    }
}

async fn in_time<T>(
    doing: &'static str,
    limit: Duration,
    wrap: fn(Cause) -> EngineError,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, EngineError> {
    match timeout(limit, work).await {
        Ok(outcome) => outcome.map_err(|error| wrap(error.into())),
        Err(_) => Err(EngineError::Slow(doing)),
    }
}

/// The status of the engine's refusal.
pub(crate) fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// True when this process may not use the engine's socket.
fn is_denied(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if kind == Some(std::io::ErrorKind::PermissionDenied) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The same of an error beneath another one.
pub(crate) fn status_of(cause: &Cause) -> Option<u16> {
    cause.downcast_ref::<Error>().and_then(status)
}

#[async_trait]
impl Engine for DockerEngine {
    async fn info(&self) -> Result<EngineInfo, EngineError> {
        let mut agreed = self.docker.clone();
        let work = async {
            agreed = agreed.negotiate_version().await?;
            let (version, info) = (agreed.version().await?, agreed.info().await?);
            Ok((version, info))
        };
        match in_time("tell what it is", SHORT, EngineError::Info, work).await {
            Err(EngineError::Info(cause)) if is_denied(cause.as_ref()) => Err(EngineError::Denied),
            other => other.map(|(version, info)| engine_info(&version, info)),
        }
    }

    /// The version of the API is agreed on then.
    async fn known(&self) -> Result<&EngineInfo, EngineError> {
        self.info.get_or_try_init(|| self.info()).await
    }

    async fn answers(&self) -> Result<(), EngineError> {
        in_time("answer", PING, EngineError::Info, self.docker.ping()).await.map(drop)
    }

    fn recipe(&self, config: &crate::SandboxConfig) -> String {
        spec::recipe(config, &self.names)
    }

    async fn kept(&self, key: &str) -> Result<Option<String>, EngineError> {
        let name = keeper(key);
        match in_time("tell what it keeps", SHORT, EngineError::Info, self.docker.inspect_volume(&name)).await {
            Ok(volume) => Ok(volume.labels.get(labels::OFFER).cloned()),
            Err(EngineError::Info(cause)) if status_of(&cause) == Some(404) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn keep(&self, key: &str, text: &str) -> Result<(), EngineError> {
        let name = keeper(key);
        let told = [(labels::OFFER, text), (labels::OFFER_OF, self.names.sandbox.as_str())];
        let labels = told.map(|(label, value)| (label.to_owned(), value.to_owned())).into();
        let new =
            VolumeCreateRequest { name: Some(name.clone()), labels: Some(labels), ..VolumeCreateRequest::default() };
        let work = async {
            // A volume's labels are never changed, only made.
            match self.docker.remove_volume(&name, None::<RemoveVolumeOptions>).await {
                Err(error) if status(&error) != Some(404) => return Err(error),
                _ => {}
            }
            self.docker.create_volume(new).await
        };
        in_time("keep something", LONG, EngineError::Info, work).await.map(drop)
    }

    async fn create(&self, new: &NewContainer) -> Result<ContainerId, EngineError> {
        let host = self.known().await?;
        // The engine would make an empty volume in place of one that is missing.
        if !new.setup.golden && !golden::exists(self).await? {
            return Err(EngineError::NotPrepared);
        }
        let body = spec::container(new, &self.names, host).map_err(|error| EngineError::Create(error.into()))?;
        let options = CreateContainerOptionsBuilder::default().name(&spec::name(new)).build();
        let work = self.docker.create_container(Some(options), body);
        match in_time("create a sandbox", LONG, EngineError::Create, work).await {
            Ok(created) => Ok(ContainerId(created.id)),
            Err(EngineError::Create(cause)) if status_of(&cause) == Some(404) => Err(EngineError::NotPrepared),
            Err(other) => Err(other),
        }
    }

    async fn start(&self, id: &ContainerId) -> Result<LastWords, EngineError> {
        let words = self.listen(id).await?;
        let work = self.docker.start_container(&id.0, None::<StartContainerOptions>);
        gone(in_time("start a sandbox", LONG, EngineError::Start, work).await)?;
        Ok(words)
    }

    async fn connect(&self, id: &ContainerId) -> Result<Box<dyn ByteStream>, EngineError> {
        let visitor = protocol::VISITOR;
        let exec = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            user: Some(format!("{visitor}:{visitor}")),
            working_dir: Some("/".to_owned()),
            privileged: Some(false),
            cmd: Some(vec![protocol::BINARY.to_owned(), "connect".to_owned()]),
            ..ExecConfig::default()
        };
        let work = async {
            let created = self.docker.create_exec(&id.0, exec).await?;
            let options = StartExecOptions { output_capacity: Some(64 * 1024), ..StartExecOptions::default() };
            self.docker.start_exec(&created.id, Some(options)).await
        };
        match gone(in_time("reach a sandbox", SHORT, EngineError::Connect, work).await)? {
            StartExecResults::Attached { output, input } => {
                Ok(Box::new(ExecStream { output, input, left: Bytes::new() }))
            }
            StartExecResults::Detached => Err(EngineError::Connect("the engine did not attach".into())),
        }
    }

    async fn inspect(&self, id: &ContainerId) -> Result<Option<Found>, EngineError> {
        // A list tells all that is needed, in the same shape.
        let filters = HashMap::from([("id".to_owned(), vec![id.0.clone()])]);
        Ok(self.list_by(filters, EngineError::Inspect).await?.into_iter().find(|found| found.id == *id))
    }

    async fn list(&self, deployment: &str) -> Result<Vec<Found>, EngineError> {
        let label = format!("{}={deployment}", labels::DEPLOYMENT);
        self.list_by(HashMap::from([("label".to_owned(), vec![label])]), EngineError::List).await
    }

    async fn remove(&self, id: &ContainerId) -> Result<(), EngineError> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        let work = self.docker.remove_container(&id.0, Some(options));
        match in_time("remove a sandbox", LONG, EngineError::Remove, work).await {
            Err(EngineError::Remove(cause)) if status_of(&cause) == Some(404) => Ok(()),
            // Somebody else is just removing it: the engine itself, when it has ended.
            Err(EngineError::Remove(cause)) if status_of(&cause) == Some(409) => self.await_removal(id).await,
            other => other,
        }
    }
}

/// The volume that keeps what was found. It is empty: its label says it.
fn keeper(key: &str) -> String {
    format!("{}{key}", labels::KEEPER)
}

impl DockerEngine {
    /// Wait until a container that is being removed is gone. One that takes longer goes all the same.
    async fn await_removal(&self, id: &ContainerId) -> Result<(), EngineError> {
        let work = async {
            while self.inspect(id).await?.is_some() {
                tokio::time::sleep(AGAIN).await;
            }
            Ok(())
        };
        timeout(SHORT, work).await.unwrap_or(Ok(()))
    }

    /// Hear what a container puts out from now on.
    async fn listen(&self, id: &ContainerId) -> Result<LastWords, EngineError> {
        // Its standard input is nothing, and yet asked for: without it the engine would not notice that nobody listens any
        // more, and hold the connection for as long as the container lives.
        let all = AttachContainerOptionsBuilder::default().stdin(true).stdout(true).stderr(true).stream(true).build();
        let work = self.docker.attach_container(&id.0, Some(all));
        let mut heard = gone(in_time("let hear a sandbox", SHORT, EngineError::Start, work).await)?;
        Ok(Box::pin(async move {
            let work = async {
                let mut words = Vec::new();
                while let Some(LogOutput::StdErr { message } | LogOutput::StdOut { message }) =
                    heard.output.try_next().await?
                {
                    words.extend_from_slice(&message);
                    words.drain(..words.len().saturating_sub(MOST_WORDS));
                }
                Ok(String::from_utf8_lossy(&words).trim().to_owned())
            };
            in_time("end", SHORT, EngineError::LastWords, work).await
        }))
    }

    pub(crate) async fn list_by(
        &self,
        filters: HashMap<String, Vec<String>>,
        wrap: fn(Cause) -> EngineError,
    ) -> Result<Vec<Found>, EngineError> {
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let listed = in_time("list sandboxes", SHORT, wrap, self.docker.list_containers(Some(options))).await?;
        Ok(listed.into_iter().filter_map(found).collect())
    }
}

/// 404 and 409 (not running) mean the same to a caller.
fn gone<T>(outcome: Result<T, EngineError>) -> Result<T, EngineError> {
    match outcome {
        Err(EngineError::Start(cause) | EngineError::Connect(cause))
            if matches!(status_of(&cause), Some(404 | 409)) =>
        {
            Err(EngineError::Gone)
        }
        other => other,
    }
}

/// `None` for a container without our labels.
fn found(summary: ContainerSummary) -> Option<Found> {
    let labels = summary.labels?;
    Some(Found {
        id: ContainerId(summary.id?),
        deployment: labels.get(labels::DEPLOYMENT)?.clone(),
        name: labels.get(labels::SANDBOX)?.clone(),
        expires: labels.get(labels::EXPIRES)?.parse().ok()?,
        running: summary.state == Some(ContainerSummaryStateEnum::RUNNING),
        level: IsolationLevel::parse(labels.get(labels::LEVEL).map_or("", String::as_str)),
    })
}

/// What Podman calls itself among the components of an engine.
const PODMAN: &str = "Podman Engine";

fn engine_info(version: &SystemVersion, info: SystemInfo) -> EngineInfo {
    let mut runtimes: Vec<String> = info.runtimes.unwrap_or_default().into_keys().collect();
    runtimes.sort_unstable();
    let options = info.security_options.unwrap_or_default();
    let secures =
        |name: &str| options.iter().any(|option| option.split(',').any(|part| part == format!("name={name}")));
    EngineInfo {
        version: info.server_version.unwrap_or_default(),
        kernel: info.kernel_version.unwrap_or_default(),
        cpus: info.ncpu.and_then(|cpus| u32::try_from(cpus).ok()).unwrap_or(1),
        memory_mib: info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0) / (1024 * 1024),
        cgroup_version: if info.cgroup_version == Some(SystemInfoCgroupVersionEnum::_2) { 2 } else { 1 },
        apparmor: secures("apparmor"),
        selinux: secures("selinux"),
        rootless: secures("rootless"),
        limits_memory: info.memory_limit == Some(true) && info.swap_limit == Some(true),
        limits_pids: info.pids_limit == Some(true),
        limits_cpu: info.cpu_cfs_quota == Some(true),
        root_dir: info.docker_root_dir.unwrap_or_default(),
        storage_driver: info.driver.unwrap_or_default(),
        system: info.operating_system.unwrap_or_default(),
        runtimes,
        podman: version.components.iter().flatten().any(|component| component.name == PODMAN),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn told(version: serde_json::Value, info: serde_json::Value) -> EngineInfo {
        engine_info(&serde_json::from_value(version).unwrap(), serde_json::from_value(info).unwrap())
    }

    #[test]
    fn an_engine_is_known_by_what_it_tells() {
        let docker = told(
            json!({"Components": [{"Name": "Engine", "Version": "28.2.2"}, {"Name": "containerd", "Version": "1.7"}]}),
            json!({"ServerVersion": "28.2.2", "KernelVersion": "6.12.1", "NCPU": 4, "MemTotal": 8_589_934_592_i64,
                "CgroupVersion": "2", "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"],
                "Runtimes": {"runsc": {"path": "runsc"}, "io.containerd.runc.v2": {"path": "runc"}, "runc": {"path": "runc"}},
                "OperatingSystem": "Ubuntu 24.04", "MemoryLimit": true, "SwapLimit": true, "PidsLimit": true,
                "CpuCfsQuota": true}),
        );
        assert_eq!(docker.runtimes, ["io.containerd.runc.v2", "runc", "runsc"]);
        assert!(docker.apparmor && !docker.selinux && !docker.rootless && !docker.podman);
        assert_eq!((docker.cgroup_version, docker.memory_mib, docker.cpus), (2, 8192, 4));
        assert!(docker.limits_memory && docker.limits_pids && docker.limits_cpu);
    }

    #[test]
    fn podman_is_known_behind_a_socket_that_speaks_as_docker_does() {
        let podman = told(
            json!({"Version": "4.3.1", "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}, {"Name": "Conmon", "Version": "2"}]}),
            json!({"ServerVersion": "4.3.1", "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"]}),
        );
        assert!(podman.podman && podman.rootless);
    }

    #[test]
    fn rootless_engines_and_docker_desktop_are_known() {
        let rootless = told(
            json!({}),
            json!({"SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"]}),
        );
        assert!(rootless.rootless && !rootless.podman);
        let desktop = told(json!({}), json!({"OperatingSystem": "Docker Desktop", "CgroupVersion": "2"}));
        assert_eq!(desktop.system, "Docker Desktop");
        assert_eq!(told(json!({}), json!({"CgroupVersion": "1"})).cgroup_version, 1);
    }
}
