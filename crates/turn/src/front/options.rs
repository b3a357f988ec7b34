//! What can be chosen for a server.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::peer_policy::PeerPolicy;
use crate::quotas::Limits;

/// What can be chosen for a server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen on. `None`: all of them, IPv4 and IPv6.
    pub bind: Option<IpAddr>,
    /// The port for UDP and TCP. 0: any that is free.
    pub port: u16,
    /// From which ports relay sockets take theirs.
    pub relay_ports: RangeInclusive<u16>,
    /// The addresses that peers send to, at most one of each family, where this machine is behind NAT.
    pub external_ip: Vec<IpAddr>,
    /// With which passwords are made of usernames.
    pub secret: Vec<u8>,
    /// To which peers the server relays.
    pub policy: PeerPolicy,
    /// How much a client may use.
    pub limits: Limits,
    /// Threads that relay. 0: one for each core. One is the most where the system does not spread datagrams over sockets
    /// of the same port (other than Linux).
    pub workers: usize,
}
