//! The authorities that this system trusts.

use std::sync::Arc;

use tokio_rustls::rustls::RootCertStore;

/// The authorities. The environment variables `SSL_CERT_FILE` and `SSL_CERT_DIR` name others.
pub(crate) fn system_roots() -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        tracing::debug!(%error, "some of the authorities that this system trusts cannot be read");
    }
    roots.add_parsable_certificates(found.certs);
    Arc::new(roots)
}
