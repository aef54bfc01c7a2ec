//! Settings: a file, the environment, then flags, each over the one before. Read once; the only place that reads the
//! environment. Invariant: a bad value stops the start and names its key.

mod public;

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use app::Base;
use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use sandbox::{ImageSource, LevelChoice, SandboxConfig};
use serde::{Deserialize, Serialize};

pub use self::public::PublicUrl;

/// Variables with our prefix that `setup/engine.sh` reads, not the server.
const OF_SCRIPTS: [&str; 2] = ["ENGINE_RUN", "ENGINE_DATA"];

/// All settings. Defaults are in [`Config::default`]; the table is in the README.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Address of the site as browsers see it, e.g. `https://learn.example.org`, or `https://example.org/learn` behind
    /// a proxy that shows it below a path; from `listen` unless told. With `https` cookies are marked secure.
    pub public_url: Option<PublicUrl>,
    /// Host name under which previews are served, each on a name of its own below it; needs a wildcard DNS record
    /// when it is not `localhost`. Unless told `localhost`, or `preview.` below the name in `public_url`.
    pub preview_host: Option<String>,
    /// Folder for the database.
    pub state_dir: PathBuf,
    /// Database file; `drydock.sqlite` in `state_dir` unless told.
    pub database: Option<PathBuf>,
    /// Folder with chapters, exercises and cheat sheet.
    pub content: PathBuf,
    /// Folder with the built pages' files (`xtask web` makes it).
    pub site: PathBuf,
    /// Address of the Docker engine; `DOCKER_HOST` or the usual socket unless told.
    pub docker_host: Option<String>,
    /// Where base images come from: `auto` (a registry where one answers, else Debian packages), `registry`, `packages`.
    pub images: ImageSource,
    /// What to log, e.g. `info` or `server=debug,info`.
    pub log: String,
    /// `text` or `json`.
    pub log_format: LogFormat,
    /// Leases.
    pub leases: Leases,
    /// Sandboxes made ahead.
    pub pool: Pool,
    /// Limits of every sandbox.
    pub sandbox: SandboxSettings,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Settings of leases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Leases {
    /// Minutes that a lease lasts.
    pub minutes: u32,
    /// Minutes that an extension adds.
    pub extend_minutes: u32,
    /// Extensions of one lease.
    pub extensions: u32,
    /// Living leases of one learner.
    pub per_learner: u32,
    /// Living sandboxes on this host; 0 works it out from the host's memory.
    pub most: u32,
    /// Sandboxes made at the same time; 0 finds out what the host can do.
    pub starting: u32,
    /// Minutes without anything typed, clicked or served after which a sandbox ends, its files kept; 0 never does.
    pub idle_minutes: u32,
}

/// Settings of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pool {
    /// Sandboxes kept ready for whoever comes next; 0 makes each when it is asked for.
    pub idle: u32,
    /// Minutes after which one that nobody has taken ends by itself, also without a server; another takes its place.
    pub minutes: u32,
}

impl Default for Pool {
    fn default() -> Self {
        Self { idle: 2, minutes: 120 }
    }
}

impl Default for Leases {
    fn default() -> Self {
        Self { minutes: 60, extend_minutes: 30, extensions: 4, per_learner: 3, most: 0, starting: 0, idle_minutes: 30 }
    }
}

