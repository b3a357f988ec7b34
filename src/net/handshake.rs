//! TLS handshakes that fail: most of all those that the client ends, since it does not trust the certificate. A page
//! whose socket meets such a certificate sees a connection that fails for ever, and no reason.

use std::io;

use tokio_rustls::rustls::{self, AlertDescription};

use crate::metrics;

/// Counts why a handshake failed; the first certificate that a client does not trust is logged with what to do.
/// A connection that merely ended is not counted.
pub fn count_refusal(error: &io::Error, port: u16) {
    let inner = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    let reason = match inner {
        Some(rustls::Error::AlertReceived(alert)) if is_about_certificate(*alert) => "certificate-refused",
        Some(_) => "tls-failed",
        None => return,
    };
    if metrics::count(reason) == 1 && reason == "certificate-refused" {
        tracing::info!(
            "a client does not trust the certificate and has closed its connection. In a browser: open \
             https://localhost:{port}, or the address to which the page connects, once in a tab of its own and go on past \
             the warning (\"Advanced\", \"Proceed\"). A program: give it the certificate of the authority that the start-up \
             lines name. Further ones are counted."
        );
    }
}

/// What a client says by an alert (RFC 8446, section 6.2) when it does not like the certificate.
fn is_about_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
    )
}
