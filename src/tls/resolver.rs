//! Which certificate a handshake presents. It can be replaced while the server runs: open connections keep their keys, and
//! the next handshake presents the new certificate.

use std::sync::Arc;

use parking_lot::RwLock;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use super::acme::challenges::{ACME_TLS, Challenges};
use super::pair::Pair;

/// The protocols by ALPN (RFC 7301): HTTP/1.1, TURN (RFC 7443), and the challenges of ACME (RFC 8737), for which there is
/// a certificate only while one is open.
const PROTOCOLS: [&[u8]; 3] = [b"http/1.1", b"stun.turn", ACME_TLS];

/// Gives each TLS handshake its certificate.
#[derive(Debug)]
pub(super) struct Resolver {
    presented: RwLock<Pair>,
    /// The certificate by ACME, for clients that ask for one of its names.
    obtained: RwLock<Option<Pair>>,
    challenges: Arc<Challenges>,
}

impl Resolver {
    /// Presents this certificate, and answers these challenges.
    pub(super) fn new(pair: Pair, challenges: Arc<Challenges>) -> Arc<Self> {
        Arc::new(Self { presented: RwLock::new(pair), obtained: RwLock::default(), challenges })
    }

    /// Presents this certificate from the next handshake on.
    pub(super) fn replace(&self, pair: Pair) {
        *self.presented.write() = pair;
    }

    /// Presents this certificate to clients that ask for one of its names.
    pub(super) fn replace_obtained(&self, pair: Pair) {
        *self.obtained.write() = Some(pair);
    }

    /// The certificate that is presented now.
    pub(super) fn presented(&self) -> Pair {
        self.presented.read().clone()
    }

    /// The certificate by ACME, if there is one.
    pub(super) fn obtained(&self) -> Option<Pair> {
        self.obtained.read().clone()
    }

    /// The configuration of the TLS library with this resolver in it.
    ///
    /// # Errors
    /// None with this provider, in the library's words.
    pub(super) fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name();
        // An authority that validates a challenge offers this protocol and no other.
        if hello.alpn().is_some_and(|mut offered| offered.any(|protocol| protocol == ACME_TLS)) {
            return self.challenges.certificate(name?);
        }
        let obtained = self.obtained.read();
        let of_name = obtained.as_ref().filter(|pair| name.is_some_and(|name| pair.names.iter().any(|n| n == name)));
        Some(of_name.map_or_else(|| self.presented.read().key.clone(), |pair| pair.key.clone()))
    }
}
