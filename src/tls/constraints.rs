//! What the server's own authority may sign: name constraints (RFC 5280, section 4.2.1.10). A device that installs the
//! authority trusts it for these names and addresses only.

use std::net::IpAddr;

use ipnet::IpNet;
use rcgen::{CidrSubnet, GeneralSubtree, NameConstraints};
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The networks that no host on the public Internet is in: loopback, private (RFC 1918, RFC 4193), shared (RFC 6598) and
/// link-local ones.
const NETWORKS: [&str; 9] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];
/// Names that are never public (RFC 6761, RFC 6762). A constraint permits the names below it, too.
const NAMES: [&str; 2] = ["localhost", "local"];

/// The constraints of a new authority on a machine of this name.
pub(super) fn of_new_authority(host: &str) -> NameConstraints {
    let networks = NETWORKS.iter().filter_map(|network| network.parse().ok()).map(|network: IpNet| {
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(network.network(), network.prefix_len()))
    });
    let names = NAMES.into_iter().chain(is_never_public(host).then_some(host));
    let names = names.map(|name| GeneralSubtree::DnsName(name.to_owned()));
    NameConstraints { permitted_subtrees: names.chain(networks).collect(), excluded_subtrees: Vec::new() }
}

/// Whether a name without a dot is no top-level domain, and never will be. These consist of letters, or begin with `xn--`. A
/// constraint to `dev` would permit every name in that domain.
fn is_never_public(host: &str) -> bool {
    host.bytes().any(|byte| byte.is_ascii_digit() || byte == b'-')
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !host.starts_with("xn--")
}

/// What an authority may sign.
#[derive(Debug)]
pub(super) struct Permitted {
    /// DNS names and those below them; `None` for all.
    names: Option<Vec<String>>,
    /// Addresses and masks, each of 4 or 16 bytes; `None` for all.
    networks: Option<Vec<(Vec<u8>, Vec<u8>)>>,
}

impl Permitted {
    /// Reads the constraints of an authority's certificate.
    pub(super) fn of(authority: &CertificateDer<'_>) -> Self {
        let mut permitted = Self { names: None, networks: None };
        let Ok((_, certificate)) = X509Certificate::from_der(authority) else { return permitted };
        let Ok(Some(constraints)) = certificate.name_constraints() else { return permitted };
        for subtree in constraints.value.permitted_subtrees.iter().flatten() {
            match &subtree.base {
                GeneralName::DNSName(name) => {
                    permitted.names.get_or_insert_default().push(name.to_ascii_lowercase());
                }
                GeneralName::IPAddress(bytes) => {
                    let (address, mask) = bytes.split_at(bytes.len() / 2);
                    permitted.networks.get_or_insert_default().push((address.to_vec(), mask.to_vec()));
                }
                _ => {}
            }
        }
        permitted
    }

    /// Whether both names and addresses are limited.
    pub(super) fn is_limited(&self) -> bool {
        self.names.is_some() && self.networks.is_some()
    }

    /// Whether the authority may sign a certificate for this name or address.
    pub(super) fn permits(&self, name: &str) -> bool {
        match name.parse() {
            Ok(IpAddr::V4(address)) => self.permits_address(&address.octets()),
            Ok(IpAddr::V6(address)) => self.permits_address(&address.octets()),
            Err(_) => self.names.as_ref().is_none_or(|bases| bases.iter().any(|base| is_at_or_below(name, base))),
        }
    }

    fn permits_address(&self, address: &[u8]) -> bool {
        let is_in = |(network, mask): &(Vec<u8>, Vec<u8>)| {
            let mut bytes = address.iter().zip(network).zip(mask);
            network.len() == address.len() && bytes.all(|((byte, network), mask)| byte & mask == network & mask)
        };
        self.networks.as_ref().is_none_or(|networks| networks.iter().any(is_in))
    }
}

fn is_at_or_below(name: &str, base: &str) -> bool {
    name.strip_suffix(base).is_some_and(|rest| rest.is_empty() || rest.ends_with('.') || base.is_empty())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, IsCa, KeyPair};

    use super::*;

    fn permitted_on(host: &str) -> Permitted {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
        params.name_constraints = Some(of_new_authority(host));
        Permitted::of(params.self_signed(&KeyPair::generate().unwrap()).unwrap().der())
    }

    #[test]
    fn new_authority_signs_for_this_network_only() {
        let permitted = permitted_on("desk-1");
        assert!(permitted.is_limited());
        for near in [
            "localhost",
            "desk-1",
            "desk-1.local",
            "127.0.0.1",
            "::1",
            "10.0.0.1",
            "172.31.255.255",
            "192.168.1.7",
            "100.64.0.1",
            "169.254.3.4",
            "fd00::7",
            "fe80::1",
        ] {
            assert!(permitted.permits(near), "{near}");
        }
        for far in [
            "example.org",
            "mylocal",
            "local.example",
            "notdesk-1",
            "8.8.8.8",
            "172.32.0.0",
            "100.128.0.0",
            "0.0.0.0",
            "::",
            "::2",
            "2001:db8::1",
            "::ffff:192.168.1.7",
        ] {
            assert!(!permitted.permits(far), "{far}");
        }
    }

    #[test]
    fn host_that_could_be_a_top_level_domain_is_not_permitted() {
        for domain in ["dev", "box", "com", "xn--p1ai", "a.dev-1", ""] {
            assert!(!permitted_on(domain).permits(&format!("example.{domain}")), "{domain}");
        }
        assert!(permitted_on("laptop7").permits("laptop7"));
    }

    #[test]
    fn authority_without_constraints_signs_for_everything() {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let permitted = Permitted::of(params.self_signed(&KeyPair::generate().unwrap()).unwrap().der());
        assert!(!permitted.is_limited() && permitted.permits("8.8.8.8") && permitted.permits("example.org"));
    }
}
