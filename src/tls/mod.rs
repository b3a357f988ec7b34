//! HTTPS: which certificate; and this machine's names.

pub mod authority;
pub mod certificate;
pub mod names;
mod pem;
mod state_file;

use std::net::IpAddr;
use std::path::PathBuf;

/// What HTTPS needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// Certificate chain and private key, both PEM, as named by the user.
    pub files: Option<(PathBuf, PathBuf)>,
    /// The served folder: its `cert.crt` and `cert.key` are used if they are there, as in the course.
    pub folder: Option<PathBuf>,
    /// Where our own certificates are kept; `None` for the platform's data folder.
    pub state_dir: Option<PathBuf>,
}

/// This machine's name, in lower case and without a domain.
pub fn host_name() -> String {
    let name = gethostname::gethostname().to_string_lossy().to_lowercase();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The addresses of this machine in its networks: not loopback, not link-local.
pub fn lan_addresses() -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .filter(|interface| !interface.is_loopback() && !interface.is_link_local())
        .map(|interface| interface.ip())
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}
