//! Where the server's certificate comes from.

use std::fmt;
use std::path::PathBuf;

/// Where a certificate comes from. Displays as the banner's line about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The user's files; the path of the certificate.
    Files(PathBuf),
    /// Made by the server and signed by its own authority.
    Own(OwnAuthority),
    /// Obtained by ACME for these domains. Until there is one, and for every other name, the server presents one that its
    /// own authority has signed.
    Acme(Vec<String>, OwnAuthority),
}

/// The server's own authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAuthority {
    /// The file of its certificate. A phone that installs it no longer warns.
    pub file: PathBuf,
    /// The content of that file, PEM.
    pub pem: String,
    /// Whether it signs for private networks only. One of an earlier version signs for every name.
    pub is_limited: bool,
}

impl Origin {
    /// The server's own authority, if it signs what the server presents.
    pub fn own_authority(&self) -> Option<&OwnAuthority> {
        match self {
            Self::Own(authority) | Self::Acme(_, authority) => Some(authority),
            Self::Files(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(path) => write!(f, "{}", path.display()),
            Self::Own(authority) => write!(f, "made by Switchboard, signed by {}", authority.file.display()),
            Self::Acme(domains, _) => write!(f, "obtained by ACME for {}", domains.join(", ")),
        }
    }
}
