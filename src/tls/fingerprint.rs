//! The fingerprint of a certificate, as operating systems show it.

use ring::digest::{SHA256, digest};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// The SHA-256 fingerprint of the first certificate in a PEM text: `AB:CD:…`, 32 bytes.
pub(super) fn fingerprint(pem: &str) -> Option<String> {
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
    let bytes: Vec<_> = digest(&SHA256, &certificate).as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    Some(bytes.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `openssl req -x509`.
    const PEM: &str = "\
-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIURk4mpQRfHIRmcANiyL9UfeFt0SAwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLRmluZ2VycHJpbnQwHhcNMjYxMTI4MTkzMjE2WhcNMjYxMjA4
MTkzMjE2WjAWMRQwEgYDVQQDDAtGaW5nZXJwcmludDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABCTiwxwVWzwWuxMP3nXkvHdWUKJBVSWio+B+VXAxSLqxMCBjoZqb
fPfkBxzcKwu/GkwEvK6SWffrNallFf0oXY2jUzBRMB0GA1UdDgQWBBTj2379o5a3
E69q3xYNK9JJTGlcbzAfBgNVHSMEGDAWgBTj2379o5a3E69q3xYNK9JJTGlcbzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIH/3njsPdlai+vucIPWG
dGE1rZXFGZ8hqT2Av8jm2643AiEArhG6V3NEJP1N3bGD8ka+B5BP0Bp0HL4NXlVF
bb4yBh4=
-----END CERTIFICATE-----
";

    #[test]
    fn fingerprint_of_a_certificate_is_that_of_openssl() {
        // By `openssl x509 -noout -fingerprint -sha256`.
        let expected =
            "EC:88:FB:F2:C0:23:8E:A8:F0:82:9D:E2:40:E7:10:18:D0:59:E4:B6:D9:FE:60:C4:80:6F:1D:0A:3E:DA:C1:2E";
        assert_eq!(fingerprint(PEM).as_deref(), Some(expected));
        assert_eq!(fingerprint("no certificate"), None);
    }
}
