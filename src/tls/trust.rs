//! Whether browsers trust a certificate, judged by the authorities that this system trusts.

use std::sync::Arc;

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;

/// The authorities that this system trusts. The environment variables `SSL_CERT_FILE` and `SSL_CERT_DIR` name others.
pub(super) fn system_roots() -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        tracing::debug!(%error, "some of the authorities that this system trusts cannot be read");
    }
    roots.add_parsable_certificates(found.certs);
    Arc::new(roots)
}

/// Whether one of these authorities has signed a chain, directly or by the certificates in it, and it is valid now.
pub(super) fn is_trusted(chain: &[CertificateDer<'_>], roots: &RootCertStore) -> bool {
    let Some((leaf, intermediates)) = chain.split_first() else { return false };
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    ParsedCertificate::try_from(leaf).is_ok_and(|leaf| {
        verify_server_cert_signed_by_trust_anchor(&leaf, roots, intermediates, UnixTime::now(), algorithms).is_ok()
    })
}
