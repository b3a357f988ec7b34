//! The options of HTTPS.

use std::path::PathBuf;

use super::acme::AcmeOptions;

/// Where [`choose`](super::certificate::choose) looks for a certificate, the first one first.
#[derive(Debug, Clone)]
pub struct TlsOptions {
    /// `--cert` and `--key`: certificate chain and private key, both PEM.
    pub files: Option<(PathBuf, PathBuf)>,
    /// The served folder. Its `cert.crt` and `cert.key` are used if they exist, as by the course's server.
    pub folder: Option<PathBuf>,
    /// Where the server keeps its own certificate; `None` for the platform's data folder.
    pub state_dir: Option<PathBuf>,
    /// `--acme` and its further flags. The certificate of the served folder is then not looked for.
    pub acme: Option<AcmeOptions>,
}
