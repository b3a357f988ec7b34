//! The flags under "Listening": addresses, certificates, proxies.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;

use super::secret::Secret;
use crate::http::public_url::PublicUrl;
use crate::net::proxies::TrustedProxies;

/// Where the server listens, and under which addresses and certificates clients reach it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Listening")]
pub struct ListeningArgs {
    /// Address to listen on [default: every address of this machine]
    #[arg(long, value_name = "ADDRESS", env = "SWITCHBOARD_BIND")]
    pub bind: Option<IpAddr>,

    /// Port to listen on; 0 selects a free one and prints it
    #[arg(long, value_name = "N", default_value_t = 8181, env = "SWITCHBOARD_PORT")]
    pub port: u16,

    /// Serve http alone, behind a proxy that has the certificate: none is made, and no folder has to be writable
    ///
    /// Without it HTTP and HTTPS share the port.
    #[arg(long, env = "SWITCHBOARD_HTTP_ONLY", value_parser = FalseyValueParser::new())]
    pub http_only: bool,

    /// Certificate chain for HTTPS, PEM [default: one that Switchboard creates]
    #[arg(long, value_name = "FILE", requires = "key", env = "SWITCHBOARD_CERT")]
    pub cert: Option<PathBuf>,

    /// Private key of the certificate, PEM
    #[arg(long, value_name = "FILE", requires = "cert", env = "SWITCHBOARD_KEY")]
    pub key: Option<PathBuf>,

    /// Folder for the certificates that Switchboard creates [default: the platform's data folder]
    #[arg(long, value_name = "DIR", env = "SWITCHBOARD_STATE_DIR")]
    pub state_dir: Option<PathBuf>,

    /// File that keeps calls, rooms and sessions over a restart of the server
    ///
    /// The server writes it when it stops, and reads it when it starts: clients find their open offers, calls and rooms
    /// again. It holds what clients sent each other, so only its owner can read it. It must not be inside FOLDER.
    #[arg(long, value_name = "FILE", env = "SWITCHBOARD_STATE_FILE")]
    pub state_file: Option<PathBuf>,

    /// Redis or Valkey, by which several servers are one: redis://HOST:PORT, or redis+sentinel://HOST,HOST/SERVICE
    ///
    /// All servers with the same value share their calls, rooms and offers, and a client that loses its server finds them
    /// at another one. Every user of this Redis can read what clients send each other. A value that begins with @ is the
    /// name of a file that holds it.
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "state_file",
        env = "SWITCHBOARD_CLUSTER",
        hide_env_values = true
    )]
    pub cluster: Option<Secret>,

    /// Print a QR code that opens the page on a phone in this network, and answer for NAME.local there (multicast DNS)
    #[arg(long, env = "SWITCHBOARD_LAN", value_parser = FalseyValueParser::new())]
    pub lan: bool,

    /// Behind a reverse proxy: take the client's address from X-Forwarded-For
    ///
    /// Without a value the server trusts each connection from loopback or a private address. With addresses and networks
    /// (--trust-proxy=127.0.0.1,10.0.0.0/8) it trusts only these, also several proxies in a row.
    #[arg(
        long,
        value_name = "ADDR,...",
        num_args = 0..=1,
        require_equals = true,
        default_value = "off",
        default_missing_value = "private",
        hide_default_value = true,
        env = "SWITCHBOARD_TRUST_PROXY"
    )]
    pub trust_proxy: TrustedProxies,

    /// Address that browsers open, for example of a reverse proxy: for links and QR codes
    ///
    /// Its pages may connect, and a page opened at the proxy by http leads there. It may have a path:
    /// https://example.org/calls/
    #[arg(long, value_name = "URL", env = "SWITCHBOARD_PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,

    /// Serve metrics for Prometheus at /metrics of this address; port 0 selects a free one and prints it
    ///
    /// Every client that can connect to it can read the metrics: choose an address that is not public.
    #[arg(long, value_name = "ADDR:PORT", env = "SWITCHBOARD_METRICS")]
    pub metrics: Option<SocketAddr>,
}
