//! Names by which this machine is known, and those that a certificate is for.

use std::net::IpAddr;

use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::host_name;

/// This machine's own names: the short one, and the one in its tailnet. Another machine's `NAME.TAILNET.ts.net` may be
/// open to the whole Internet, so that the tailnet has to be known.
pub fn own_names() -> Vec<String> {
    let full = gethostname::gethostname().to_string_lossy().to_lowercase();
    let mut names = vec![host_name()];
    names.extend(is_tailnet(&full).then(|| full.clone()));
    names.extend(tailnet_names(&host_name(), &resolver_settings()));
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

/// What the system's resolver is set to; Tailscale enters its tailnet there.
#[cfg(unix)]
fn resolver_settings() -> String {
    std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default()
}

/// Windows keeps this elsewhere: there `--allow-origin` names the machine.
#[cfg(not(unix))]
fn resolver_settings() -> String {
    String::new()
}

fn tailnet_names(host: &str, settings: &str) -> Vec<String> {
    let searched =
        settings.lines().filter_map(|line| line.trim().strip_prefix("search")).flat_map(str::split_whitespace);
    let domains = searched.map(|domain| domain.trim_end_matches('.').to_lowercase());
    domains.filter(|domain| is_tailnet(domain)).map(|domain| format!("{host}.{domain}")).collect()
}

/// `TAILNET.ts.net`, or a name in it.
fn is_tailnet(domain: &str) -> bool {
    domain.strip_suffix(".ts.net").is_some_and(|tailnet| !tailnet.is_empty())
}

/// The exact names and addresses that a certificate is for, in lower case; wildcards are left out.
pub fn exact_names(certificate: &CertificateDer<'_>) -> Vec<String> {
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
    fn a_certificates_exact_names_are_read_without_wildcards() {
        let names = ["Calls.example.org", "*.example.org", "192.0.2.7", "2001:db8::7"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        assert_eq!(exact_names(made.cert.der()), ["calls.example.org", "192.0.2.7", "2001:db8::7"]);
    }

    #[test]
    fn what_is_no_certificate_has_no_names() {
        assert!(exact_names(&CertificateDer::from(vec![0x30, 0x03, 0x02, 0x01, 0x00])).is_empty());
    }

    #[test]
    fn a_tailnet_is_known_by_the_resolvers_settings() {
        let settings = "nameserver 100.100.100.100\nsearch tail1234.ts.net. example.org\n";
        assert_eq!(tailnet_names("desk", settings), ["desk.tail1234.ts.net"]);
        for other in ["", "search example.org", "search ts.net", "nameserver tail1234.ts.net"] {
            assert!(tailnet_names("desk", other).is_empty(), "{other}");
        }
    }
}
