//! Labels by which this deployment knows its containers. Others' are never touched.

use std::collections::HashMap;

/// The deployment.
pub(crate) const DEPLOYMENT: &str = "drydock.deployment";
/// The lease.
pub(crate) const LEASE: &str = "drydock.lease";
/// The isolation level.
pub(crate) const LEVEL: &str = "drydock.level";
/// When the lease was to expire at creation, Unix seconds.
pub(crate) const EXPIRES: &str = "drydock.expires";

/// The only level there is so far.
pub(crate) const USERNS: &str = "userns";

/// The labels of a new container.
pub(crate) fn of(deployment: &str, lease: &str, deadline: i64) -> HashMap<String, String> {
    let deadline = deadline.to_string();
    [(DEPLOYMENT, deployment), (LEASE, lease), (LEVEL, USERNS), (EXPIRES, deadline.as_str())]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
