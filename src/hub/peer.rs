//! A client that is connected, as its transport holds it.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::order::Hub;
use super::outbox::Outbox;
use super::shards::{Address, Numbers};
use crate::core::command::{ConnectionEnd, Newcomer};
use crate::core::id::PeerId;
use crate::core::reply::Reply;
use crate::protocol::client_message::ClientMessage;
use crate::protocol::id::OfferId;
use crate::protocol::name::{RoomName, UserName};
use crate::protocol::refusal::Refusal;

/// A client that may connect.
#[derive(Debug, Clone)]
pub struct Admission {
    /// Its own data.
    pub newcomer: Newcomer,
    /// The only rooms that it may enter; `None` for all.
    pub rooms: Option<Arc<[RoomName]>>,
}

impl From<Newcomer> for Admission {
    fn from(newcomer: Newcomer) -> Self {
        Self { newcomer, rooms: None }
    }
}

/// A peer and the connection by which it is connected. When it is dropped, the connection has ended: even a panic leaves
/// nothing of it in the hub.
pub struct ConnectedPeer {
    /// How the connection ended. Set before it is dropped.
    pub end: ConnectionEnd,
    /// The number of the request that opened the connection, for the log.
    pub request: Option<u64>,
    hub: Arc<Hub>,
    address: Address,
    name: UserName,
    rooms: Option<Arc<[RoomName]>>,
}

impl ConnectedPeer {
    /// A client connects. Its outbox gets the welcome first, then everything that the client is sent. The peer comes at
    /// once, unless other processes have to know of it.
    ///
    /// # Errors
    /// `unavailable`, from the channel, where the log that processes share cannot be reached.
    pub fn connect(
        hub: &Arc<Hub>,
        admission: impl Into<Admission>,
        outbox: Arc<dyn Outbox>,
    ) -> oneshot::Receiver<Result<Self, Refusal>> {
        let Admission { newcomer, rooms } = admission.into();
        let (connected, peer) = oneshot::channel();
        let (name, of_peer) = (newcomer.name.clone(), hub.clone());
        hub.connect(newcomer, outbox, move |result| {
            let peer = result.map(|address| {
                let (end, request) = (ConnectionEnd::Broken, None);
                Self { end, request, hub: of_peer, address, name, rooms }
            });
            // Where nothing waits for it any more, the peer is dropped, and so disconnects.
            let _ = connected.send(peer);
        });
        peer
    }

    /// Its id.
    pub fn id(&self) -> PeerId {
        self.address.peer
    }

    /// Submits a message ([`Hub::submit`]), or a refusal in its place if it would enter a room that the client may not.
    pub fn submit(
        &self,
        numbers: Numbers,
        message: Result<ClientMessage, Refusal>,
        reply_to: impl FnOnce(Result<Reply, Refusal>) + Send + 'static,
    ) {
        let message = message.and_then(|message| {
            let is_granted = match (&self.rooms, &message) {
                (Some(rooms), ClientMessage::JoinRoom(room) | ClientMessage::JoinPair { room, .. }) => {
                    rooms.contains(room)
                }
                _ => true,
            };
            is_granted.then_some(message).ok_or_else(Refusal::room_not_granted)
        });
        self.hub.submit(self.address, numbers, message, reply_to);
    }
}

impl Drop for ConnectedPeer {
    fn drop(&mut self) {
        let (request, peer, how, name) = (self.request, self.id(), self.end, self.name.clone());
        self.hub.disconnect(self.address, how, move |calls| {
            let user = name.as_str();
            tracing::info!(request, peer = %peer, user, ?how, offers = listed(calls), "gone");
        });
    }
}

/// Offer ids for a line of the log: the first ones, as many as can be read.
pub fn listed(offers: &[OfferId]) -> String {
    const MOST: usize = 8;
    let mut words: Vec<_> = offers.iter().take(MOST).map(ToString::to_string).collect();
    if offers.len() > MOST {
        words.push(format!("and {} more", offers.len() - MOST));
    }
    words.join(" ")
}
