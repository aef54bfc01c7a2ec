//! The container of a sandbox: every flag that isolation rests on, in one place.
//! Invariant: never privileged, two capabilities, no network, no device, nothing of the host mounted.

use std::collections::HashMap;

use bollard::{
    Docker,
    models::{
        ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount, MountType,
        MountVolumeOptions, ResourcesUlimits,
    },
    query_parameters::CreateContainerOptionsBuilder,
};
use protocol::{OWNER, SETUP_VAR, Setup};

use crate::{config::SandboxConfig, engine::Spec, error::SandboxError, prepare::Prepared};

/// Label with the deployment's id.
pub(crate) const LABEL_DEPLOYMENT: &str = "drydock.deployment";
/// Label with the lease's id.
pub(super) const LABEL_LEASE: &str = "drydock.lease";
const LABEL_LEVEL: &str = "drydock.level";
const LABEL_EXPIRES: &str = "drydock.expires";

/// The seccomp profile: what the nested engine needs, less what escapes are made of.
const SECCOMP: &str = include_str!("../../image/seccomp.json");

const MIB: i64 = 1024 * 1024;

pub(super) async fn create(docker: &Docker, prepared: &Prepared, spec: &Spec) -> Result<String, SandboxError> {
    let setup = Setup {
        deadline: spec.deadline,
        data_mib: spec.limits.data_mib,
        root_mib: spec.limits.root_mib,
        tmp_mib: spec.limits.tmp_mib,
        golden: false,
    };
    let setup = serde_json::to_string(&setup).map_err(SandboxError::broken)?;
    let labels = [
        (LABEL_DEPLOYMENT, spec.deployment.clone()),
        (LABEL_LEASE, spec.lease.clone()),
        (LABEL_LEVEL, "userns".to_owned()),
        (LABEL_EXPIRES, spec.deadline.to_string()),
    ];
    let body = ContainerCreateBody {
        image: Some(prepared.image.clone()),
        hostname: Some("sandbox".to_owned()),
        user: Some("0:0".to_owned()),
        env: Some(vec![format!("{SETUP_VAR}={setup}")]),
        labels: Some(labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        stop_timeout: Some(2),
        host_config: Some(host_config(&spec.limits, &prepared.golden, true, prepared.apparmor)),
        ..ContainerCreateBody::default()
    };
    let options = CreateContainerOptionsBuilder::new().name(&format!("drydock-{}", spec.lease)).build();
    let created = docker.create_container(Some(options), body).await.map_err(|error| match error {
        bollard::errors::Error::DockerResponseServerError { status_code: 404, .. } => SandboxError::NotPrepared,
        source => SandboxError::Engine { doing: "create a container", source },
    })?;
    Ok(created.id)
}

/// The isolation and the limits, for sandboxes and for making the golden volume.
pub(crate) fn host_config(limits: &SandboxConfig, golden: &str, read_only: bool, apparmor: bool) -> HostConfig {
    let memory = i64::from(limits.memory_mib) * MIB;
    let mut security = vec![format!("seccomp={SECCOMP}")];
    if apparmor {
        // Docker's default profile forbids every mount, and the nested engine mounts.
        security.push("apparmor=unconfined".to_owned());
    }
    HostConfig {
        privileged: Some(false),
        cap_drop: Some(vec!["ALL".to_owned()]),
        // The supervisor writes the inner id maps with these and drops them before the learner's side starts.
        cap_add: Some(vec!["SETUID".to_owned(), "SETGID".to_owned()]),
        security_opt: Some(security),
        // A masked /proc cannot be mounted again in a child namespace; nothing in the container is uid 0 by then.
        masked_paths: Some(Vec::new()),
        readonly_paths: Some(Vec::new()),
        readonly_rootfs: Some(true),
        network_mode: Some("none".to_owned()),
        ipc_mode: Some("private".to_owned()),
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        mounts: Some(vec![Mount {
            target: Some("/golden".to_owned()),
            source: Some(golden.to_owned()),
            typ: Some(MountType::VOLUME),
            read_only: Some(read_only),
            volume_options: Some(MountVolumeOptions { no_copy: Some(true), ..MountVolumeOptions::default() }),
            ..Mount::default()
        }]),
        tmpfs: Some(HashMap::from([(
            "/run/sandbox".to_owned(),
            format!("rw,noexec,nosuid,nodev,size=1m,mode=0700,uid={OWNER},gid={OWNER}"),
        )])),
        memory: Some(memory),
        memory_swap: Some(memory),
        oom_score_adj: Some(500),
        pids_limit: Some(i64::from(limits.pids)),
        #[expect(clippy::cast_possible_truncation, reason = "a number of processors in billionths fits")]
        nano_cpus: Some((limits.cpus * 1e9) as i64),
        cpu_shares: Some(256),
        shm_size: Some(MIB),
        ulimits: Some(
            [("nofile", 65_536), ("core", 0), ("fsize", 2048 * MIB)]
                .into_iter()
                .map(|(name, most)| ResourcesUlimits { name: Some(name.to_owned()), soft: Some(most), hard: Some(most) })
                .collect(),
        ),
        log_config: Some(HostConfigLogConfig {
            typ: Some("json-file".to_owned()),
            config: Some(HashMap::from([
                ("max-size".to_owned(), "256k".to_owned()),
                ("max-file".to_owned(), "1".to_owned()),
            ])),
        }),
        auto_remove: Some(false),
        init: Some(false),
        ..HostConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isolation_is_what_it_should_be() {
        let config = host_config(&SandboxConfig::default(), "golden", true, false);
        assert_eq!(config.privileged, Some(false));
        assert_eq!(config.cap_drop, Some(vec!["ALL".to_owned()]));
        assert_eq!(config.cap_add.as_ref().map(Vec::len), Some(2));
        assert_eq!(config.network_mode.as_deref(), Some("none"));
        assert_eq!(config.binds, None);
        assert_eq!(config.devices, None);
        assert_eq!(config.readonly_rootfs, Some(true));
        assert_eq!(config.memory, config.memory_swap);
        let json = serde_json::to_value(&config).unwrap();
        assert_eq!(json["MaskedPaths"], serde_json::json!([]), "an empty list, not an absent one");
        assert_eq!(json["ReadonlyPaths"], serde_json::json!([]));
        assert_eq!(json["Mounts"][0]["ReadOnly"], true);
    }

    #[test]
    fn seccomp_profile_denies_what_it_must() {
        let profile: serde_json::Value = serde_json::from_str(SECCOMP).unwrap();
        assert_eq!(profile["defaultAction"], "SCMP_ACT_ERRNO");
        let allowed: Vec<&str> = profile["syscalls"][0]["names"].as_array().unwrap().iter().filter_map(|n| n.as_str()).collect();
        for denied in ["bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "init_module", "kexec_load",
            "open_by_handle_at", "keyctl", "clone3", "fsopen", "mount_setattr", "syslog", "reboot", "swapon", "socket"] {
            assert!(!allowed.contains(&denied), "{denied}");
        }
        for needed in ["mount", "umount2", "pivot_root", "unshare", "setns", "clone", "sethostname", "chroot"] {
            assert!(allowed.contains(&needed), "{needed}");
        }
    }
}
