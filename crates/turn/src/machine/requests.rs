//! Requests: authenticated, fulfilled or refused, answered (RFC 8489 section 6.3, RFC 8656 sections 7 to 12).

use std::mem;
use std::net::{IpAddr, SocketAddr};

use super::authentication::Sender;
use super::clock::Second;
use super::outside::Outside;
use super::refusal::Refusal;
use super::server::Machine;
use crate::five_tuple::{Family, FiveTuple};
use crate::message::{Class, Message, Method, Writer, attribute, is_channel};
use crate::peer_policy::Verdict;
use crate::time::Time;

/// Seconds that an allocation lasts if its client does not ask for more (RFC 8656 section 3.2).
pub(super) const DEFAULT_LIFETIME: Second = 600;
/// Seconds that a client can ask for.
const LONGEST_LIFETIME: Second = 3600;
/// How many attributes an UNKNOWN-ATTRIBUTES names.
const MOST_UNKNOWN: usize = 8;

/// A request whose sender is known.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) message: Message<'a>,
    pub(super) client: FiveTuple,
    pub(super) sender: Sender<'a>,
    pub(super) now: Time,
    pub(super) second: Second,
}

/// What became of a request: the response is written, but for its signature.
type Outcome = Result<(), Refusal>;

impl Machine {
    pub(super) fn request(&mut self, now: Time, client: FiveTuple, message: Message, outside: &mut impl Outside) {
        let mut buffer = mem::take(&mut self.response);
        let mut response = Writer::new(&mut buffer, Class::Success, message.method, *message.transaction);
        let mut key = None;
        let outcome = if message.method == Method::BINDING {
            let unknown = has_unknown(&message).then_some(Refusal::UNKNOWN_ATTRIBUTE);
            response.address(attribute::XOR_MAPPED_ADDRESS, canonical(client.client));
            unknown.map_or(Ok(()), Err)
        } else {
            self.authentication.sender(&message, &client, now).and_then(|sender| {
                key = Some(sender.key);
                let request = Request { message, client, sender, now, second: self.clock.second(now) };
                self.fulfil(&request, &mut response, outside)
            })
        };
        if let Err(refusal) = outcome {
            self.refuse(now, &client, &message, refusal, &mut buffer);
        }
        let mut response = Writer::resume(&mut buffer, *message.transaction);
        if let Some(key) = key {
            response.sign(&key);
        }
        if message.has_fingerprint() {
            response.fingerprint();
        }
        outside.to_client(client, &buffer);
        self.response = buffer;
    }

    /// Writes an error response.
    fn refuse(&mut self, now: Time, client: &FiveTuple, request: &Message, refusal: Refusal, buffer: &mut Vec<u8>) {
        let mut response = Writer::new(buffer, Class::Error, request.method, *request.transaction);
        response.error(refusal.code, refusal.reason);
        if matches!(refusal.code, 401 | 438) {
            let nonce = self.authentication.nonces.make(now.unix_seconds, client.client);
            response.attribute(attribute::REALM, self.authentication.keys.realm().as_bytes());
            response.attribute(attribute::NONCE, &nonce);
        }
        if refusal == Refusal::UNKNOWN_ATTRIBUTE {
            let mut kinds = [0; 2 * MOST_UNKNOWN];
            let mut length = 0;
            for (kind, bytes) in unknown(request).zip(kinds.chunks_exact_mut(2)) {
                bytes.copy_from_slice(&kind.to_be_bytes());
                length += 2;
            }
            response.attribute(attribute::UNKNOWN_ATTRIBUTES, &kinds[..length]);
        }
        if !refusal.is_challenge() {
            self.counters.refused_requests += 1;
            let username = request.get(attribute::USERNAME).map(String::from_utf8_lossy).unwrap_or_default();
            let (code, reason) = (refusal.code, refusal.reason);
            tracing::debug!(client = %client.client, ?username, code, reason, "TURN request refused");
            (self.on_refusal)(&username, code, reason);
        }
    }

    fn fulfil(&mut self, request: &Request, response: &mut Writer, outside: &mut impl Outside) -> Outcome {
        if has_unknown(&request.message) {
            return Err(Refusal::UNKNOWN_ATTRIBUTE);
        }
        if request.message.method == Method::ALLOCATE {
            return self.allocate(request, response, outside);
        }
        let index = self.allocation_of(&request.client, request.second).ok_or(Refusal::NO_ALLOCATION)?;
        if !self.allocations[index].belongs_to(&request.sender) {
            return Err(Refusal::OTHER_USER);
        }
        match request.message.method {
            Method::REFRESH => self.refresh(index, request, response, outside),
            Method::CREATE_PERMISSION => self.create_permission(index, request),
            _ => self.channel_bind(index, request),
        }
    }

