//! Probes: how to look, as data. A closed set; the server turns each into evidence.
//! The shape of each probe's facts is documented beside it, and is what expectations point into. Where facts leave out a
//! value that is there, `<key>_withheld` is true in its place, and no expectation of that value holds.

use serde::{Deserialize, Serialize};

use crate::id::CheckId;

/// How to look. Text fields may hold `{{canary}}`, `{{nonce}}` and `{{fresh}}`, and `.sha256` of each; see [`crate::template`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Probe {
    /// A file in the sandbox.
    /// Facts: `{present, kind, mode: "0644", uid, gid, size, text?, parsed?}`; `text` up to 256 KiB when
    /// UTF-8, else `text_withheld`; `parsed` by `parse`, else `parsed_withheld`, and `parse_error` says why when it
    /// does not parse.
    File {
        /// Relative to the working folder, or absolute.
        path: String,
        /// Read its meaning too.
        #[serde(default)]
        parse: Option<Parse>,
    },
    /// A GET on the sandbox's engine API, for what has no probe of its own.
    /// Facts: `{status, body}`, `body` parsed from JSON.
    Engine {
        /// Path and query below the version, e.g. `/volumes/data`.
        path: String,
    },
    /// A container of the sandbox's engine, as `inspect` tells it.
    /// Facts: `{present, …the inspect document}`.
    Container {
        /// Name or id.
        container: String,
        /// Wait up to this many seconds until `State.Health.Status` is no longer `starting`.
        #[serde(default)]
        settle_seconds: u32,
    },
    /// The logs of a container. Facts: `{present, stdout, stderr}`, the last 64 KiB of each.
    ContainerLogs {
        /// Name or id.
        container: String,
    },
    /// Run an image on the sandbox's engine, wait for its end, remove the container.
    /// Facts: `{created, exit_code, stdout, stderr, timed_out, oom_killed, error?}`; `error` is the engine's
    /// refusal to create or start it; `exit_code` is null when it had not ended by itself; the last 64 KiB of each stream.
    Run {
        /// Image to run.
        image: String,
        /// Arguments in place of CMD; CMD runs when absent.
        #[serde(default)]
        args: Option<Vec<String>>,
        /// Entry point in place of the image's.
        #[serde(default)]
        entrypoint: Option<Vec<String>>,
        /// Environment, `NAME=value`.
        #[serde(default)]
        env: Vec<String>,
        /// User in place of the image's.
        #[serde(default)]
        user: Option<String>,
        /// Bind mounts `source:target[:ro]` of folders in that sandbox, or named volumes.
        #[serde(default)]
        binds: Vec<String>,
        /// Read-only root file system.
        #[serde(default)]
        read_only: bool,
        /// Seconds before it is ended; 20 unless told, at most 60.
        #[serde(default = "twenty")]
        timeout_seconds: u32,
    },
    /// Run an image detached, keep it up, run commands in it, then stop and remove it.
    /// Facts: `{created, error?, health: [status after each look], running, stop_seconds, exit_code,
    /// execs: [{exit_code, stdout, stderr, timed_out}], health_after: status}`. `exit_code` is null while it runs, and of
    /// a command that was given up after 20 s.
    Service {
        /// Image to run.
        image: String,
        /// As of `run`.
        #[serde(default)]
        binds: Vec<String>,
        /// Environment, `NAME=value`.
        #[serde(default)]
        env: Vec<String>,
        /// Seconds to wait for `healthy` (or `running` without a health check) first.
        #[serde(default = "twenty")]
        settle_seconds: u32,
        /// Commands run inside by `docker exec`, as root, in order.
        #[serde(default)]
        execs: Vec<Vec<String>>,
        /// Seconds to wait after the commands for the health to change.
        #[serde(default)]
        then_seconds: u32,
        /// Stop it by the engine's stop and measure how long that takes.
        #[serde(default)]
        stop: bool,
    },
    /// A request to a port on the sandbox's loopback or of a container.
    /// Facts: `{answered, status, headers: {lower-case}, body, error?}`; 256 KiB of body as text.
    Http {
        /// Port.
        port: u16,
        /// Container whose address to use; the sandbox's loopback unless told.
        #[serde(default)]
        container: Option<String>,
        /// Path and query.
        #[serde(default = "slash")]
        path: String,
    },
    /// What a registry in the sandbox holds under a name, asked as `http` asks.
    /// Facts: `{answered, tags: [..], digests: {tag: "sha256:…"}, error?}`: digests of the manifests' bytes, computed here;
    /// at most 50 tags; both empty when the registry does not know the name.
    Registry {
        /// Port.
        port: u16,
        /// Container whose address to use; the sandbox's loopback unless told.
        #[serde(default)]
        container: Option<String>,
        /// Name without a host, e.g. `team/app`.
        repository: String,
    },
    /// The outcome of a scenario's step. Facts: `{ran, exit_code, stdout, stderr, timed_out}`.
    Step {
        /// The step.
        step: CheckId,
    },
    /// A script in the scenario's fresh sandbox: the way out, not the habit.
    /// Facts: `{exit_code, stdout, stderr, timed_out, json?}`; `json` when stdout is one JSON document.
    Script {
        /// Run by `sh -c` as root in the working folder.
        script: String,
        /// Seconds before it is ended; 20 unless told, at most 60.
        #[serde(default = "twenty")]
        timeout_seconds: u32,
    },
    /// All images that the sandbox's engine lists, dangling ones too.
    /// Facts: `{images: [{id, tags: [..], dangling, size}], preloaded: [..], tags: [..]}`; images that came with the
    /// sandbox and still carry their own tag are left out of `images` and counted in `preloaded`.
    Images {},
    /// An image taken out as an archive and read byte by byte.
    /// Facts: see `artifact::facts::ImageFacts`: `{present, id, tags, config: {user, entrypoint, cmd, env: {..},
    /// working_dir, exposed_ports: [..], labels: {..}, healthcheck, stop_signal, volumes: [..]}, layers: [{digest,
    /// size, entries, created_by}], layer_count, size, history: [..], files: {path: {present, kind, mode, uid, gid,
    /// size, setuid, setgid, sha256, text?, text_withheld?, target?}}, setuid: [paths], file_count}`; `text` up to 64 KiB
    /// when UTF-8. Of an image that is not there `{present}` alone.
    Image {
        /// Name with tag, or id.
        image: String,
        /// Paths whose state in the final file system is wanted.
        #[serde(default)]
        paths: Vec<String>,
    },
    /// Search every byte of images: blobs (unpacked), whiteouts, nested archives, config, env, labels, history;
    /// plain, base64 and hex forms, also with broken lines. Facts: `{images_searched, bytes_searched, found: [{image,
    /// where, layer?, digest?, path?, form}]}`; `where` is a sentence part such as "layer 3, `sha256:…`, path
    /// `/tmp/secret_key`". Never passes when a named image is not there, or when an image that an earlier check has looked
    /// at is not among all those that are left.
    SecretSearch {
        /// Images to search; every image the learner leaves when absent.
        #[serde(default)]
        images: Option<Vec<String>>,
        /// What to look for, e.g. `{{canary}}`.
        needles: Vec<String>,
    },
    /// Two images' layers compared. Facts: `{present, shared, only_first, only_second, first_count, second_count}`,
    /// counts of layers; `shared` is the length of the common prefix, so the first image is built on the second exactly
    /// when `only_second` is 0. Unless both are there `{present}` alone.
    LayerDifference {
        /// One image.
        first: String,
        /// The other image.
        second: String,
    },
}

