//! The outer engine through its API. The only place that knows Docker's flags is [`create`] beside this file.

use std::collections::HashMap;

use async_trait::async_trait;
use bollard::{
    Docker,
    exec::StartExecResults,
    models::ExecConfig,
    query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder},
};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::{
    engine::{Bytes, Engine, Found, Spec},
    error::SandboxError,
    prepare::Prepared,
};

mod create;

pub(crate) use create::{LABEL_DEPLOYMENT, host_config};

/// Longest wait for any one answer of the outer engine, seconds.
const PATIENCE: u64 = 120;

/// The outer engine.
#[derive(Debug, Clone)]
pub struct DockerEngine {
    docker: Docker,
    prepared: Option<Prepared>,
}

impl DockerEngine {
    /// Connect to the engine at an address (`unix://…`), or the usual places without one.
    ///
    /// # Errors
    /// [`SandboxError::Reach`] when none answers.
    pub async fn connect(address: Option<&str>) -> Result<Self, SandboxError> {
        let shown = address.unwrap_or("unix:///var/run/docker.sock").to_owned();
        let reach = |source| SandboxError::Reach { address: shown.clone(), source };
        let docker = match address {
            Some(address) => match address.strip_prefix("unix://") {
                Some(path) => Docker::connect_with_unix(path, PATIENCE, bollard::API_DEFAULT_VERSION),
                None => Docker::connect_with_host(address),
            },
            None => Docker::connect_with_unix_defaults(),
        };
        let docker = docker.map_err(reach)?.with_timeout(std::time::Duration::from_secs(PATIENCE));
        let docker = docker.negotiate_version().await.map_err(reach)?;
        Ok(Self { docker, prepared: None })
    }

    /// The same engine with the sandbox image that sandboxes are made from.
    #[must_use]
    pub fn with_image(mut self, prepared: Prepared) -> Self {
        self.prepared = Some(prepared);
        self
    }

    /// What sandboxes are made from.
    ///
    /// # Errors
    /// [`SandboxError::NotPrepared`].
    pub fn prepared(&self) -> Result<&Prepared, SandboxError> {
        self.prepared.as_ref().ok_or(SandboxError::NotPrepared)
    }

    pub(crate) fn api(&self) -> &Docker {
        &self.docker
    }
}

#[async_trait]
impl Engine for DockerEngine {
    async fn create(&self, spec: &Spec) -> Result<String, SandboxError> {
        create::create(&self.docker, self.prepared()?, spec).await
    }

    async fn start(&self, container: &str) -> Result<(), SandboxError> {
        let started = self.docker.start_container(container, None).await;
        started.map_err(SandboxError::engine("start a container"))
    }

    async fn connect(&self, container: &str) -> Result<Box<dyn Bytes>, SandboxError> {
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(false),
            tty: Some(false),
            privileged: Some(false),
            user: Some(format!("{0}:{0}", protocol::OWNER)),
            working_dir: Some("/".to_owned()),
            cmd: Some(vec![protocol::BINARY.to_owned(), "connect".to_owned()]),
            ..ExecConfig::default()
        };
        let exec = self.docker.create_exec(container, config).await.map_err(|error| match error {
            // The container has ended by itself: its deadline, or its supervisor's end.
            bollard::errors::Error::DockerResponseServerError { status_code: 404 | 409, .. } => SandboxError::Gone,
            source => SandboxError::Engine { doing: "join a sandbox", source },
        })?;
        match self.docker.start_exec(&exec.id, None).await.map_err(SandboxError::engine("join a sandbox"))? {
            StartExecResults::Attached { output, input } => {
                let output = output.map_ok(bollard::container::LogOutput::into_bytes).map_err(std::io::Error::other);
                Ok(Box::new(tokio::io::join(tokio_util::io::StreamReader::new(output.boxed()), input)))
            }
            StartExecResults::Detached => Err(SandboxError::broken("the engine did not attach")),
        }
    }

    async fn remove(&self, container: &str) -> Result<(), SandboxError> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        match self.docker.remove_container(container, Some(options)).await {
            // Gone already, or somebody is removing it at this moment.
            Ok(()) | Err(bollard::errors::Error::DockerResponseServerError { status_code: 404 | 409, .. }) => Ok(()),
            Err(source) => Err(SandboxError::Engine { doing: "remove a container", source }),
        }
    }

    async fn list(&self, deployment: &str) -> Result<Vec<Found>, SandboxError> {
        let filter = HashMap::from([("label".to_owned(), vec![format!("{LABEL_DEPLOYMENT}={deployment}")])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filter).build();
        let listed =
            self.docker.list_containers(Some(options)).await.map_err(SandboxError::engine("list its containers"))?;
        Ok(listed
            .into_iter()
            .filter_map(|one| {
                let running = one.state == Some(bollard::models::ContainerSummaryStateEnum::RUNNING);
                let lease = one.labels?.remove(create::LABEL_LEASE)?;
                Some(Found { container: one.id?, lease, running })
            })
            .collect())
    }

    async fn ping(&self) -> Result<(), SandboxError> {
        self.docker.ping().await.map(drop).map_err(SandboxError::engine("answer"))
    }
}
