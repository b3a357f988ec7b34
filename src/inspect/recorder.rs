//! What the hub and the transports report to.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::chaos::Fate;
use super::content::{Content, EventText, Outcome, Payload, Receivers, Transport};
use super::inspector::Inspector;
use super::options::InspectorOptions;
use crate::core::command::{ConnectionEnd, Purpose};
use crate::core::id::PeerId;
use crate::core::reply::Reply;
use crate::protocol::id::OfferId;
use crate::protocol::name::{Lobby, UserName};
use crate::protocol::refusal::Refusal;
use crate::protocol::server_message::ServerMessage;

/// Takes reports. While the inspector is off, it does nothing, and costs nothing but the question. Cheap to clone.
#[derive(Clone, Default)]
pub struct Recorder(Option<Arc<Inspector>>);

/// How a client is connected, for its record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin {
    /// By which transport.
    pub transport: Transport,
    /// From which address, if it is known.
    pub address: Option<IpAddr>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_on() { "Recorder(on)" } else { "Recorder(off)" })
    }
}

impl Recorder {
    /// A recorder of a server that starts now.
    pub fn new(options: InspectorOptions) -> Self {
        Self(options.is_on.then(|| Arc::new(Inspector::new(options))))
    }

    /// The inspector, if it is on.
    pub fn inspector(&self) -> Option<&Arc<Inspector>> {
        self.0.as_ref()
    }

    /// Whether the inspector is on.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// A client is connected.
    pub fn connected(
        &self,
        client: PeerId,
        user_name: &UserName,
        (purpose, lobby): (Purpose, &Lobby),
        Origin { transport, address }: Origin,
        is_back: bool,
    ) {
        if let Some(inspector) = &self.0 {
            inspector.chaos.iter().for_each(|chaos| chaos.note_client(client, Some((lobby, user_name))));
            let (user_name, lobby) = (user_name.clone(), lobby.clone());
            let from = inspector.number_of(address);
            inspector.push(Content::Connect { client, user_name, purpose, transport, lobby, is_back, from });
        }
    }

    /// A client that polled has a WebSocket now.
    pub fn upgraded(&self, client: PeerId) {
        if let Some(inspector) = &self.0 {
            inspector.push(Content::Upgrade { client });
        }
    }

    /// A connection ended.
    pub fn disconnected(&self, client: PeerId, end: ConnectionEnd, offers: &[OfferId]) {
        if let Some(inspector) = &self.0 {
            inspector.chaos.iter().for_each(|chaos| chaos.note_client(client, None));
            inspector.push(Content::Disconnect { client, end, offers: offers.to_vec() });
        }
    }

    /// A client was not admitted to this service.
    pub fn rejected(
        &self,
        service: &'static str,
        user_name: Option<&str>,
        (code, message): (&'static str, &str),
        origin: Option<&str>,
        address: Option<IpAddr>,
    ) {
        if let Some(inspector) = &self.0 {
            let (user_name, origin) = (user_name.map(Box::from), origin.map(Box::from));
            let from = inspector.number_of(address);
            inspector.push(Content::Reject { service, user_name, code, message: message.into(), origin, from });
        }
    }

    /// A client sent an event of this name. Returns the number of its record.
    pub fn received(
        &self,
        client: PeerId,
        (event, is_known): (impl Into<EventText>, bool),
        payload: impl FnOnce() -> Payload,
        ack: Option<i64>,
    ) -> Option<u64> {
        let inspector = self.0.as_ref()?;
        let payload = payload();
        let (size, text, shape) = payload.parts();
        let content = Content::Receive { client, event: event.into(), is_known, size, ack, shape };
        Some(inspector.push_with(content, text))
    }

    /// The event of this record was accepted.
    pub fn accepted(&self, client: PeerId, to: Option<u64>, reply: &Reply) {
        let (Some(inspector), Some(to)) = (&self.0, to) else { return };
        let outcome = match reply {
            Reply::Offered(id) => Outcome::Offered(*id),
            Reply::Renegotiated(id) => Outcome::Renegotiated(*id),
            Reply::Answered(answered) => match &answered.begun {
                Some((id, offerer)) => Outcome::Answered(*id, offerer.clone(), answered.candidates.len()),
                None => return,
            },
            Reply::Declined(id) => Outcome::Declined(*id),
            Reply::Ended(ids) => Outcome::Ended(ids.clone()),
            Reply::Joined(room, joined) => Outcome::Joined(room.clone(), joined.peer_id),
            Reply::Waiting(room, id) => Outcome::Waiting(room.clone(), *id),
            Reply::Ignored | Reply::Stale => Outcome::Ignored,
            Reply::Done
            | Reply::Pong
            | Reply::Welcome(_)
            | Reply::Left(_)
            | Reply::Offers(_)
            | Reply::Reported(..)
            | Reply::BackEnd(_) => return,
        };
        inspector.push(Content::Outcome { client, to, outcome });
    }

    /// The event of this record, or something that is no event, was refused.
    pub fn refused(
        &self,
        client: PeerId,
        to: Option<u64>,
        event: impl Into<EventText>,
        Refusal { code, message, .. }: &Refusal,
    ) {
        if let Some(inspector) = &self.0 {
            let (event, code, message) = (event.into(), code.name(), message.as_ref().into());
            inspector.push(Content::Refuse { client, to, event, code, message });
        }
    }

    /// A client was sent the acknowledgement of the event of this record.
    pub fn replied(
        &self,
        client: PeerId,
        to: Option<u64>,
        (event, ack): (impl Into<EventText>, Option<i64>),
        payload: impl FnOnce() -> Payload,
    ) {
        if let (Some(inspector), Some(to)) = (&self.0, to) {
            let payload = payload();
            let (size, text, shape) = payload.parts();
            inspector.push_with(Content::Reply { client, to, event: event.into(), ack, size, shape }, text);
        }
    }

    /// Clients were sent an event. `cause`: the record of the event that brought it about.
    pub fn sent(
        &self,
        to: Receivers,
        event: impl Into<EventText>,
        cause: Option<u64>,
        payload: impl FnOnce() -> Payload,
    ) {
        if let Some(inspector) = &self.0 {
            let payload = payload();
            let (size, text, shape) = payload.parts();
            inspector.push_with(Content::Send { to, event: event.into(), cause, size, shape }, text);
        }
    }

    /// What becomes of a message to a client: sent, unless chaos is on.
    pub fn fate(&self, to: PeerId, message: &ServerMessage) -> Fate {
        self.0.as_ref().map_or(Fate::Send, |inspector| inspector.fate(to, message))
    }

    /// Takes out candidates in the reply to a client, if chaos says so.
    pub fn strip(&self, to: PeerId, reply: &mut Reply) {
        if let (Some(inspector), Reply::Answered(answered)) = (&self.0, reply) {
            inspector.strip(to, &mut answered.candidates);
        }
    }

    /// How long a user must stay away: not at all, unless chaos is on.
    pub fn away(&self, name: &UserName) -> Duration {
        let chaos = self.0.as_ref().and_then(|inspector| inspector.chaos.as_ref());
        chaos.map_or(Duration::ZERO, |chaos| chaos.away(name))
    }

    /// The server stops.
    pub fn stopped(&self) {
        if let Some(inspector) = &self.0 {
            let number = inspector.push(Content::Stop);
            inspector.stop.store(number, Ordering::Relaxed);
        }
    }
}
