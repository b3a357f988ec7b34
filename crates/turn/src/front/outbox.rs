//! Datagrams that wait for the end of a turn, so that those of one destination leave in one system call.

use std::net::{IpAddr, SocketAddr};

use super::datagrams::Datagrams;

/// How many destinations wait at once. A power of two.
const GROUPS: usize = 64;
/// The system takes so many datagrams in one piece at most.
const SEGMENTS: usize = 64;
/// And so many bytes, with room for the headers of IPv6 and UDP.
const BYTES: usize = 65_487;

/// Where a datagram goes, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Route {
    /// The number of the socket.
    pub socket: usize,
    pub to: SocketAddr,
    /// The source address, where the socket has several.
    pub from: Option<IpAddr>,
}

impl Route {
    /// Different destinations should differ in it.
    fn slot(&self) -> usize {
        let low = match self.to.ip() {
            IpAddr::V4(ip) => ip.to_bits(),
            IpAddr::V6(ip) => ip.to_bits() as u32,
        };
        let mixed = (low ^ u32::from(self.to.port()) << 16 ^ self.socket as u32).wrapping_mul(0x9e37_79b1);
        (mixed >> 26) as usize % GROUPS
    }
}

/// Datagrams of one route, each of `segment` bytes, the last perhaps shorter.
#[derive(Debug, Default)]
struct Group {
    route: Option<Route>,
    segment: usize,
    count: usize,
    bytes: Vec<u8>,
}

impl Group {
    fn takes(&self, route: &Route, size: usize) -> bool {
        self.route.as_ref() == Some(route)
            && (1..=self.segment).contains(&size)
            && self.bytes.len() == self.count * self.segment
            && self.count < SEGMENTS
            && self.bytes.len() + size <= BYTES
    }
}

/// Whose sockets they are sent from.
pub(super) trait Sockets {
    fn get(&mut self, number: usize) -> Option<&mut Datagrams>;
}

/// Datagrams that wait. Those of one route keep their order.
#[derive(Debug)]
pub(super) struct Outbox {
    groups: Box<[Group]>,
    /// Which groups hold something.
    used: Vec<usize>,
    /// Datagrams that the system did not take.
    pub dropped: u64,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { groups: (0..GROUPS).map(|_| Group::default()).collect(), used: Vec::with_capacity(GROUPS), dropped: 0 }
    }
}

impl Outbox {
    /// Adds a datagram, whose bytes are `header`, `payload`, and `padding` zeros.
    pub fn push(&mut self, sockets: &mut impl Sockets, route: Route, header: &[u8], payload: &[u8], padding: usize) {
        let slot = route.slot();
        let group = &mut self.groups[slot];
        let size = header.len() + payload.len() + padding;
        if !group.takes(&route, size) {
            if group.route.is_some() {
                self.dropped += send(group, sockets);
            } else {
                self.used.push(slot);
            }
            (group.route, group.segment) = (Some(route), size);
        }
        group.bytes.extend_from_slice(header);
        group.bytes.extend_from_slice(payload);
        if padding > 0 {
            group.bytes.resize(group.bytes.len() + padding, 0);
        }
        group.count += 1;
    }

    /// Sends all that waits.
    pub fn flush(&mut self, sockets: &mut impl Sockets) {
        while let Some(slot) = self.used.pop() {
            self.dropped += send(&mut self.groups[slot], sockets);
        }
    }
}

fn send(group: &mut Group, sockets: &mut impl Sockets) -> u64 {
    let mut dropped = 0;
    if let Some(route) = group.route.take()
        && let Some(socket) = sockets.get(route.socket)
    {
        dropped = socket.send(route.to, route.from, &group.bytes, group.segment);
    }
    group.bytes.clear();
    group.count = 0;
    dropped as u64
}
