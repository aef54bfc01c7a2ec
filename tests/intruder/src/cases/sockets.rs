//! Sockets of every family, kind and protocol, and what is reached through those that there are.

use crate::{
    attempt::{Case, Outcome as _, address, call, words},
    errno,
};

/// `AF_MAX` of the newest kernel known.
const FAMILIES: std::ops::RangeInclusive<i64> = 0..=46;

const KINDS: [(&str, i64); 7] =
    [("stream", 1), ("dgram", 2), ("raw", 3), ("rdm", 4), ("seqpacket", 5), ("dccp", 6), ("packet", 10)];

/// Families that are let through: each kind is a case of its own.
const KNOWN: [(&str, i64); 4] = [("unix", 1), ("inet", 2), ("inet6", 10), ("netlink", 16)];

/// Kind and protocol of IPv4 and IPv6.
const PROTOCOLS: [(&str, i64, i64); 14] = [
    ("stream-tcp", 1, 6),
    ("stream-sctp", 1, 132),
    ("stream-mptcp", 1, 262),
    ("stream-smc", 1, 256),
    ("seqpacket-sctp", 5, 132),
    ("dgram-udp", 2, 17),
    ("dgram-icmp", 2, 1),
    ("dgram-udplite", 2, 136),
    ("dgram-l2tp", 2, 115),
    ("dccp", 6, 33),
    ("raw-icmp", 3, 1),
    ("raw-pim", 3, 103),
    ("raw-l2tp", 3, 115),
    ("raw", 3, 255),
];

const NETLINK: std::ops::RangeInclusive<i64> = 0..=22;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for family in FAMILIES.filter(|family| KNOWN.iter().all(|(_, known)| known != family)) {
        cases.push(Case::new(format!("socket:family-{family}"), move || {
            words(KINDS.map(|(_, kind)| socket(libc::SYS_socket, family, kind, 0)))
        }));
        cases.push(Case::new(format!("socketpair:family-{family}"), move || {
            words(KINDS.map(|(_, kind)| socket(libc::SYS_socketpair, family, kind, 0)))
        }));
    }
    for (name, family) in KNOWN {
        for (kind_name, kind) in KINDS {
            cases.push(Case::new(format!("socket:{name}-plain-{kind_name}"), move || {
                socket(libc::SYS_socket, family, kind, 0)
            }));
        }
        cases.push(Case::new(format!("socketpair:{name}"), move || {
            words(KINDS.map(|(_, kind)| socket(libc::SYS_socketpair, family, kind, 0)))
        }));
    }
    for (name, kind, protocol) in PROTOCOLS {
        cases.push(Case::new(format!("socket:inet-{name}"), move || socket(libc::SYS_socket, 2, kind, protocol)));
        let protocol = if protocol == 1 { 58 } else { protocol };
        cases.push(Case::new(format!("socket:inet6-{name}"), move || socket(libc::SYS_socket, 10, kind, protocol)));
    }
    for protocol in NETLINK {
        cases.push(Case::new(format!("socket:netlink-protocol-{protocol}"), move || {
            words([2, 3].map(|kind| socket(libc::SYS_socket, 16, kind, protocol)))
        }));
    }
    cases.extend([
        // The filter compares 64 bits, the kernel takes 32.
        Case::new("socket:family-38-with-high-bits", || socket(libc::SYS_socket, 38 | (1 << 32), 5, 0)),
        Case::new("socket:unix-with-high-bits-and-raw", || socket(libc::SYS_socket, 1 | (1 << 32), 3, 0)),
        Case::new("socket:netlink-netfilter-with-high-bits", || socket(libc::SYS_socket, 16, 3, 12 | (1 << 32))),
        Case::new("reach:metadata-service", || connect([169, 254, 169, 254], 80)),
        Case::new("reach:public-address", || connect([1, 1, 1, 1], 53)),
        Case::new("reach:usual-gateway-of-the-host", || connect([172, 18, 0, 1], 22)),
        Case::new("reach:host-in-a-private-network", || connect([10, 0, 2, 2], 22)),
        Case::new("reach:public-address-of-ipv6", connect6),
        Case::new("reach:datagram-to-public-address", datagram),
        Case::new("reach:abstract-socket-of-containerd", || abstract_socket(b"/containerd-shim/")),
        Case::new("reach:abstract-socket-of-dbus", || abstract_socket(b"/tmp/dbus-")),
    ]);
    cases
}

fn socket(number: i64, family: i64, kind: i64, protocol: i64) -> String {
    let pair = [0_i32; 2];
    call(number, &[family, kind, protocol, address(&pair)]).word()
}

fn internet_address(address: [u8; 4], port: u16) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&u16::try_from(libc::AF_INET).unwrap_or_default().to_ne_bytes());
    bytes[2..4].copy_from_slice(&port.to_be_bytes());
    bytes[4..8].copy_from_slice(&address);
    bytes
}

fn connect(to: [u8; 4], port: u16) -> String {
    match call(libc::SYS_socket, &[2, 1, 6]) {
        Err(errno) => format!("no-socket-{}", errno::name(errno)),
        Ok(socket) => call(libc::SYS_connect, &[socket, address(&internet_address(to, port)), 16]).word(),
    }
}

fn datagram() -> String {
    match call(libc::SYS_socket, &[2, 2, 17]) {
        Err(errno) => format!("no-socket-{}", errno::name(errno)),
        Ok(socket) => {
            let to = internet_address([1, 1, 1, 1], 53);
            call(libc::SYS_sendto, &[socket, address(b"x"), 1, 0, address(&to), 16]).word()
        }
    }
}

fn connect6() -> String {
    let mut to = [0_u8; 28];
    to[..2].copy_from_slice(&u16::try_from(libc::AF_INET6).unwrap_or_default().to_ne_bytes());
    to[2..4].copy_from_slice(&53_u16.to_be_bytes());
    to[8..12].copy_from_slice(&[0x26, 0x06, 0x47, 0]);
    match call(libc::SYS_socket, &[10, 1, 6]) {
        Err(errno) => format!("no-socket-{}", errno::name(errno)),
        Ok(socket) => call(libc::SYS_connect, &[socket, address(&to), 28]).word(),
    }
}

/// A socket whose name begins so, if the kernel lists one; its listing shows those of this network namespace.
fn abstract_socket(beginning: &[u8]) -> String {
    let listed = std::fs::read("/proc/net/unix").unwrap_or_default();
    let wanted: Vec<u8> = [b"@", beginning].concat();
    if listed.windows(wanted.len()).any(|window| window == wanted) {
        return "listed".to_owned();
    }
    let mut name = [0_u8; 110];
    name[0] = 1;
    name[3..3 + beginning.len()].copy_from_slice(beginning);
    match call(libc::SYS_socket, &[1, 1, 0]) {
        Err(errno) => format!("no-socket-{}", errno::name(errno)),
        Ok(socket) => {
            let length = i64::try_from(3 + beginning.len()).unwrap_or_default();
            call(libc::SYS_connect, &[socket, address(&name), length]).word()
        }
    }
}
