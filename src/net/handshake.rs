//! Counts TLS handshakes that fail, above all because the client does not trust the certificate and aborts: a page
//! whose WebSocket meets such a certificate learns no reason, so the log has to say it.

use std::io;

use tokio_rustls::rustls::{self, AlertDescription};

use crate::metrics;

/// Counts a failed handshake by its reason, and logs the first certificate that a client rejects, with what to do. A
/// connection that ended without a TLS error is not counted. Returns whether a client rejected the certificate.
pub(super) fn count_refusal(error: &io::Error, port: u16) -> bool {
    let inner = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    let reason = match inner {
        Some(rustls::Error::AlertReceived(alert)) if is_about_certificate(*alert) => "certificate-refused",
        Some(_) => "tls-failed",
        None => return false,
    };
    let is_certificate = reason == "certificate-refused";
    if metrics::count(reason) == 1 && is_certificate {
        tracing::info!(
            "a client does not trust the certificate and has closed its connection. In a browser: open \
             https://localhost:{port}, or the address to which the page connects, in a tab of its own and proceed past the \
             warning (\"Advanced\", \"Proceed\"). In a program: make it trust the certificate authority that the start-up \
             lines name. The server counts further failures without logging them."
        );
    }
    is_certificate
}

/// Whether a client sends this alert (RFC 8446, section 6.2) when it rejects the certificate.
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
