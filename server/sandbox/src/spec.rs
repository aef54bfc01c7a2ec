//! How a sandbox's container is created: every flag, in this one place.
//! Invariant: never privileged, no device, no network, no host path, two capabilities that the supervisor drops.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount, MountType,
    MountVolumeOptions, ResourcesUlimits, RestartPolicy, RestartPolicyNameEnum,
};

use crate::{
    EngineInfo, NewContainer,
    inputs::{self, Names},
    labels, level,
};

const MIB: i64 = 1024 * 1024;

/// The container's name, by which a second one of the same name is refused.
pub(crate) fn name(new: &NewContainer) -> String {
    format!("drydock-{}-{}", new.deployment, new.name)
}

/// The uid of a sandbox's supervisor. Two may share one by chance, and then a few of the kernel's counts.
pub(crate) fn owner(deployment: &str, name: &str) -> u32 {
    let mut hash = DefaultHasher::new();
    (deployment, name).hash(&mut hash);
    let (first, number) = protocol::OWNERS;
    first + u32::try_from(hash.finish() % u64::from(number)).unwrap_or_default()
}

/// A word for what a sandbox is made of: image, images preloaded, supervisor, isolation level and limits.
pub(crate) fn recipe(config: &crate::SandboxConfig, names: &Names) -> String {
    let mut hash = DefaultHasher::new();
    (format!("{config:?}"), &names.sandbox, &names.golden, protocol::VERSION).hash(&mut hash);
    format!("{:016x}", hash.finish())
}

/// The document that creates it.
///
/// # Errors
/// When the setup cannot be written down.
pub(crate) fn container(
    new: &NewContainer,
    names: &Names,
    host: &EngineInfo,
) -> Result<ContainerCreateBody, serde_json::Error> {
    let setup = serde_json::to_string(&new.setup)?;
    Ok(ContainerCreateBody {
        image: Some(names.sandbox.clone()),
        // The supervisor needs uid 0 to get its two capabilities, and leaves it before anything else runs.
        user: Some("0:0".to_owned()),
        env: Some(vec![format!("{}={setup}", protocol::SETUP_VAR)]),
        hostname: Some("sandbox".to_owned()),
        labels: Some(labels::of(&new.deployment, &new.name, new.config.level, new.setup.deadline)),
        stop_timeout: Some(1),
        host_config: Some(host_config(new, names, host)),
        ..ContainerCreateBody::default()
    })
}

fn host_config(new: &NewContainer, names: &Names, host: &EngineInfo) -> HostConfig {
    let config = &new.config;
    let memory = i64::from(config.memory_mib) * MIB;
    let cpus = config.cpus.min(f64::from(host.cpus.max(1)));
    HostConfig {
        privileged: Some(false),
        // The daemon's own defaults for what is not told would hold otherwise: an init of its own as uid 0, another
        // runtime, users mapped once more.
        init: Some(false),
        userns_mode: Some("host".to_owned()),
        runtime: Some(level::runtime_to_ask_for(config.level, host).to_owned()),
        cap_drop: Some(vec!["ALL".to_owned()]),
        cap_add: Some(vec!["SETUID".to_owned(), "SETGID".to_owned()]),
        security_opt: Some(security(host)),
        // Not absent but empty: only an unmasked /proc lets the inner namespace mount its own. What the masks would
        // hide is kept from the learner by not being root out here; see `privilege.rs` of the supervisor.
        masked_paths: Some(Vec::new()),
        readonly_paths: Some(Vec::new()),
        readonly_rootfs: Some(true),
        tmpfs: Some(HashMap::from([control_folder(new.setup.owner)])),
        mounts: Some(vec![golden(new, names)]),
        network_mode: Some("none".to_owned()),
        ipc_mode: Some("private".to_owned()),
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        memory: Some(memory),
        memory_swap: Some(memory),
        // No `oom_score_adj`: the nested runtime could then not start containers, for it sets 0, and only a privileged
        // process may go below what a privileged one has set. The supervisor marks the learner's programs instead.
        pids_limit: Some(i64::from(config.pids)),
        #[expect(clippy::cast_possible_truncation, reason = "a small positive number of processors")]
        nano_cpus: Some((cpus * 1e9) as i64),
        cpu_shares: Some(i64::from(config.cpu_shares)),
        shm_size: Some(MIB),
        ulimits: Some(vec![no_core_files()]),
        log_config: Some(log()),
        // A server that never comes back removes nothing.
        auto_remove: Some(true),
        restart_policy: Some(RestartPolicy { name: Some(RestartPolicyNameEnum::NO), maximum_retry_count: None }),
        ..HostConfig::default()
    }
}

