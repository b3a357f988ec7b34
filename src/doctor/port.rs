//! The port: free, taken by a Switchboard that runs, or by another program.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::client::{Target, tcp};
use super::report::Finding;
use super::tls::Roots;
use crate::config::Config;
use crate::net::listener;

/// A Switchboard that runs on this machine.
#[derive(Debug, Clone)]
pub(super) struct Running {
    /// How this machine reaches it.
    pub target: Target,
    /// Random text of its start.
    pub instance: String,
}

/// The command that names the program behind a port.
#[cfg(target_os = "linux")]
const WHICH_PROGRAM: &str = "ss -ltnp";
#[cfg(target_os = "windows")]
const WHICH_PROGRAM: &str = "netstat -ano";
#[cfg(not(any(target_os = "linux", target_os = "windows")))]
const WHICH_PROGRAM: &str = "lsof -nP -iTCP -sTCP:LISTEN";

/// Looks at `--port` and `--bind`.
pub(super) async fn look(config: &Config, roots: &Roots) -> (Finding, Option<Running>) {
    let (bind, port) = (config.listening.bind, config.listening.port);
    if port == 0 {
        return (Finding::skipped("port", "--port 0 takes any free port, so there is none to look at."), None);
    }
    let target = Target::local(SocketAddr::new(reachable(bind), port), roots);
    if tcp(target.address).await.is_ok() {
        return match target.connection(&[]).await {
            Ok(Some(seen)) => {
                let sentence = format!("A Switchboard listens on port {port}: the following is about that one, too.");
                (Finding::ok("port", sentence), Some(Running { target, instance: seen.instance }))
            }
            _ => {
                let sentence = format!(
                    "Port {port} is taken by another program, or by an old version of this one: `{WHICH_PROGRAM}` names \
                     it; stop it, or choose another port with --port."
                );
                (Finding::problem("port", sentence), None)
            }
        };
    }
    let finding = match listener::open(bind, port) {
        Ok(_) => Finding::ok("port", format!("Port {port} is free.")),
        Err(error) => Finding::problem("port", error.to_string()),
    };
    (finding, None)
}

/// Looks at the address of `--metrics`, which a running server has taken.
pub(super) fn metrics(config: &Config, running: Option<&Running>) -> Option<Finding> {
    let address = config.listening.metrics.filter(|address| running.is_none() && address.port() != 0)?;
    Some(match std::net::TcpListener::bind(address) {
        Ok(_) => Finding::ok("metrics", format!("{address} is free.")),
        Err(error) => Finding::problem("metrics", format!("{address} cannot be opened ({error}): choose another one.")),
    })
}

/// The address by which this machine reaches a server that listens on `bind`.
fn reachable(bind: Option<IpAddr>) -> IpAddr {
    match bind {
        Some(IpAddr::V6(ip)) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        Some(ip) if !ip.is_unspecified() => ip,
        _ => Ipv4Addr::LOCALHOST.into(),
    }
}
