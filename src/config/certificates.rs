//! The flags under "Reach" about certificates that browsers trust.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use url::{Host, Url};

use crate::tls::AcmeOptions;

/// Which certificates the server obtains by ACME, and from which authority.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reach")]
pub struct CertificateArgs {
    /// Obtain a certificate that browsers trust for this domain, and renew it; can be given more than once
    ///
    /// By this flag you accept the terms of the authority, Let's Encrypt unless --acme-directory names another one. It
    /// connects to port 443 of the domain, which must lead to the port of this server, or see --acme-http.
    #[arg(
        long,
        value_name = "DOMAIN",
        conflicts_with = "cert",
        value_delimiter = ',',
        value_parser = domain,
        env = "SWITCHBOARD_ACME"
    )]
    pub acme: Vec<String>,

    /// Let the authority of --acme connect to port 80 instead: listen here, and send browsers to https
    #[arg(long, value_name = "ADDR:80", requires = "acme", env = "SWITCHBOARD_ACME_HTTP")]
    pub acme_http: Option<SocketAddr>,

    /// Directory of the authority of --acme [default: Let's Encrypt]
    ///
    /// For trying: https://acme-staging-v02.api.letsencrypt.org/directory
    #[arg(
        long,
        value_name = "URL",
        requires = "acme",
        default_value = LETS_ENCRYPT,
        hide_default_value = true,
        value_parser = directory,
        env = "SWITCHBOARD_ACME_DIRECTORY"
    )]
    pub acme_directory: String,

    /// Certificate, PEM, to trust for the connection to --acme-directory, of an authority of one's own
    #[arg(long, value_name = "FILE", requires = "acme", env = "SWITCHBOARD_ACME_CA")]
    pub acme_ca: Option<PathBuf>,

    /// Address to which the authority of --acme may write
    #[arg(long, value_name = "E-MAIL", requires = "acme", env = "SWITCHBOARD_ACME_EMAIL")]
    pub acme_email: Option<String>,
}

const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

impl CertificateArgs {
    /// What is obtained, if anything.
    pub(super) fn acme(&self) -> Option<AcmeOptions> {
        let mut domains: Vec<String> = Vec::new();
        for domain in &self.acme {
            if !domains.contains(domain) {
                domains.push(domain.clone());
            }
        }
        (!domains.is_empty()).then(|| AcmeOptions {
            domains,
            directory: self.acme_directory.clone(),
            ca: self.acme_ca.clone(),
            email: self.acme_email.clone(),
            has_http: self.acme_http.is_some(),
        })
    }
}

/// Reads a domain, in lower case and as it is in a certificate.
fn domain(text: &str) -> Result<String, String> {
    if text.contains('*') {
        return Err("authorities give wildcards only by DNS, which this server cannot use: name each domain".to_owned());
    }
    match Host::parse(text.trim_end_matches('.')) {
        Ok(Host::Domain(domain)) => Ok(domain),
        _ => Err("it is a domain, such as calls.example.org".to_owned()),
    }
}

/// Reads the URL of a directory.
fn directory(text: &str) -> Result<String, String> {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "https" => Ok(url.into()),
        _ => Err("it is an address that begins with https://".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_is_read_as_it_is_in_a_certificate() {
        assert_eq!(domain("Calls.Example.org.").as_deref(), Ok("calls.example.org"));
        assert_eq!(domain("bücher.example").as_deref(), Ok("xn--bcher-kva.example"));
        for wrong in ["*.example.org", "192.0.2.7", "[::1]", "https://example.org", "", "a b"] {
            assert!(domain(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn directory_without_https_is_refused() {
        assert_eq!(directory(LETS_ENCRYPT).as_deref(), Ok(LETS_ENCRYPT));
        assert!(directory("http://localhost/dir").is_err() && directory("localhost:14000/dir").is_err());
    }
}
