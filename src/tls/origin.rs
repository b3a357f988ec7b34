//! Where the server's certificate comes from.

use std::fmt;
use std::path::PathBuf;

/// Where a certificate comes from. Displays as the banner's line about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The user's files; the path of the certificate.
    Files(PathBuf),
    /// Made by the server and signed by its own authority.
    Own {
        /// The file of the authority's certificate. A phone that installs it no longer warns.
        authority: PathBuf,
        /// The content of that file, PEM.
        pem: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(path) => write!(f, "{}", path.display()),
            Self::Own { authority, .. } => write!(f, "made by Switchboard, signed by {}", authority.display()),
        }
    }
}
