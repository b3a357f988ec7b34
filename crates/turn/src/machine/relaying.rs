//! Data between clients and peers (RFC 8656 sections 11 and 12).

use std::net::SocketAddr;

use super::outside::{Delivery, Outside, RelayId};
use super::requests::{canonical, has_unknown};
use super::server::Machine;
use crate::five_tuple::{Family, FiveTuple};
use crate::message::{ChannelData, Class, Message, Method, attribute, data_indication};
use crate::own_relays::OwnRelays;
use crate::peer_policy::Verdict;
use crate::ranges;
use crate::time::Time;

/// Where to send what is for a peer.
fn socket_of(peer: SocketAddr, verdict: &Verdict, relays: &OwnRelays) -> SocketAddr {
    match verdict {
        Verdict::Relays(ports) if ports.is_external() => relays.socket_of(peer).unwrap_or(peer),
        _ => peer,
    }
}

impl Machine {
    /// Handles one datagram, or one frame of a stream ([`frame_length`](crate::frame_length)), from a client.
    pub fn from_client(&mut self, now: Time, client: FiveTuple, packet: &[u8], outside: &mut impl Outside) {
        if let Some(data) = ChannelData::parse(packet) {
            let is_relayed = self.relay_channel_data(now, &client, data, outside);
            return self.count(is_relayed, data.payload.len());
        }
        let Some(message) = Message::parse(packet) else { return };
        match (message.class, message.method) {
            (Class::Indication, Method::SEND) => {
                let data = message.get(attribute::DATA).unwrap_or_default();
                let is_relayed = self.relay_send(now, &client, &message, outside);
                self.count(is_relayed, data.len());
            }
            (
                Class::Request,
                Method::BINDING | Method::ALLOCATE | Method::REFRESH | Method::CREATE_PERMISSION | Method::CHANNEL_BIND,
            ) => self.request(now, client, message, outside),
            _ => {}
        }
    }

    fn count(&mut self, is_relayed: Option<()>, bytes: usize) {
        match is_relayed {
            Some(()) => {
                self.counters.relayed_packets += 1;
                self.counters.relayed_bytes += bytes as u64;
            }
            None => self.counters.dropped_packets += 1,
        }
    }

    /// Each packet of a call takes this way.
    fn relay_channel_data(
        &mut self,
        now: Time,
        client: &FiveTuple,
        ChannelData { number, payload }: ChannelData,
        outside: &mut impl Outside,
    ) -> Option<()> {
        let second = self.clock.second(now);
        let index = self.allocation_of(client, second)?;
        let allocation = self.allocations.get_mut(index)?;
        let relays = [Family::V4, Family::V6].map(|family| allocation.relay(family).map(|relay| relay.id));
        let channel = allocation.channel(number, second)?;
        let peer = channel.peer();
        let version = self.config.own_addresses.version();
        if channel.verdict_version != version {
            let config = &self.config;
            channel.verdict = config.policy.judge(peer.ip(), client, &config.own_addresses, self.quotas.relays());
            channel.verdict_version = version;
        }
        let is_allowed = channel.verdict.allows(peer.port());
        let relay = relays[usize::from(peer.is_ipv6())]?;
        let to = socket_of(peer, &channel.verdict, self.quotas.relays());
        (is_allowed && allocation.lease.bandwidth.take(payload.len(), now.monotonic)).then(|| {
            outside.to_peer(relay, to, payload);
        })
    }

    fn relay_send(
        &mut self,
        now: Time,
        client: &FiveTuple,
        message: &Message,
        outside: &mut impl Outside,
    ) -> Option<()> {
        let second = self.clock.second(now);
        let allocation = self.allocations.get(self.allocation_of(client, second)?)?;
        let peer = message.get_address(attribute::XOR_PEER_ADDRESS)?;
        let payload = message.get(attribute::DATA)?;
        let relay = allocation.relay(Family::of(peer.ip()))?;
        let (config, relays) = (&self.config, self.quotas.relays());
        let verdict = config.policy.judge(peer.ip(), client, &config.own_addresses, relays);
        let may_send = !has_unknown(message)
            && peer.port() != 0
            && allocation.permits(peer.ip(), second)
            && verdict.allows(peer.port())
            && allocation.lease.bandwidth.take(payload.len(), now.monotonic);
        may_send.then(|| outside.to_peer(relay.id, socket_of(peer, &verdict, relays), payload))
    }

    /// Handles a datagram that came to a relay socket. `None`: it is dropped.
    pub fn from_peer(&mut self, now: Time, relay: RelayId, peer: SocketAddr, payload: &[u8]) -> Option<Delivery> {
        let delivery = self.delivery(now, relay, self.known_as(canonical(peer)), payload.len());
        self.count(delivery.map(|_| ()), payload.len());
        delivery
    }

    /// The address by which clients know a peer: behind a NAT, another relay's socket is known by its outside address.
    fn known_as(&self, peer: SocketAddr) -> SocketAddr {
        let may_be_relay = !self.config.external.is_empty() && ranges::is_private(peer.ip());
        may_be_relay.then(|| self.quotas.relays().relay_of(peer)).flatten().unwrap_or(peer)
    }

    fn delivery(&mut self, now: Time, relay: RelayId, peer: SocketAddr, length: usize) -> Option<Delivery> {
        let second = self.clock.second(now);
        let allocation = self.allocations.get(*self.by_relay.get(&relay)?)?;
        if allocation.until < second {
            return None;
        }
        let client = allocation.client;
        let mut bytes = [0; Delivery::LONGEST_HEADER];
        let (header, padding) = match allocation.channel_of(peer, second) {
            Some(number) => {
                bytes[..2].copy_from_slice(&number.to_be_bytes());
                bytes[2..4].copy_from_slice(&u16::try_from(length).ok()?.to_be_bytes());
                (4, if client.transport.is_stream() { length.next_multiple_of(4) - length } else { 0 })
            }
            None if allocation.permits(peer.ip(), second) => {
                let header = data_indication(&mut bytes, &self.indication_id(), peer, length)?;
                (header, length.next_multiple_of(4) - length)
            }
            None => return None,
        };
        let is_within = allocation.lease.bandwidth.take(length, now.monotonic);
        is_within.then_some(Delivery { client, bytes, length: header as u8, padding: padding as u8 })
    }
}
