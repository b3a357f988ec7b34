//! This machine: its addresses in the network, open files, UDP buffers.

use std::net::{IpAddr, SocketAddr};

use super::client::tcp;
use super::port::Running;
use super::report::Finding;
use crate::config::Config;
use crate::net::host::lan_addresses;

/// Files that the server has open besides its connections, with some to spare.
#[cfg(unix)]
const OTHER_FILES: u64 = 64;
/// Open files below which even a course soon has too few.
#[cfg(unix)]
const FEW_FILES: u64 = 1024;

/// Whether a running server is reached by the addresses that other devices open.
pub(super) async fn addresses(config: &Config, running: Option<&Running>) -> Finding {
    let bind = config.listening.bind.filter(|ip| !ip.is_unspecified());
    if bind.is_some_and(|ip| ip.is_loopback()) {
        let sentence =
            "The server listens on this machine only (--bind): other devices reach it through a proxy at most.";
        return Finding::ok("addresses", sentence);
    }
    let addresses: Vec<IpAddr> = bind.map_or_else(lan_addresses, |ip| vec![ip]);
    if addresses.is_empty() {
        return Finding::warning(
            "addresses",
            "This machine has no address in a network: connect it to the network of the phone, then run this again.",
        );
    }
    let Some(running) = running else {
        return Finding::skipped("addresses", format!("{}: no server runs there yet.", list(&addresses)));
    };
    let mut unreachable = Vec::new();
    for ip in &addresses {
        if let Err(why) = tcp(SocketAddr::new(*ip, running.target.port)).await {
            unreachable.push(format!("{ip} ({why})"));
        }
    }
    if unreachable.is_empty() {
        Finding::ok("addresses", format!("The server is reached at {}.", list(&addresses)))
    } else {
        let sentence = format!(
            "Not reached at {}: start the server without --bind, or check the firewall.",
            unreachable.join(", ")
        );
        Finding::warning("addresses", sentence)
    }
}

/// Whether the process may open as many files as `--max-connections` clients need.
#[cfg(unix)]
pub(super) fn files(config: &Config) -> Finding {
    use rustix::process::{Resource, getrlimit};
    let Some(limit) = getrlimit(Resource::Nofile).current else {
        return Finding::ok("files", "The number of open files is not limited.");
    };
    let wanted = u64::try_from(config.limits.max_connections).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    let fit = limit.saturating_sub(OTHER_FILES);
    if limit >= wanted {
        return Finding::ok("files", format!("{limit} open files are enough for --max-connections."));
    }
    let sentence = format!(
        "{limit} open files are enough for about {fit} clients; --max-connections allows {}: for more, `ulimit -n {wanted}` \
         before the start, or LimitNOFILE={wanted} in the systemd unit.",
        config.limits.max_connections
    );
    // For a class in one network it is enough.
    if config.listening.public_url.is_some() || limit < FEW_FILES.min(wanted) {
        Finding::warning("files", sentence)
    } else {
        Finding::ok("files", sentence)
    }
}

/// Elsewhere than on Unix the system has no such limit that a user sets.
#[cfg(not(unix))]
pub(super) fn files(_config: &Config) -> Finding {
    Finding::skipped("files", "This system limits the open files of a process in no way that a user sets.")
}

/// Whether the system allows the receive buffer with which the TURN server loses no packets under load.
#[cfg(target_os = "linux")]
pub(super) fn udp_buffer(config: &Config) -> Option<Finding> {
    const WANTED: u64 = 4 << 20;
    if !config.reach.turn {
        return None;
    }
    let limit: u64 = std::fs::read_to_string("/proc/sys/net/core/rmem_max").ok()?.trim().parse().ok()?;
    Some(if limit >= WANTED {
        Finding::ok("UDP buffer", "The system allows the buffer that the TURN server asks for.")
    } else {
        let sentence = format!(
            "The system allows UDP buffers of {limit} bytes: many calls at once lose packets; `sysctl -w \
             net.core.rmem_max={WANTED}`, and the same line in /etc/sysctl.d keeps it."
        );
        Finding::warning("UDP buffer", sentence)
    })
}

/// Elsewhere there is no such limit to look at.
#[cfg(not(target_os = "linux"))]
pub(super) fn udp_buffer(_config: &Config) -> Option<Finding> {
    None
}

fn list(addresses: &[IpAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