/// Limits of every sandbox, as they are written in settings; see [`SandboxConfig`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxSettings {
    /// Isolation level: `auto`, the strongest that works here and builds and runs images; or `userns`, `runsc`,
    /// `sysbox-runc` or `kata`, which is then used or no sandbox is started.
    pub level: LevelChoice,
    /// Memory with all that lies on its tmpfs, MiB.
    pub memory_mib: u32,
    /// Processes and threads.
    pub pids: u32,
    /// Processors that one sandbox may use at most.
    pub cpus: f64,
    /// The engine's data root, MiB.
    pub data_root_mib: u32,
    /// What else the learner changes in the file system, MiB.
    pub home_mib: u32,
    /// `/tmp`, MiB.
    pub tmp_mib: u32,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        let it = SandboxConfig::default();
        Self {
            level: LevelChoice::Auto,
            memory_mib: it.memory_mib,
            pids: it.pids,
            cpus: it.cpus,
            data_root_mib: it.data_root_mib,
            home_mib: it.home_mib,
            tmp_mib: it.tmp_mib,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
            public_url: None,
            preview_host: None,
            state_dir: ".drydock".into(),
            database: None,
            content: "content".into(),
            site: "target/site".into(),
            docker_host: None,
            images: ImageSource::Auto,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            leases: Leases::default(),
            pool: Pool::default(),
            sandbox: SandboxSettings::default(),
        }
    }
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that was named is not there.
    #[error("there is no settings file {0}")]
    NoFile(PathBuf),
    /// A key is unknown, or its value has the wrong type.
    #[error("{0}")]
    Read(Box<figment::Error>),
    /// A value makes no sense.
    #[error("{key}: {why}")]
    Value {
        /// Name of the setting.
        key: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl Config {
    /// Read settings: `file` (or `drydock.toml` in the current folder when it is there), the environment
    /// (`DRYDOCK_LISTEN`, `DRYDOCK_LEASES__MINUTES`, …), then `flags`, a document with the keys that were given.
    ///
    /// # Errors
    /// [`ConfigError`] names the key.
    pub fn read(file: Option<&Path>, flags: &impl Serialize) -> Result<Self, ConfigError> {
        let file = match file {
            Some(file) if !file.is_file() => return Err(ConfigError::NoFile(file.to_owned())),
            Some(file) => file,
            None => Path::new("drydock.toml"),
        };
        let mut config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file))
            .merge(Env::prefixed("DRYDOCK_").ignore(&OF_SCRIPTS).split("__"))
            .merge(Serialized::globals(flags))
            .extract()
            .map_err(|error| ConfigError::Read(Box::new(error)))?;
        if config.docker_host.is_none() {
            config.docker_host = std::env::var("DOCKER_HOST").ok().filter(|address| !address.is_empty());
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if let Some(preview) = &self.preview_host {
            let part = |part: &str| {
                let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                !part.is_empty() && part.len() <= 63 && part.bytes().all(inner)
            };
            let site = self.site_host();
            let covers =
                site == *preview || site.strip_suffix(preview.as_str()).is_some_and(|rest| rest.ends_with('.'));
            let why = if !preview.split('.').all(part) {
                format!("`{preview}` is not a host name in lower case, such as preview.example.org")
            } else if covers && preview != "localhost" {
                format!("`{preview}` covers the site's own host {site}; take a name beside it or below it")
            } else {
                String::new()
            };
            if !why.is_empty() {
                return Err(ConfigError::Value { key: "preview_host", why });
            }
        }
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log) {
            return Err(ConfigError::Value { key: "log", why: format!("`{}` cannot be used: {error}", self.log) });
        }
        for (key, value) in [
            ("leases.minutes", self.leases.minutes),
            ("leases.per_learner", self.leases.per_learner),
            ("pool.minutes", self.pool.minutes),
        ] {
            if value == 0 {
                return Err(ConfigError::Value { key, why: "must be at least 1".to_owned() });
            }
        }
        if let Some(problem) = self.sandbox_config().problems().first() {
            return Err(ConfigError::Value { key: problem.key, why: problem.why.clone() });
        }
        Ok(())
    }

    /// The database file.
    #[must_use]
    pub fn database_file(&self) -> PathBuf {
        self.database.clone().unwrap_or_else(|| self.state_dir.join("drydock.sqlite"))
    }

    /// Scheme, host and port of the site as browsers see it.
    #[must_use]
    pub fn origin(&self) -> String {
        match &self.public_url {
            Some(url) => url.origin().to_owned(),
            // Previews are names below localhost, so the site is best seen there too.
            None if self.listen.ip().is_loopback() || self.listen.ip().is_unspecified() => {
                format!("http://localhost:{}", self.listen.port())
            }
            None => format!("http://{}", self.listen),
        }
    }

    /// The path below which a proxy shows the site.
    #[must_use]
    pub fn base(&self) -> Base {
        self.public_url.as_ref().map(|url| url.base().clone()).unwrap_or_default()
    }

    /// Host of the site as browsers see it, without a port.
    fn site_host(&self) -> String {
        let origin = self.origin();
        let authority = origin.split_once("://").map_or(origin.as_str(), |(_, authority)| authority);
        let port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        authority
            .rsplit_once(':')
            .filter(|(_, last)| port(last))
            .map_or(authority, |(name, _)| name)
            .to_ascii_lowercase()
    }

    /// Host name below which previews have theirs.
    #[must_use]
    pub fn preview_host(&self) -> String {
        let site = self.site_host();
        match &self.preview_host {
            Some(host) => host.clone(),
            // An address has no names below it.
            None if self.public_url.is_none() || site == "localhost" || site.parse::<IpAddr>().is_ok() => {
                "localhost".to_owned()
            }
            None => format!("preview.{site}"),
        }
    }

    /// Whether browsers come by TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.origin().starts_with("https://")
    }

    /// Scheme and port suffix of previews, e.g. `("http", ":8000")`.
    #[must_use]
    pub fn preview_place(&self) -> (&'static str, String) {
        let origin = self.origin();
        let port =
            origin.rsplit_once(':').map(|(_, port)| port).filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
        (if self.is_secure() { "https" } else { "http" }, port.map(|port| format!(":{port}")).unwrap_or_default())
    }

    /// Limits as the sandbox crate takes them.
    #[must_use]
    pub fn sandbox_config(&self) -> SandboxConfig {
        SandboxConfig {
            memory_mib: self.sandbox.memory_mib,
            pids: self.sandbox.pids,
            cpus: self.sandbox.cpus,
            data_root_mib: self.sandbox.data_root_mib,
            home_mib: self.sandbox.home_mib,
            tmp_mib: self.sandbox.tmp_mib,
            images: self.images,
            lease_minutes: self.leases.minutes,
            ..SandboxConfig::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, toml).unwrap();
        Config::read(Some(&file), &serde_json::json!({})).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_sets_what_it_names() {
        let config = read("listen = '127.0.0.1:9'\n[leases]\nminutes = 5").unwrap();
        assert_eq!((config.listen.port(), config.leases.minutes, config.leases.extensions), (9, 5, 4));
        assert_eq!(config.origin(), "http://localhost:9");
        assert_eq!(config.preview_place(), ("http", ":9".to_owned()));
    }

    #[test]
    fn a_public_address_may_end_in_a_path() {
        let config = read("public_url = 'https://example.org:8443/learn/'").unwrap();
        assert_eq!((config.origin().as_str(), config.base().as_str()), ("https://example.org:8443", "/learn"));
        assert_eq!(config.preview_place(), ("https", ":8443".to_owned()));
        assert!(config.is_secure());
        assert!(read("public_url = 'https://example.org'").unwrap().base().is_root());
        assert!(read("").unwrap().base().is_root());
    }

    #[test]
    fn a_level_is_chosen_by_its_name() {
        assert_eq!(read("").unwrap().sandbox.level, LevelChoice::Auto);
        let named = read("[sandbox]\nlevel = 'runsc'").unwrap().sandbox.level;
        assert_eq!(named, LevelChoice::Only(domain::lease::IsolationLevel::Runsc));
    }

    #[test]
    fn previews_have_names_of_their_own() {
        for (toml, host) in [
            ("", "localhost"),
            ("listen = '0.0.0.0:80'", "localhost"),
            ("public_url = 'https://learn.example.org'", "preview.learn.example.org"),
            ("public_url = 'https://example.org/learn'", "preview.example.org"),
            ("public_url = 'http://192.168.1.5:8000'", "localhost"),
            (
                "public_url = 'https://learn.example.org'\npreview_host = 'sandboxes.example.org'",
                "sandboxes.example.org",
            ),
        ] {
            assert_eq!(read(toml).unwrap().preview_host(), host, "{toml}");
        }
    }

    #[test]
    fn flags_go_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, "log = 'warn'").unwrap();
        let config = Config::read(Some(&file), &serde_json::json!({"log": "debug"})).unwrap();
        assert_eq!(config.log, "debug");
    }

    #[test]
    fn bad_values_name_their_key() {
        for (toml, word) in [
            ("listen = 'nowhere'", "listen"),
            ("lisen = '127.0.0.1:1'", "lisen"),
            ("[leases]\nminutes = 0", "leases.minutes"),
            ("[pool]\nminutes = 0", "pool.minutes"),
            ("[sandbox]\nmemory_mib = 1", "memory_mib"),
            ("[sandbox]\nlevel = 'privileged'", "privileged"),
            ("public_url = 'learn.example.org'", "public_url"),
            ("public_url = 'https://example.org/learn?x'", "public_url"),
            ("public_url = 'https://example.org/chapters'", "take another"),
            ("preview_host = 'Example.org'", "preview_host"),
            ("preview_host = 'a..b'", "preview_host"),
            ("public_url = 'https://learn.example.org'\npreview_host = 'example.org'", "preview_host"),
            ("public_url = 'https://learn.example.org'\npreview_host = 'learn.example.org'", "preview_host"),
            ("log = 'server=loud'", "log"),
        ] {
            let error = read(toml).unwrap_err();
            assert!(error.contains(word), "{toml}: {error}");
        }
        assert!(Config::read(Some(Path::new("/nowhere.toml")), &()).is_err());
    }
}
