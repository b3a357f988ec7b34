//! The options of the router.

use std::path::PathBuf;
use std::time::Duration;

use super::public_url::PublicUrl;
use crate::net::certified_names::CertifiedNames;
use crate::net::proxies::TrustedProxies;

/// What the router needs from the flags and from the certificate.
#[derive(Debug, Clone, Default)]
pub(crate) struct RouterOptions {
    /// The folder whose pages are served instead of the built-in ones.
    pub folder: Option<PathBuf>,
    /// The folder of the official client's files, served instead of Switchboard's own client.
    pub client_dir: Option<PathBuf>,
    /// Web origins that may connect besides those of this machine and its network.
    pub allow_origin: Vec<String>,
    /// The names in the certificate of `--cert`, and the domains of `--acme`. Their https pages may connect, too.
    pub certified: CertifiedNames,
    /// The reverse proxies whose forwarded client address is believed.
    pub trust_proxy: TrustedProxies,
    /// The address that browsers open, if it is not this machine's own.
    pub public_url: Option<PublicUrl>,
    /// Whether the server has no https of its own.
    pub http_only: bool,
    /// How long the body of a request may make no progress.
    pub body_timeout: Duration,
}
