//! Labels by which this deployment knows its containers. Others' are never touched, except for what is long dead; see
//! `prepare::sweep`.

use std::collections::HashMap;

use domain::lease::IsolationLevel;

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

/// On the golden volume: its own name, so that one which an engine made for want of it is none.
pub(crate) const GOLDEN: &str = "drydock.golden";

/// The labels of a golden volume.
pub(crate) fn golden(name: &str) -> HashMap<String, String> {
    HashMap::from([(GOLDEN.to_owned(), name.to_owned())])
}

/// How the names of volumes begin that keep what sandboxes were found to offer.
pub(crate) const KEEPER: &str = "drydock-offer-";
/// On the volume that keeps what sandboxes were found to offer: the finding itself.
pub(crate) const OFFER: &str = "drydock.offer";
/// On the same: the image of the sandboxes that it is about.
pub(crate) const OFFER_OF: &str = "drydock.offer.image";

/// The labels of a new container.
pub(crate) fn of(deployment: &str, name: &str, level: IsolationLevel, deadline: i64) -> HashMap<String, String> {
    let deadline = deadline.to_string();
    [(DEPLOYMENT, deployment), (SANDBOX, name), (LEVEL, level.as_str()), (EXPIRES, deadline.as_str())]
        .into_iter()
        .map(|(label, value)| (label.to_owned(), value.to_owned()))
        .collect()
}
