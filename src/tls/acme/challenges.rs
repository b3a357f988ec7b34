//! Challenges by which an authority checks that a domain leads to this server: TLS-ALPN-01 (RFC 8737) and HTTP-01 (RFC 8555,
//! section 8.3).

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use parking_lot::Mutex;
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

/// The protocol of TLS-ALPN-01.
pub(in crate::tls) const ACME_TLS: &[u8] = b"acme-tls/1";

/// The answers to the challenges that are open now.
#[derive(Debug, Default)]
pub(crate) struct Challenges {
    /// Certificates by domain.
    certificates: Mutex<HashMap<String, Arc<CertifiedKey>>>,
    /// Key authorizations by token.
    texts: Mutex<HashMap<String, String>>,
}

impl Challenges {
    /// The certificate that answers the challenge of a domain.
    pub(in crate::tls) fn certificate(&self, domain: &str) -> Option<Arc<CertifiedKey>> {
        self.certificates.lock().get(domain).cloned()
    }

    /// The text that answers the challenge with this token.
    pub(super) fn text(&self, token: &str) -> Option<String> {
        self.texts.lock().get(token).cloned()
    }

    /// Answers challenges until what it returns is dropped. One order is open at a time.
    pub(super) fn open(&self) -> OpenChallenges<'_> {
        OpenChallenges(self)
    }
}

/// The challenges of one order.
pub(super) struct OpenChallenges<'a>(&'a Challenges);

impl OpenChallenges<'_> {
    /// Answers TLS-ALPN-01 for a domain, with the SHA-256 digest of the key authorization.
    ///
    /// # Errors
    /// A domain that cannot be in a certificate.
    pub(super) fn answer_tls(&self, domain: &str, digest: &[u8]) -> Result<()> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([domain.to_owned()])?;
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
        let certificate = params.self_signed(&key)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        // Without the library's check, which rejects the critical extension.
        let pair = CertifiedKey::new(vec![certificate.der().clone()], ring::sign::any_supported_type(&key)?);
        self.0.certificates.lock().insert(domain.to_owned(), Arc::new(pair));
        Ok(())
    }

    /// Answers HTTP-01 for a token.
    pub(super) fn answer_http(&self, token: &str, key_authorization: &str) {
        self.0.texts.lock().insert(token.to_owned(), key_authorization.to_owned());
    }
}

impl Drop for OpenChallenges<'_> {
    fn drop(&mut self) {
        self.0.certificates.lock().clear();
        self.0.texts.lock().clear();
    }
}
