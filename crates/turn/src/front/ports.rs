//! Opens relay sockets: an address of this machine, a port of the range that nobody can guess.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

use ring::rand::{SecureRandom, SystemRandom};
use socket2::{Domain, Protocol, Socket, Type};

use super::datagrams::Datagrams;
use crate::five_tuple::Family;
use crate::machine::OpenError;

/// Ports that are tried, each a system call, before the client is refused.
const ATTEMPTS: usize = 1024;
/// What the system keeps for one relay: 0.2 s of 2,500 datagrams a second.
const BUFFER: usize = 512 << 10;

/// From where relay sockets take their addresses.
#[derive(Debug)]
pub(super) struct Ports {
    range: RangeInclusive<u16>,
    bind: Option<IpAddr>,
    random: SystemRandom,
}

impl Ports {
    pub fn new(range: RangeInclusive<u16>, bind: Option<IpAddr>) -> Self {
        Self { range, bind: bind.filter(|ip| !ip.is_unspecified()), random: SystemRandom::new() }
    }

    /// Opens one for a client that came to `server`.
    pub fn open(&self, family: Family, even: bool, server: IpAddr) -> Result<(Datagrams, SocketAddr), OpenError> {
        let ip = self.address(family, server).ok_or(OpenError::Family)?;
        let ports: Vec<u16> = self.range.clone().filter(|port| !even || port % 2 == 0).collect();
        let start = self.random_below(ports.len());
        for port in ports[start..].iter().chain(&ports[..start]).take(ATTEMPTS) {
            match bind((ip, *port).into()) {
                Ok(opened) => return Ok(opened),
                Err(error) if matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied) => {}
                Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => return Err(OpenError::Family),
                Err(error) => {
                    tracing::warn!(%error, "no relay socket");
                    return Err(OpenError::Exhausted);
                }
            }
        }
        Err(OpenError::Exhausted)
    }

    /// The address the client came to, if it is of the family; otherwise the one by which this machine reaches others.
    fn address(&self, family: Family, server: IpAddr) -> Option<IpAddr> {
        let known = [self.bind, Some(server)].into_iter().flatten();
        // A link-local address is not reachable from another network.
        let is_link_local = |ip: &IpAddr| matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
        let fits = |ip: &IpAddr| Family::of(*ip) == family && !ip.is_unspecified() && !is_link_local(ip);
        let mut fitting = known.filter(fits);
        fitting.next().or_else(|| outgoing(family)).or_else(|| server.is_loopback().then(|| loopback(family)))
    }

    fn random_below(&self, count: usize) -> usize {
        let mut bytes = [0; 4];
        // It fails only where the system has no random numbers at all; then the first free port serves.
        let _ = self.random.fill(&mut bytes);
        u32::from_ne_bytes(bytes) as usize % count.max(1)
    }
}

fn bind(address: SocketAddr) -> io::Result<(Datagrams, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    let _ = socket.set_recv_buffer_size(BUFFER);
    let _ = socket.set_send_buffer_size(BUFFER);
    socket.set_nonblocking(true)?;
    Ok((Datagrams::new(socket)?, address))
}

/// The address by which this machine sends to others. Nothing is sent: these addresses are for documentation.
fn outgoing(family: Family) -> Option<IpAddr> {
    let (any, other): (IpAddr, IpAddr) = match family {
        Family::V4 => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        Family::V6 => (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((other, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| !ip.is_unspecified())
}

fn loopback(family: Family) -> IpAddr {
    match family {
        Family::V4 => Ipv4Addr::LOCALHOST.into(),
        Family::V6 => Ipv6Addr::LOCALHOST.into(),
    }
}
