//! One worker's sockets: what its machine reaches the world by.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use mio::{Interest, Registry, Token};
use slab::Slab;

use super::datagrams::Datagrams;
use super::outbox::{Outbox, Route, Sockets};
use super::ports::Ports;
use super::stream_link::StreamLink;
use crate::five_tuple::{Family, FiveTuple, Transport};
use crate::machine::{Delivery, OpenError, Outside, RelayId};

/// What a socket is for.
#[derive(Debug, Clone)]
pub(super) enum Role {
    /// Clients come to it: at this address.
    Clients(SocketAddr),
    /// Relays for the client of this stream, or for one that came over UDP.
    Relay(Option<Arc<StreamLink>>),
}

#[derive(Debug)]
struct Entry {
    datagrams: Datagrams,
    role: Role,
}

/// The sockets, by number.
#[derive(Debug, Default)]
pub(super) struct Table(Slab<Entry>);

impl Sockets for Table {
    fn get(&mut self, number: usize) -> Option<&mut Datagrams> {
        self.0.get_mut(number).map(|entry| &mut entry.datagrams)
    }
}

impl Table {
    /// A socket and what it is for.
    pub fn entry(&self, number: usize) -> Option<(&Datagrams, &Role)> {
        self.0.get(number).map(|entry| (&entry.datagrams, &entry.role))
    }
}

/// One worker's sockets and streams.
#[derive(Debug)]
pub(super) struct Network {
    pub table: Table,
    pub outbox: Outbox,
    pub streams: HashMap<FiveTuple, Arc<StreamLink>>,
    registry: Registry,
    ports: Ports,
    /// Sockets for clients, IPv4 and IPv6, and whether each has several addresses.
    to_clients: [Option<(usize, bool)>; 2],
    /// Whose packet the machine handles.
    current: Option<FiveTuple>,
}

impl Network {
    pub fn new(registry: Registry, ports: Ports) -> Self {
        let (table, outbox, streams) = (Table::default(), Outbox::default(), HashMap::new());
        Self { table, outbox, streams, registry, ports, to_clients: [None; 2], current: None }
    }

    /// Adds a socket to which clients come.
    pub fn listen(&mut self, datagrams: Datagrams, address: SocketAddr) -> std::io::Result<()> {
        let number = self.add(datagrams, Role::Clients(address))?;
        self.to_clients[usize::from(address.is_ipv6())] = Some((number, address.ip().is_unspecified()));
        Ok(())
    }

    fn add(&mut self, datagrams: Datagrams, role: Role) -> std::io::Result<usize> {
        let vacant = self.table.0.vacant_entry();
        let (number, mut datagrams) = (vacant.key(), datagrams);
        self.registry.register(&mut datagrams.socket, Token(number), Interest::READABLE)?;
        vacant.insert(Entry { datagrams, role });
        Ok(number)
    }

    /// Notes whose packet the machine is given next.
    pub fn serve(&mut self, client: FiveTuple) -> &mut Self {
        self.current = Some(client);
        self
    }

    /// Sends a peer's datagram on to the client.
    pub fn deliver(&mut self, delivery: &Delivery, payload: &[u8]) {
        let (client, padding) = (delivery.client, usize::from(delivery.padding));
        if client.transport == Transport::Udp {
            if let Some(route) = self.route(client) {
                self.outbox.push(&mut self.table, route, delivery.header(), payload, padding);
            }
        } else if let Some(link) = self.streams.get(&client)
            && !link.send_data(delivery.header(), payload, padding)
        {
            self.outbox.dropped += 1;
        }
    }

    /// Sends what waits, and wakes the tasks of streams.
    pub fn flush(&mut self) {
        self.outbox.flush(&mut self.table);
    }

    fn route(&self, client: FiveTuple) -> Option<Route> {
        let (socket, several) = self.to_clients[usize::from(client.client.is_ipv6())]?;
        let from = (several && !client.server.ip().is_unspecified()).then(|| client.server.ip());
        Some(Route { socket, to: client.client, from })
    }
}

impl Outside for Network {
    fn open(&mut self, family: Family, even_port: bool) -> Result<(RelayId, SocketAddr), OpenError> {
        let client = self.current.ok_or(OpenError::Exhausted)?;
        let (datagrams, address) = self.ports.open(family, even_port, client.server.ip())?;
        let link = self.streams.get(&client).cloned();
        let number = self.add(datagrams, Role::Relay(link.clone())).map_err(|_| OpenError::Exhausted)?;
        if let Some(link) = link {
            link.relay_opened();
        }
        Ok((RelayId(number as u32), address))
    }

    fn close(&mut self, relay: RelayId) {
        self.outbox.flush(&mut self.table);
        if let Some(mut entry) = self.table.0.try_remove(relay.0 as usize) {
            let _ = self.registry.deregister(&mut entry.datagrams.socket);
            if let Role::Relay(Some(link)) = entry.role {
                link.relay_closed();
            }
        }
    }

    fn to_client(&mut self, client: FiveTuple, packet: &[u8]) {
        if client.transport == Transport::Udp {
            if let Some(route) = self.route(client) {
                self.outbox.push(&mut self.table, route, &[], packet, 0);
            }
        } else if let Some(link) = self.streams.get(&client) {
            link.send_control(packet);
        }
    }

    fn to_peer(&mut self, relay: RelayId, peer: SocketAddr, payload: &[u8]) {
        let route = Route { socket: relay.0 as usize, to: peer, from: None };
        self.outbox.push(&mut self.table, route, &[], payload, 0);
    }
}

/// The address that a client came to.
pub(super) fn server_address(listens: SocketAddr, came_to: Option<IpAddr>) -> SocketAddr {
    match came_to {
        Some(ip) if listens.ip().is_unspecified() => SocketAddr::new(ip, listens.port()),
        _ => listens,
    }
}
