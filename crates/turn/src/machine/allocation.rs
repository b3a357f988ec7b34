//! One allocation (RFC 8656 section 3.2), with its permissions and channels.

use std::net::{IpAddr, SocketAddr};

use subtle::ConstantTimeEq;

use super::authentication::Sender;
use super::clock::Second;
use super::outside::RelayId;
use super::refusal::Refusal;
use crate::credentials::Key;
use crate::five_tuple::{Family, FiveTuple};
use crate::message::TransactionId;
use crate::peer_policy::Verdict;
use crate::quotas::{Lease, Limits};

/// Seconds that a permission lasts (RFC 8656 section 9).
const PERMISSION: Second = 300;
/// Seconds that a channel lasts (RFC 8656 section 12).
const CHANNEL: Second = 600;

/// What one client has opened.
#[derive(Debug)]
pub(super) struct Allocation {
    pub(super) client: FiveTuple,
    /// Of the credential that opened it, and with that of the username.
    key: Key,
    pub(super) lease: Lease,
    /// The last second in which it exists.
    pub(super) until: Second,
    /// `until` is never later than this.
    pub(super) at_most_until: Second,
    pub(super) response: AllocateResponse,
    pub(super) relays: [Option<Relay>; 2],
    permissions: Vec<Permission>,
    channels: Vec<Channel>,
}

/// What the response to Allocate said besides the addresses: a request that is repeated gets the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct AllocateResponse {
    pub(super) transaction: TransactionId,
    pub(super) lifetime: Second,
    pub(super) no_additional: Option<Refusal>,
}

/// A relay socket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relay {
    pub(super) id: RelayId,
    /// The address to which peers send.
    pub(super) address: SocketAddr,
}

/// An address that may send.
#[derive(Debug)]
struct Permission {
    peer: IpAddr,
    until: Second,
}

/// A peer with a number.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) number: u16,
    port: u16,
    ip: IpAddr,
    until: Second,
    /// As the permission of the peer's address, so that data needs no search for it.
    permitted_until: Second,
    /// What the peer policy says, and by which version of the machine's own addresses.
    pub(super) verdict: Verdict,
    pub(super) verdict_version: u32,
}

impl Channel {
    pub(super) fn peer(&self) -> SocketAddr {
        SocketAddr::new(self.ip, self.port)
    }

    fn is(&self, peer: SocketAddr) -> bool {
        self.port == peer.port() && self.ip == peer.ip()
    }

    fn carries(&self, second: Second) -> bool {
        self.until >= second && self.permitted_until >= second
    }
}

fn index(family: Family) -> usize {
    match family {
        Family::V4 => 0,
        Family::V6 => 1,
    }
}

impl Allocation {
    pub(super) fn new(
        client: FiveTuple,
        key: Key,
        lease: Lease,
        relays: [Option<Relay>; 2],
        response: AllocateResponse,
        [until, at_most_until]: [Second; 2],
    ) -> Self {
        let (permissions, channels) = (Vec::new(), Vec::new());
        Self { client, key, lease, until, at_most_until, response, relays, permissions, channels }
    }

    /// Whether the username and its key are the ones that opened it.
    pub(super) fn belongs_to(&self, sender: &Sender) -> bool {
        self.key.ct_eq(&sender.key).into()
    }

    pub(super) fn relay(&self, family: Family) -> Option<&Relay> {
        self.relays[index(family)].as_ref()
    }

    /// Takes the relay of one family away.
    pub(super) fn take_relay(&mut self, family: Family) -> Option<Relay> {
        self.permissions.retain(|permission| Family::of(permission.peer) != family);
        self.channels.retain(|channel| Family::of(channel.ip) != family);
        self.relays[index(family)].take()
    }

    pub(super) fn permits(&self, peer: IpAddr, second: Second) -> bool {
        self.permissions.iter().any(|permission| permission.peer == peer && permission.until >= second)
    }

    /// Lets addresses send: all of them or, if there would be too many, none.
    pub(super) fn permit(&mut self, peers: &[IpAddr], second: Second, limits: &Limits) -> Result<(), Refusal> {
        self.permissions.retain(|permission| permission.until >= second);
        let is_new = |peer: &&IpAddr| !self.permissions.iter().any(|permission| permission.peer == **peer);
        let new = peers.iter().filter(is_new).count();
        if self.permissions.len() + new > limits.permissions {
            return Err(Refusal::TOO_MANY_PERMISSIONS);
        }
        self.permissions.reserve_exact(new);
        let until = second.saturating_add(PERMISSION);
        for peer in peers {
            match self.permissions.iter_mut().find(|permission| permission.peer == *peer) {
                Some(permission) => permission.until = until,
                None => self.permissions.push(Permission { peer: *peer, until }),
            }
            for channel in self.channels.iter_mut().filter(|channel| channel.ip == *peer) {
                channel.permitted_until = until;
            }
        }
        Ok(())
    }

    /// Gives a peer a number, or prolongs that, and lets the peer send.
    pub(super) fn bind(
        &mut self,
        number: u16,
        peer: SocketAddr,
        verdict: (Verdict, u32),
        second: Second,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        self.channels.retain(|channel| channel.until >= second);
        let bound = self.channels.iter().position(|channel| channel.number == number || channel.is(peer));
        match bound.map(|bound| &self.channels[bound]) {
            Some(channel) if channel.number != number || !channel.is(peer) => return Err(Refusal::CHANNEL_TAKEN),
            None if self.channels.len() >= limits.channels => return Err(Refusal::TOO_MANY_CHANNELS),
            _ => {}
        }
        self.permit(&[peer.ip()], second, limits)?;
        let until = second.saturating_add(CHANNEL);
        let (ip, port, permitted_until) = (peer.ip(), peer.port(), second.saturating_add(PERMISSION));
        let (verdict, verdict_version) = verdict;
        let channel = Channel { number, port, ip, until, permitted_until, verdict, verdict_version };
        match bound {
            Some(bound) => self.channels[bound] = channel,
            None => {
                self.channels.reserve_exact(1);
                self.channels.push(channel);
            }
        }
        Ok(())
    }

    /// The channel of a number, if it can be sent through, with the client.
    pub(super) fn channel(&mut self, number: u16, second: Second) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.number == number && channel.carries(second))
    }

    /// The number of a peer, if it can be received through.
    pub(super) fn channel_of(&self, peer: SocketAddr, second: Second) -> Option<u16> {
        let channel = self.channels.iter().find(|channel| channel.is(peer) && channel.carries(second));
        channel.map(|channel| channel.number)
    }

    /// Bytes that it takes, with its entries in the maps of the machine.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        let maps =
            2 * (size_of::<(FiveTuple, usize)>() + 2 * size_of::<(RelayId, usize)>() + size_of::<(Second, usize)>());
        size_of::<Self>()
            + self.permissions.capacity() * size_of::<Permission>()
            + self.channels.capacity() * size_of::<Channel>()
            + maps
    }
}
