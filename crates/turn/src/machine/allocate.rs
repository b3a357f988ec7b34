//! Allocate (RFC 8656 section 7.2).

use std::net::{IpAddr, SocketAddr};

use super::allocation::{AllocateResponse, Allocation, Relay};
use super::clock::Second;
use super::outside::{OpenError, Outside};
use super::refusal::Refusal;
use super::requests::{DEFAULT_LIFETIME, Request, canonical, lifetime, requested_family};
use super::server::Machine;
use crate::five_tuple::{Family, FiveTuple};
use crate::message::{Message, Writer, attribute};

/// Seconds that an allocation lasts at most: a client whose credential has expired cannot open another one.
const LONGEST_LIFE: Second = 24 * 3600;
/// How many ports are tried if others relay at the same address already.
const OPEN_ATTEMPTS: usize = 4;
/// UDP as REQUESTED-TRANSPORT names it.
const UDP: u8 = 17;

/// What relays a client asks for.
struct Wanted {
    family: Family,
    additional: bool,
    even_port: bool,
}

/// Reads what is asked for, in the order of RFC 8656 section 7.2.
fn wanted(request: &Message) -> Result<Wanted, Refusal> {
    match request.get(attribute::REQUESTED_TRANSPORT) {
        None => return Err(Refusal::NO_TRANSPORT),
        Some([UDP, _, _, _]) => {}
        Some([_, _, _, _]) => return Err(Refusal::NOT_UDP),
        Some(_) => return Err(Refusal::BAD_ATTRIBUTE),
    }
    let family = requested_family(request, attribute::REQUESTED_ADDRESS_FAMILY)?;
    let additional = requested_family(request, attribute::ADDITIONAL_ADDRESS_FAMILY)?;
    // The first bit asks for the next port, too.
    let even_port = request.get(attribute::EVEN_PORT).map(|value| value.first().is_some_and(|bits| bits & 0x80 != 0));
    if request.get(attribute::RESERVATION_TOKEN).is_some() {
        let alone = family.is_none() && additional.is_none() && even_port.is_none();
        return Err(if alone { Refusal::NO_RESERVATION } else { Refusal::TOKEN_AND_MORE });
    }
    match additional {
        Some(_) if family.is_some() => Err(Refusal::TWO_FAMILIES),
        Some(Family::V4) => Err(Refusal::ADDITIONAL_V4),
        Some(Family::V6) if even_port == Some(true) => Err(Refusal::ADDITIONAL_V4),
        _ if even_port == Some(true) => Err(Refusal::NO_RESERVATION),
        // Without a family it is IPv4, also for a client that comes by IPv6: browsers do not ask, and most peers have IPv4.
        _ => Ok(Wanted {
            family: family.unwrap_or(Family::V4),
            additional: additional.is_some(),
            even_port: even_port.is_some(),
        }),
    }
}

impl Machine {
    pub(super) fn allocate(
        &mut self,
        request: &Request,
        response: &mut Writer,
        outside: &mut impl Outside,
    ) -> Result<(), Refusal> {
        if let Some(index) = self.allocation_of(&request.client, request.second) {
            let allocation = &self.allocations[index];
            // The response to the first of equal requests was lost (RFC 8656 section 7.2, the last paragraph).
            let is_repeated = allocation.response.transaction == *request.message.transaction;
            if !is_repeated || !allocation.belongs_to(&request.sender) {
                return Err(Refusal::HAS_ALLOCATION);
            }
            write(response, allocation);
            return Ok(());
        }
        if !request.sender.is_current(request.now) {
            return Err(Refusal::EXPIRED);
        }
        let wanted = wanted(&request.message)?;
        // Without an allocation there is nothing to end: as if nothing had been asked for.
        let lifetime = Some(lifetime(&request.message)?).filter(|lifetime| *lifetime > 0);
        let lifetime = lifetime.unwrap_or(DEFAULT_LIFETIME);
        // One whose time is up, and that has not been removed yet.
        self.client_gone(request.client, outside);
        let lease = self.quotas.lease(request.sender.name, request.client.client.ip(), request.now.monotonic)?;
        let (relays, no_additional) = self.open(&wanted, &request.client, outside)?;
        let ends = [lifetime, LONGEST_LIFE].map(|seconds| request.second.saturating_add(seconds));
        let answer = AllocateResponse { transaction: *request.message.transaction, lifetime, no_additional };
        let allocation = Allocation::new(request.client, request.sender.key, lease, relays, answer, ends);
        write(response, &allocation);
        self.insert(allocation);
        Ok(())
    }

