//! The options of ACME.

use std::path::PathBuf;

/// What is obtained, and from which authority.
#[derive(Debug, Clone)]
pub struct AcmeOptions {
    /// `--acme`: the domains of the certificate, in lower case.
    pub domains: Vec<String>,
    /// `--acme-directory`: the URL of the authority's directory.
    pub directory: String,
    /// `--acme-ca`: a file of authorities, PEM, that are trusted for the connection to the directory besides the system's.
    pub ca: Option<PathBuf>,
    /// `--acme-email`: where the authority may write to.
    pub email: Option<String>,
    /// Whether `--acme-http` listens, so that HTTP-01 is possible.
    pub has_http: bool,
}
