//! All that is tried.

mod calls;
mod devices;
#[cfg(target_arch = "x86_64")]
mod legacy;
mod mounts;
mod namespaces;
mod own;
mod paths;
mod processes;
mod sockets;

use crate::attempt::Case;

/// Every case, in the order of their names.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = [
        calls::cases(),
        devices::cases(),
        mounts::cases(),
        namespaces::cases(),
        own::cases(),
        paths::cases(),
        processes::cases(),
        sockets::cases(),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    #[cfg(target_arch = "x86_64")]
    cases.extend(legacy::cases());
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}
