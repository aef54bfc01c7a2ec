//! Labels by which this deployment knows its containers. Others' are never touched, except for what is long dead; see
//! `prepare::sweep`.

use std::collections::HashMap;

/// The deployment.
pub(crate) const DEPLOYMENT: &str = "drydock.deployment";
/// The sandbox: which lease it is for is not known yet when it is made ahead.
pub(crate) const SANDBOX: &str = "drydock.sandbox";
/// The isolation level.
pub(crate) const LEVEL: &str = "drydock.level";
/// When it was to end at creation, Unix seconds.
pub(crate) const EXPIRES: &str = "drydock.expires";

/// The deployment of sandboxes that only look what the host can do.
pub(crate) const PROBE: &str = "probe";
/// The deployment of sandboxes that make the golden volume.
pub(crate) const PREPARE: &str = "prepare";

/// The only level there is so far.
pub(crate) const USERNS: &str = "userns";

/// On the golden volume: its own name, so that one which an engine made for want of it is none.
pub(crate) const GOLDEN: &str = "drydock.golden";

/// The labels of a golden volume.
pub(crate) fn golden(name: &str) -> HashMap<String, String> {
    HashMap::from([(GOLDEN.to_owned(), name.to_owned())])
}

/// The labels of a new container.
pub(crate) fn of(deployment: &str, name: &str, deadline: i64) -> HashMap<String, String> {
    let deadline = deadline.to_string();
    [(DEPLOYMENT, deployment), (SANDBOX, name), (LEVEL, USERNS), (EXPIRES, deadline.as_str())]
        .into_iter()
        .map(|(label, value)| (label.to_owned(), value.to_owned()))
        .collect()
}