fn security(host: &EngineInfo) -> Vec<String> {
    let profile = inputs::file("seccomp.json").map(String::from_utf8_lossy).unwrap_or_default();
    // The learner's `sudo` and `ping` gain privileges within the sandbox; the supervisor gives up its own.
    let mut options = vec![format!("seccomp={profile}"), "no-new-privileges=false".to_owned()];
    // Docker's own profile forbids mounts, which the learner's namespace needs.
    if host.apparmor {
        options.push("apparmor=unconfined".to_owned());
    }
    if host.selinux {
        options.push("label=disable".to_owned());
    }
    options
}

/// Where the supervisor's socket lies; the supervisor and who connects to it alone may enter.
fn control_folder(owner: u32) -> (String, String) {
    let folder = protocol::SOCKET.rsplit_once('/').map_or("/", |(folder, _)| folder).to_owned();
    (folder, format!("rw,noexec,nosuid,nodev,size=64k,mode=0710,uid={owner},gid={}", protocol::VISITOR))
}

fn golden(new: &NewContainer, names: &Names) -> Mount {
    Mount {
        typ: Some(MountType::VOLUME),
        source: Some(names.golden.clone()),
        target: Some("/golden".to_owned()),
        read_only: Some(!new.setup.golden),
        volume_options: Some(MountVolumeOptions {
            no_copy: Some(true),
            // The engine makes a volume that is missing. Only its maker's counts as one.
            labels: new.setup.golden.then(|| labels::golden(&names.golden)),
            ..MountVolumeOptions::default()
        }),
        ..Mount::default()
    }
}

// The others are set by the supervisor, which only ever lowers them: raising one takes a capability that the engine
// itself may lack. None of processes per user: it would count over all sandboxes.
fn no_core_files() -> ResourcesUlimits {
    ResourcesUlimits { name: Some("core".to_owned()), soft: Some(0), hard: Some(0) }
}

