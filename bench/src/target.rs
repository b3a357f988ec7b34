//! Where the load goes: this machine, and nowhere else.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How Engine.IO is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Carrier {
    /// WebSocket from the first request on.
    Ws,
    /// Long-polling only.
    Polling,
}

/// A server on this machine and how to speak to it.
#[derive(Clone)]
pub struct Target {
    /// The address that a client connects to.
    pub address: SocketAddr,
    /// The addresses of all nodes, where several are one server.
    pub nodes: Vec<SocketAddr>,
    /// WebSocket or polling.
    pub carrier: Carrier,
    /// How to make TLS, for `https` and `wss`.
    pub tls: Option<TlsConnector>,
}

impl Target {
    /// Reads addresses of nodes that are one server.
    ///
    /// # Errors
    /// Those of [`new`](Self::new); no address.
    pub fn of_nodes(urls: &[String], carrier: Carrier, certificate: Option<&Path>) -> Result<Self> {
        let nodes: Vec<Self> = urls.iter().map(|url| Self::new(url, carrier, certificate)).collect::<Result<_>>()?;
        let addresses = nodes.iter().map(|node| node.address).collect();
        let first = nodes.into_iter().next().context("no address")?;
        Ok(Self { nodes: addresses, ..first })
    }

    /// The same server, by the node of the client with this number: the nodes in turn.
    #[must_use]
    pub fn node(&self, client: u64) -> Self {
        Self { address: self.nodes[client as usize % self.nodes.len()], ..self.clone() }
    }

    /// Reads an address like `ws://127.0.0.1:8181` or `https://localhost:8181`; for TLS the certificate to trust.
    ///
    /// # Errors
    /// An address that is not this machine's, a scheme that is none of ours, a certificate that is missing.
    pub fn new(url: &str, carrier: Carrier, certificate: Option<&Path>) -> Result<Self> {
        let (scheme, rest) = url.split_once("://").context("an address like ws://127.0.0.1:8181")?;
        let tls = match scheme {
            "ws" | "http" => None,
            "wss" | "https" => Some(connector(certificate.context("TLS needs --cert")?)?),
            _ => bail!("ws, wss, http or https, not {scheme}"),
        };
        let (host, port) =
            rest.trim_end_matches('/').rsplit_once(':').context("an address with a port, like ws://127.0.0.1:8181")?;
        let ip = match host {
            "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
            host => host.trim_matches(['[', ']']).parse().context("localhost or an IP address")?,
        };
        ensure!(ip.is_loopback(), "{ip} is not a loopback address: load is for this machine only");
        let address = SocketAddr::new(ip, port.parse().context("a port")?);
        Ok(Self { address, nodes: vec![address], carrier, tls })
    }
}

fn connector(certificate: &Path) -> Result<TlsConnector> {
    let pem = fs::read(certificate).with_context(|| format!("{} cannot be read", certificate.display()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.context("no certificate")?)?;
    }
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    // Each connection is of another client: a full handshake.
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_goes_to_this_machine_only() {
        for here in ["ws://127.0.0.1:80", "http://localhost:80/", "ws://[::1]:80", "ws://127.8.9.1:80"] {
            assert!(Target::new(here, Carrier::Ws, None).is_ok(), "{here}");
        }
        for elsewhere in
            ["ws://10.0.0.1:80", "ws://192.0.2.1:80", "ws://example.org:80", "ws://0.0.0.0:80", "ftp://[::1]:80"]
        {
            assert!(Target::new(elsewhere, Carrier::Ws, None).is_err(), "{elsewhere}");
        }
    }
}
