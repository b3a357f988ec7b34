//! The names in a certificate.

use std::net::IpAddr;

use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The exact DNS names and IP addresses in a certificate's subjectAltName (RFC 5280, section 4.2.1.6), in lower case,
/// without wildcards. Empty for bytes that are not a certificate.
pub(super) fn exact_names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let exact = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) if !name.contains('*') => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => ip_address(bytes).map(|address| address.to_string()),
        _ => None,
    });
    exact.collect()
}

fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_names_leave_out_wildcards() {
        let names = ["Calls.example.org", "*.example.org", "192.0.2.7", "2001:db8::7"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        assert_eq!(exact_names(made.cert.der()), ["calls.example.org", "192.0.2.7", "2001:db8::7"]);
    }

    #[test]
    fn exact_names_of_other_bytes_are_empty() {
        assert!(exact_names(&CertificateDer::from(vec![0x30, 0x03, 0x02, 0x01, 0x00])).is_empty());
    }
}
