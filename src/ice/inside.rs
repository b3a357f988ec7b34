//! The TURN server of this program: how it gets its port, and under which URLs clients reach it.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;

use anyhow::Result;
use parking_lot::Mutex;
use switchboard_turn::TurnServer;

use super::options::{InsideOptions, host};
use crate::net::host::lan_addresses;
use crate::refusals::{RefusalLog, Who};

/// Opens the ports of the TURN server. It checks credentials by this secret.
///
/// # Errors
/// A port that is taken or forbidden, an address of another machine.
pub fn bind(options: &InsideOptions, secret: &str) -> Result<TurnServer> {
    let turn = switchboard_turn::Options { secret: secret.as_bytes().to_vec(), ..options.turn.clone() };
    let mut server = TurnServer::bind(turn).map_err(|error| explain(&error, options.turn.port))?;
    server.set_on_refusal(refused);
    Ok(server)
}

/// Counts and logs a refused request: at most so many lines a minute that no client can flood the log.
fn refused(username: &str, code: u16, reason: &'static str) {
    static LOG: Mutex<RefusalLog> = Mutex::new(RefusalLog::new());
    // EXPIRY:NAME.
    let name = username.split_once(':').map_or(username, |(_, name)| name);
    let code = match code {
        400 => "turn-400",
        401 => "turn-401",
        403 => "turn-403",
        437 => "turn-437",
        438 => "turn-438",
        440 => "turn-440",
        441 => "turn-441",
        442 => "turn-442",
        443 => "turn-443",
        486 => "turn-486",
        508 => "turn-508",
        _ => "turn-other",
    };
    LOG.lock().refused(Who { request: 0, peer: None, user: name }, "turn", code, reason);
}

fn explain(error: &io::Error, port: u16) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "Port {port}, of the TURN server, is taken by another program (perhaps coturn, or another Switchboard): stop that program, or choose \
             another port with --turn-port {}.",
            if port < u16::MAX { port + 1 } else { 0 }
        ),
        io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!(
                "Port {port}, of the TURN server, is only for administrators: choose one above 1023 with --turn-port."
            )
        }
        io::ErrorKind::AddrNotAvailable => anyhow::anyhow!("The address of --bind is not one of this machine."),
        _ => anyhow::anyhow!("Port {port}, of the TURN server, cannot be opened: {error}"),
    }
}

/// Under which URLs clients reach the TURN server. None of this comes from a request's Host header.
pub struct InsideUrls {
    /// The host, if the flags name it.
    host: Option<String>,
    /// The TURN server's own port.
    port: u16,
    /// The port of `--public-url`.
    public_port: Option<u16>,
    /// The port of HTTP(S), once the server listens. It serves TURN, too.
    http_port: OnceLock<u16>,
    /// Whether browsers trust the certificate: only then they accept TURN over TLS.
    is_trusted: Box<dyn Fn() -> bool + Send + Sync>,
}

impl InsideUrls {
    /// The URLs of a server that listens on this port.
    pub fn new(options: &InsideOptions, port: u16, is_trusted: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self {
            host: options.host.clone(),
            port,
            public_port: options.public_port,
            http_port: OnceLock::new(),
            is_trusted: Box::new(is_trusted),
        }
    }

    /// HTTP and HTTPS are served on this port.
    pub fn set_http_port(&self, port: u16) {
        let _ = self.http_port.set(port);
    }

    /// The address of the start-up line: `HOST:PORT`.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host(None), self.port)
    }

    /// The URLs for a client that is connected to the address `reached` of this machine.
    pub fn urls(&self, reached: Option<IpAddr>) -> Vec<String> {
        let (host, port) = (self.host(reached), self.port);
        let mut urls = vec![format!("turn:{host}:{port}"), format!("turn:{host}:{port}?transport=tcp")];
        // A reverse proxy forwards HTTP only.
        let http_port = self.http_port.get().filter(|http| self.public_port.is_none_or(|public| public == **http));
        if let Some(http_port) = http_port {
            let scheme = if (self.is_trusted)() { "turns" } else { "turn" };
            urls.push(format!("{scheme}:{host}:{http_port}?transport=tcp"));
        }
        urls
    }

    /// A page that is open on this machine itself by a loopback address needs the address that other devices reach, too: a
    /// relay on loopback cannot send to them.
    fn host(&self, reached: Option<IpAddr>) -> String {
        self.host.clone().unwrap_or_else(|| {
            let reached = reached.map(|address| address.to_canonical());
            let reached = reached.filter(|address| !address.is_loopback() && !address.is_unspecified());
            host(reached.or_else(|| lan_addresses().first().copied()).unwrap_or(Ipv4Addr::LOCALHOST.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(host: Option<&str>, public_port: Option<u16>, is_trusted: bool, reached: &str) -> Vec<String> {
        let urls = InsideUrls {
            host: host.map(str::to_owned),
            port: 3478,
            public_port,
            http_port: OnceLock::from(8181),
            is_trusted: Box::new(move || is_trusted),
        };
        urls.urls(Some(reached.parse().unwrap()))
    }

    #[test]
    fn urls_name_host_ports_and_transports() {
        let plain = ["turn:192.0.2.1:3478", "turn:192.0.2.1:3478?transport=tcp", "turn:192.0.2.1:8181?transport=tcp"];
        assert_eq!(urls(Some("192.0.2.1"), None, false, "10.0.0.1"), plain);
        assert_eq!(urls(None, None, false, "::ffff:192.0.2.1"), plain);
        let trusted = urls(Some("example.org"), Some(8181), true, "10.0.0.1");
        assert_eq!(trusted[2], "turns:example.org:8181?transport=tcp");
        assert_eq!(urls(Some("example.org"), Some(443), true, "10.0.0.1").len(), 2, "behind a proxy");
        assert_eq!(urls(None, None, false, "fd00::7")[0], "turn:[fd00::7]:3478");
    }

    #[test]
    fn client_on_loopback_gets_an_address_in_the_network() {
        let expected = lan_addresses().first().map_or_else(|| "127.0.0.1".to_owned(), |address| host(*address));
        for loopback in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(urls(None, None, false, loopback)[0], format!("turn:{expected}:3478"));
        }
    }
}