    /// Opens the relays. If there is only one of two, the refusal is that of the other.
    fn open(
        &self,
        wanted: &Wanted,
        client: &FiveTuple,
        outside: &mut impl Outside,
    ) -> Result<([Option<Relay>; 2], Option<Refusal>), Refusal> {
        let mut open = |family| self.open_one(family, wanted.even_port, client, outside);
        match (wanted.family, wanted.additional) {
            (Family::V6, _) => Ok(([None, Some(open(Family::V6)?)], None)),
            (Family::V4, false) => Ok(([Some(open(Family::V4)?), None], None)),
            (Family::V4, true) => match (open(Family::V4), open(Family::V6)) {
                (Err(refusal), Err(_)) => Err(refusal),
                (v4, v6) => Ok(([v4.ok(), v6.ok()], v4.err().or(v6.err()))),
            },
        }
    }

    fn open_one(
        &self,
        family: Family,
        even_port: bool,
        client: &FiveTuple,
        outside: &mut impl Outside,
    ) -> Result<Relay, Refusal> {
        for _ in 0..OPEN_ATTEMPTS {
            let (id, local) = outside.open(family, even_port).map_err(|error| match error {
                OpenError::Family => Refusal::NO_SUCH_FAMILY,
                OpenError::Exhausted => Refusal::NO_PORT,
            })?;
            let ip = self.relayed_ip(family, local.ip(), client.server.ip().to_canonical());
            let address = ip.map(|ip| SocketAddr::new(ip, local.port()));
            match address {
                Some(address) if self.quotas.relays().insert(address, local) => return Ok(Relay { id, address }),
                _ => outside.close(id),
            }
            address.ok_or(Refusal::NO_SUCH_FAMILY)?;
        }
        Err(Refusal::NO_PORT)
    }

    /// The address to which peers send: the one that was configured, else that of the socket, else the one to which the
    /// client came. A client on this machine may come to loopback, where its peers are not.
    fn relayed_ip(&self, family: Family, local: IpAddr, server: IpAddr) -> Option<IpAddr> {
        let is_usable = |ip: IpAddr| Family::of(ip) == family && !ip.is_unspecified();
        let is_reachable = |ip: IpAddr| {
            is_usable(ip) && !ip.is_loopback() && !matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
        };
        let external = self.config.external.iter().map(IpAddr::to_canonical).find(|ip| is_usable(*ip));
        external
            .or(Some(local).filter(|ip| is_usable(*ip)))
            .or(Some(server).filter(|ip| is_reachable(*ip)))
            .or_else(|| self.config.own_addresses.find(is_reachable))
            .or(Some(server).filter(|ip| is_usable(*ip)))
    }
}

/// Writes the response to an Allocate.
fn write(response: &mut Writer, allocation: &Allocation) {
    for relay in allocation.relays.iter().flatten() {
        response.address(attribute::XOR_RELAYED_ADDRESS, relay.address);
    }
    response.u32(attribute::LIFETIME, allocation.response.lifetime);
    response.address(attribute::XOR_MAPPED_ADDRESS, canonical(allocation.client.client));
    if let Some(refusal) = allocation.response.no_additional {
        let family = if allocation.relay(Family::V6).is_none() { Family::V6 } else { Family::V4 };
        response.address_error(family, refusal.code, refusal.reason);
    }
}