    fn refresh(
        &mut self,
        index: usize,
        request: &Request,
        response: &mut Writer,
        outside: &mut impl Outside,
    ) -> Outcome {
        let family = requested_family(&request.message, attribute::REQUESTED_ADDRESS_FAMILY)?;
        let allocation = &mut self.allocations[index];
        if family.is_some_and(|family| allocation.relay(family).is_none()) {
            return Err(Refusal::PEER_OF_OTHER_FAMILY);
        }
        let lifetime = lifetime(&request.message)?;
        if lifetime > 0 {
            let lifetime = lifetime.min(allocation.at_most_until.saturating_sub(request.second));
            self.prolong(index, request.second.saturating_add(lifetime));
            response.u32(attribute::LIFETIME, lifetime);
            return Ok(());
        }
        // Of two relays, one can be ended by its family.
        if let Some(relay) = family.and_then(|family| allocation.take_relay(family)) {
            self.close(relay, outside);
        }
        if family.is_none() || self.allocations[index].relays.iter().all(Option::is_none) {
            self.end(index, outside);
        }
        response.u32(attribute::LIFETIME, 0);
        Ok(())
    }

    fn create_permission(&mut self, index: usize, request: &Request) -> Outcome {
        let limit = self.quotas.limits().permissions;
        let mut peers: Vec<IpAddr> = Vec::new();
        let attributes = request.message.attributes().filter(|found| found.kind == attribute::XOR_PEER_ADDRESS);
        for attribute in attributes {
            let peer = attribute.address(request.message.transaction).ok_or(Refusal::BAD_ATTRIBUTE)?.ip();
            if matches!(self.judge(index, peer)?, Verdict::Refused) {
                return Err(Refusal::PEER_REFUSED);
            }
            if !peers.contains(&peer) {
                peers.push(peer);
            }
            if peers.len() > limit {
                return Err(Refusal::TOO_MANY_PERMISSIONS);
            }
        }
        if peers.is_empty() {
            return Err(Refusal::NO_PEER);
        }
        self.allocations[index].permit(&peers, request.second, self.quotas.limits())
    }

    fn channel_bind(&mut self, index: usize, request: &Request) -> Outcome {
        let number = request.message.get(attribute::CHANNEL_NUMBER).and_then(|value| value.first_chunk::<2>());
        let number = number.map(|number| u16::from_be_bytes(*number)).filter(|number| is_channel(*number));
        let number = number.ok_or(Refusal::NO_CHANNEL)?;
        let peer = request.message.get_address(attribute::XOR_PEER_ADDRESS).ok_or(Refusal::NO_PEER)?;
        // Before the decision, so that one which changes meanwhile is made once more.
        let version = self.config.own_addresses.version();
        let verdict = self.judge(index, peer.ip())?;
        if peer.port() == 0 || !verdict.allows(peer.port()) {
            return Err(Refusal::PEER_REFUSED);
        }
        self.allocations[index].bind(number, peer, (verdict, version), request.second, self.quotas.limits())
    }

    /// What the policy says about a peer of an allocation.
    fn judge(&self, index: usize, peer: IpAddr) -> Result<Verdict, Refusal> {
        let allocation = &self.allocations[index];
        if allocation.relay(Family::of(peer)).is_none() {
            return Err(Refusal::PEER_OF_OTHER_FAMILY);
        }
        let (config, relays) = (&self.config, self.quotas.relays());
        Ok(config.policy.judge(peer, &allocation.client, &config.own_addresses, relays))
    }
}

/// A client that came by IPv4 has an IPv4 address, also where one socket serves both families.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// LIFETIME within what is allowed; 0 stays 0.
pub(super) fn lifetime(request: &Message) -> Result<Second, Refusal> {
    match request.get(attribute::LIFETIME) {
        None => Ok(DEFAULT_LIFETIME),
        Some(_) => match request.get_u32(attribute::LIFETIME).ok_or(Refusal::BAD_ATTRIBUTE)? {
            0 => Ok(0),
            seconds => Ok(seconds.clamp(DEFAULT_LIFETIME, LONGEST_LIFETIME)),
        },
    }
}

/// The family that an attribute names.
pub(super) fn requested_family(request: &Message, kind: u16) -> Result<Option<Family>, Refusal> {
    match request.get(kind) {
        None => Ok(None),
        Some([1, _, _, _]) => Ok(Some(Family::V4)),
        Some([2, _, _, _]) => Ok(Some(Family::V6)),
        Some([_, _, _, _]) => Err(Refusal::NO_SUCH_FAMILY),
        Some(_) => Err(Refusal::BAD_ATTRIBUTE),
    }
}

/// The attributes that have to be understood and are not: DONT-FRAGMENT among them, since a relay socket sends for one
/// client like for the next.
fn unknown(message: &Message) -> impl Iterator<Item = u16> {
    let is_unknown = |kind: &u16| {
        attribute::must_be_understood(*kind)
            && !matches!(
                *kind,
                attribute::MAPPED_ADDRESS
                    | attribute::USERNAME
                    | attribute::ERROR_CODE
                    | attribute::UNKNOWN_ATTRIBUTES
                    | attribute::CHANNEL_NUMBER
                    | attribute::LIFETIME
                    | attribute::XOR_PEER_ADDRESS
                    | attribute::DATA
                    | attribute::REALM
                    | attribute::NONCE
                    | attribute::XOR_RELAYED_ADDRESS
                    | attribute::REQUESTED_ADDRESS_FAMILY
                    | attribute::EVEN_PORT
                    | attribute::REQUESTED_TRANSPORT
                    | attribute::XOR_MAPPED_ADDRESS
                    | attribute::RESERVATION_TOKEN
            )
    };
    message.attributes().map(|attribute| attribute.kind).filter(is_unknown)
}

pub(super) fn has_unknown(message: &Message) -> bool {
    unknown(message).next().is_some()
}
