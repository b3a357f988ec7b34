//! The flags under "Reach": STUN and TURN, for calls between networks that no direct connection joins.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytesize::ByteSize;
use clap::Args;
use clap::builder::FalseyValueParser;
use humantime::parse_duration as time;

use super::secret::Secret;

/// Which STUN and TURN servers clients receive, and the TURN server inside.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reach")]
pub struct ReachArgs {
    /// Relay calls that cannot connect directly: a STUN and TURN server, by UDP and TCP, and on the port of HTTP(S)
    ///
    /// Needs a password of your own or tokens, unless --bind is loopback: it would relay for everybody. It listens on the
    /// address of --bind; behind a reverse proxy, with --bind 127.0.0.1 and --public-url, on all addresses.
    #[arg(long, env = "SWITCHBOARD_TURN", value_parser = FalseyValueParser::new())]
    pub turn: bool,

    /// Port of the TURN server, UDP and TCP; 0 selects a free one and prints it
    #[arg(long, value_name = "N", default_value_t = 3478, requires = "turn", env = "SWITCHBOARD_TURN_PORT")]
    pub turn_port: u16,

    /// UDP ports from which it relays: the firewall lets them in
    #[arg(long, value_name = "LOW-HIGH", default_value = "49152-65535", value_parser = ports, requires = "turn", env = "SWITCHBOARD_TURN_PORTS")]
    pub turn_ports: RangeInclusive<u16>,

    /// Address of this machine on the Internet, if a router or cloud translates it; repeatable: one IPv4, one IPv6
    #[arg(long, value_name = "IP", value_delimiter = ',', requires = "turn", env = "SWITCHBOARD_TURN_EXTERNAL_IP")]
    pub turn_external_ip: Vec<String>,

    /// Network to which it relays although it is private; repeatable
    ///
    /// Without it: public addresses, and without --public-url also the private network by which the client came.
    #[arg(long, value_name = "CIDR", value_delimiter = ',', requires = "turn", env = "SWITCHBOARD_TURN_ALLOW_PEER")]
    pub turn_allow_peer: Vec<String>,

    /// Network to which it never relays; repeatable
    #[arg(long, value_name = "CIDR", value_delimiter = ',', requires = "turn", env = "SWITCHBOARD_TURN_DENY_PEER")]
    pub turn_deny_peer: Vec<String>,

    /// Allocations in all: Chromium makes up to three for each of its connections, Firefox up to five
    #[arg(long, value_name = "N", default_value_t = 1024, requires = "turn", env = "SWITCHBOARD_TURN_MAX_ALLOCATIONS")]
    pub turn_max_allocations: usize,

    /// Allocations of one user
    #[arg(long, value_name = "N", default_value_t = 64, requires = "turn", env = "SWITCHBOARD_TURN_MAX_PER_USER")]
    pub turn_max_per_user: usize,

    /// Allocations of one address (of IPv6: of one /64)
    #[arg(long, value_name = "N", default_value_t = 256, requires = "turn", env = "SWITCHBOARD_TURN_MAX_PER_ADDRESS")]
    pub turn_max_per_address: usize,

    /// Bytes a second that it relays for one user
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "10MB",
        requires = "turn",
        env = "SWITCHBOARD_TURN_MAX_BANDWIDTH"
    )]
    pub turn_max_bandwidth: ByteSize,

    /// STUN or TURN server of others that clients receive; repeatable
    ///
    /// stun:stun.example.org, turn:turn.example.org:3478?transport=tcp, turns:turn.example.org. A TURN server needs
    /// --ice-secret.
    #[arg(long, value_name = "URL", value_delimiter = ',', env = "SWITCHBOARD_ICE_SERVER")]
    pub ice_server: Vec<String>,

    /// Secret of the TURN servers, coturn's static-auth-secret; @FILE reads it from a file [default with --turn: a new
    /// one each start]
    #[arg(long, value_name = "TEXT", env = "SWITCHBOARD_ICE_SECRET", hide_env_values = true)]
    pub ice_secret: Option<Secret>,

    /// For how long the credentials that clients receive are valid: pages fetch new ones in time
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = time, env = "SWITCHBOARD_ICE_TTL")]
    pub ice_ttl: Duration,
}

/// Parses `LOW-HIGH`.
fn ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let ends = text.trim().split_once('-').map(|(low, high)| (low.trim().parse::<u16>(), high.trim().parse::<u16>()));
    match ends {
        Some((Ok(low), Ok(high))) if low > 0 && low <= high => Ok(low..=high),
        _ => Err("write the lowest and the highest port, like 49152-65535".to_owned()),
    }
}
