//! Which certificate a handshake presents. It can be replaced while the server runs: open connections keep their keys, and
//! the next handshake presents the new certificate.

use std::sync::Arc;

use parking_lot::RwLock;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use super::pair::Pair;

/// The protocols by ALPN (RFC 7301): HTTP/1.1, and TURN (RFC 7443).
const PROTOCOLS: [&[u8]; 2] = [b"http/1.1", b"stun.turn"];

/// Gives each TLS handshake its certificate.
#[derive(Debug)]
pub(super) struct Resolver {
    presented: RwLock<Pair>,
}

impl Resolver {
    /// Presents this certificate.
    pub(super) fn new(pair: Pair) -> Arc<Self> {
        Arc::new(Self { presented: RwLock::new(pair) })
    }

    /// Presents this certificate from the next handshake on.
    #[allow(dead_code)]
    pub(super) fn replace(&self, pair: Pair) {
        *self.presented.write() = pair;
    }

    /// The certificate that is presented now.
    pub(super) fn presented(&self) -> Pair {
        self.presented.read().clone()
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
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.presented.read().key.clone())
    }
}
