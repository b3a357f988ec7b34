//! Whether browsers trust a certificate, judged by the authorities that this system trusts.

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;

/// Whether one of these authorities has signed a chain, directly or by the certificates in it, and it is valid now.
pub(super) fn is_trusted(chain: &[CertificateDer<'_>], roots: &RootCertStore) -> bool {
    let Some((leaf, intermediates)) = chain.split_first() else { return false };
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    ParsedCertificate::try_from(leaf).is_ok_and(|leaf| {
        verify_server_cert_signed_by_trust_anchor(&leaf, roots, intermediates, UnixTime::now(), algorithms).is_ok()
    })
}