fn log() -> HostConfigLogConfig {
    let options = [("max-size", "256k"), ("max-file", "1"), ("compress", "false")];
    HostConfigLogConfig {
        typ: Some("local".to_owned()),
        config: Some(options.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use domain::lease::IsolationLevel;

    use super::*;
    use crate::{ImageSource, SandboxConfig};

    fn body(apparmor: bool) -> serde_json::Value {
        body_at(IsolationLevel::Userns, apparmor)
    }

    fn body_at(level: IsolationLevel, apparmor: bool) -> serde_json::Value {
        let setup = protocol::Setup {
            owner: owner("d", "l"),
            deadline: 7,
            data_mib: 1,
            root_mib: 1,
            tmp_mib: 1,
            open_files: 1,
            largest_file_mib: 1,
            golden: false,
            gvisor: false,
        };
        let config = SandboxConfig { cpus: 8.0, level, ..SandboxConfig::default() };
        let new = NewContainer { deployment: "d".to_owned(), name: "l".to_owned(), setup, config };
        let host = EngineInfo { apparmor, ..EngineInfo::ordinary() };
        serde_json::to_value(container(&new, &Names::of(ImageSource::Auto), &host).unwrap()).unwrap()
    }

    #[test]
    fn empty_masks_are_sent_not_left_out() {
        let body = body(false);
        assert_eq!(body["HostConfig"]["MaskedPaths"], serde_json::json!([]));
        assert_eq!(body["HostConfig"]["ReadonlyPaths"], serde_json::json!([]));
    }

    #[test]
    fn nothing_of_the_host_is_given() {
        let host = &body(false)["HostConfig"];
        assert_eq!(host["Privileged"], false);
        assert_eq!(host["NetworkMode"], "none");
        assert_eq!(host["CapDrop"], serde_json::json!(["ALL"]));
        assert_eq!(host["CapAdd"], serde_json::json!(["SETUID", "SETGID"]));
        assert_eq!(host["ReadonlyRootfs"], true);
        for absent in ["Binds", "Devices", "PortBindings", "PidMode"] {
            assert!(host[absent].is_null(), "{absent}");
        }
        assert_eq!(host["Mounts"].as_array().unwrap().len(), 1);
        assert_eq!(host["Mounts"][0]["Type"], "volume");
        assert_eq!(host["Mounts"][0]["ReadOnly"], true);
    }

    #[test]
    fn no_default_of_the_daemon_counts() {
        let host = &body(false)["HostConfig"];
        assert_eq!(host["Init"], false);
        assert_eq!((&host["UsernsMode"], &host["Runtime"]), (&"host".into(), &"runc".into()));
        assert!(host["SecurityOpt"].as_array().unwrap().contains(&"no-new-privileges=false".into()));
        assert_eq!(host["Mounts"][0]["VolumeOptions"]["Labels"], serde_json::Value::Null, "for its maker alone");
    }

    #[test]
    fn each_sandbox_has_a_user_of_its_own() {
        let (first, number) = protocol::OWNERS;
        let owners: std::collections::BTreeSet<_> = (0..200).map(|name| owner("d", &name.to_string())).collect();
        assert!(owners.len() > 195, "{}", owners.len());
        assert!(owners.iter().all(|owner| (first..first + number).contains(owner)));
        assert!(first + number <= protocol::ID_RANGE.0, "a supervisor is no learner");
    }

    #[test]
    fn memory_has_no_swap_beside_it_and_processors_fit_the_host() {
        let host = &body(false)["HostConfig"];
        assert_eq!(host["Memory"], host["MemorySwap"]);
        assert_eq!(host["NanoCpus"], 2_000_000_000_i64);
    }

    #[test]
    fn apparmor_is_named_only_where_it_is() {
        let options = |apparmor| body(apparmor)["HostConfig"]["SecurityOpt"].as_array().unwrap().len();
        assert_eq!((options(false), options(true)), (2, 3));
    }

    #[test]
    fn labels_tell_whose_it_is() {
        let labels = &body(false)["Labels"];
        assert_eq!(labels["drydock.deployment"], "d");
        assert_eq!(labels["drydock.sandbox"], "l");
        assert_eq!(labels["drydock.expires"], "7");
        assert_eq!(labels["drydock.level"], "userns");
    }

    #[test]
    fn a_level_differs_from_the_others_in_its_runtime_and_label_alone() {
        let userns = body(false);
        for level in IsolationLevel::ALL {
            let mut other = body_at(level, false);
            let runtime = other["HostConfig"]["Runtime"].clone();
            assert_eq!(runtime == "runc", level == IsolationLevel::Userns, "{runtime}");
            assert_eq!(other["Labels"]["drydock.level"], level.as_str());
            other["HostConfig"]["Runtime"] = userns["HostConfig"]["Runtime"].clone();
            other["Labels"] = userns["Labels"].clone();
            assert_eq!(other, userns, "{level:?}: neither weaker nor stronger in anything else");
        }
    }

    #[test]
    fn a_sandbox_of_another_level_is_made_by_another_recipe() {
        let names = Names::of(ImageSource::Auto);
        let recipe = |level| recipe(&SandboxConfig { level, ..SandboxConfig::default() }, &names);
        let recipes: std::collections::BTreeSet<_> = IsolationLevel::ALL.into_iter().map(recipe).collect();
        assert_eq!(recipes.len(), IsolationLevel::ALL.len());
    }
}