/// How to read a file's meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parse {
    /// `{instructions: [{instruction, args: [..], exec_form: bool, flags: {name: value}, line}], stages: [{image, name,
    /// line, instructions: [..]}]}`. `instruction` is in capitals, `line` counts from 1. `args` are the elements of the
    /// exec form, else one text with its continued lines joined (RUN, CMD, ENTRYPOINT, the command of HEALTHCHECK), pairs
    /// `NAME=value` (ARG, ENV, LABEL), or the words. A flag without a value has an empty one, one that is given several
    /// times a list. ONBUILD has the name of its instruction before that one's `args`. A stage's `name` is null when it has
    /// none, and its `instructions` are those after its FROM.
    Dockerfile,
    /// The value.
    Yaml,
    /// The value.
    Json,
    /// The value.
    Toml,
    /// `[line, …]` without comments and blank lines.
    Lines,
}

impl Probe {
    /// True when it judges bytes that were taken out, not an answer of the learner's engine.
    #[must_use]
    pub fn judges_bytes(&self) -> bool {
        matches!(
            self,
            Self::Image { .. } | Self::SecretSearch { .. } | Self::LayerDifference { .. } | Self::File { .. }
        )
    }
}

fn twenty() -> u32 {
    20
}

fn slash() -> String {
    "/".to_owned()
}
