//! TCP ports listened on, from the kernel's tables.

use std::{collections::BTreeMap, fs};

use protocol::{Answer, ListeningPort};

/// State LISTEN in /proc/net/tcp, include/net/tcp_states.h.
const LISTEN: &str = "0A";

pub(super) fn ports() -> Answer {
    let mut ports = BTreeMap::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for (port, loopback) in fs::read_to_string(table).unwrap_or_default().lines().filter_map(listening) {
            let known = ports.entry(port).or_insert(loopback);
            *known &= loopback;
        }
    }
    Answer::Ports { ports: ports.into_iter().map(|(port, loopback)| ListeningPort { port, loopback }).collect() }
}

fn listening(line: &str) -> Option<(u16, bool)> {
    let mut fields = line.split_whitespace().skip(1);
    let local = fields.next()?;
    if fields.nth(1)? != LISTEN {
        return None;
    }
    let (address, port) = local.split_once(':')?;
    let loopback = address == "0100007F" || address == "00000000000000000000000001000000";
    Some((u16::from_str_radix(port, 16).ok()?, loopback))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_table() {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
        assert_eq!(listening(head), None);
        let line =
            |local: &str, state: &str| format!("   0: {local} 00000000:0000 {state} 00000000:00000000 00:0 0 0 0 1");
        assert_eq!(listening(&line("00000000:1F90", "0A")), Some((8080, false)));
        assert_eq!(listening(&line("0100007F:0050", "0A")), Some((80, true)));
        assert_eq!(listening(&line("0100007F:0050", "01")), None);
    }
}
