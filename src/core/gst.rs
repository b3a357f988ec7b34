//! Streams by GStreamer's signaling protocol: producers, consumers and listeners of a lobby, and sessions of two.
//!
//! ```text
//! consumer --- startSession ---> producer     or     producer --- startSession ---> waiting consumer
//!     the consuming side receives sessionStarted, the producing side startSession: it offers
//!     peer: descriptions and candidates, both ways    endSession: by either, and when one is gone
//! ```
//!
//! A message about a session that does not exist is ignored, as GStreamer's own server does: candidates of one side cross
//! the end by the other, and `webrtcsink` stops its whole pipeline at an `error`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::as_list;
use super::context::Context;
use super::id::PeerId;
use super::reply::Reply;
use crate::protocol::call::Relayed;
use crate::protocol::gst::{GstMessage, GstMeta, GstPeer, GstRequest, GstRoles};
use crate::protocol::id::{GstPeerId, GstSessionId};
use crate::protocol::name::Lobby;
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::server_message::ServerMessage;

/// The peers of one lobby that have a role. An empty one is not kept.
#[derive(Debug, Default, Serialize, Deserialize)]
struct InLobby {
    producers: BTreeSet<PeerId>,
    listeners: BTreeSet<PeerId>,
    consumers: BTreeSet<PeerId>,
    /// How many have a role.
    count: usize,
    /// Bytes of the `meta` of producers and consumers.
    meta_bytes: usize,
}

/// A peer that has a role or a session.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Participant {
    roles: GstRoles,
    /// Kept only for the lists.
    meta: Option<GstMeta>,
    sessions: BTreeSet<GstSessionId>,
}

impl Participant {
    fn meta_bytes(&self) -> usize {
        self.meta.as_ref().map_or(0, GstMeta::size)
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Session {
    producer: PeerId,
    consumer: PeerId,
}

impl Session {
    /// The other peer of a session; `None` for a peer that is not in it.
    fn other(self, peer: PeerId) -> Option<PeerId> {
        match peer {
            _ if peer == self.producer => Some(self.consumer),
            _ if peer == self.consumer => Some(self.producer),
            _ => None,
        }
    }
}

/// All streams.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Gst {
    #[serde(with = "as_list")]
    lobbies: HashMap<Lobby, InLobby>,
    #[serde(with = "as_list")]
    participants: HashMap<PeerId, Participant>,
    #[serde(with = "as_list")]
    sessions: HashMap<GstSessionId, Session>,
}

impl Gst {
    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.lobbies.is_empty() && self.participants.is_empty() && self.sessions.is_empty()
    }

    /// A client has connected: it receives its id.
    pub fn welcome(&self, ctx: &mut Context<'_>, peer: PeerId) {
        send(ctx, peer, GstMessage::Welcome(GstPeerId(peer.0)));
    }

    /// A client has sent a message. `id` is for the session that it may start.
    ///
    /// # Errors
    /// `bad-payload`, `no-such-peer`, `no-call`, `too-many`.
    pub fn handle(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        request: GstRequest,
        id: GstSessionId,
    ) -> Result<Reply, Refusal> {
        match request {
            GstRequest::SetStatus { roles, meta } => self.set_status(ctx, peer, roles, meta),
            GstRequest::List => self.list(ctx, peer, |lobby| &lobby.producers, GstMessage::Producers),
            GstRequest::ListConsumers => self.list(ctx, peer, |lobby| &lobby.consumers, GstMessage::Consumers),
            GstRequest::StartSession { peer: other, offer } => self.start(ctx, peer, PeerId(other.0), offer, id),
            GstRequest::EndSession(session) => self.end(ctx, peer, session),
            GstRequest::Relay { session, content } => self.relay(ctx, peer, session, content),
        }
    }

    /// A peer is removed: its sessions end, and listeners are notified that it has no role any more.
    pub fn disconnect(&mut self, ctx: &mut Context<'_>, peer: PeerId) {
        let Ok((_, lobby)) = ctx.identity(peer) else { return };
        let Some(Participant { roles, sessions, .. }) = self.participants.get(&peer) else { return };
        let had_role = !roles.is_empty();
        for session in sessions.clone() {
            self.close(ctx, peer, session);
        }
        if had_role {
            self.assign(&lobby, peer, GstRoles::default(), None);
            self.notify(ctx, &lobby, peer, GstRoles::default(), None);
        }
    }

    /// `setPeerStatus`: the peer has these roles and no others. Sessions in which it was the producer, or for which it
    /// waited as a consumer, end with that role. Listeners are notified even if nothing has changed, the peer itself among
    /// them: `gstwebrtc-api` waits for that.
    fn set_status(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        roles: GstRoles,
        meta: Option<GstMeta>,
    ) -> Result<Reply, Refusal> {
        let (_, lobby) = ctx.identity(peer)?;
        if roles.producer && roles.consumer {
            let sentence = "A peer is a producer or a waiting consumer, not both.";
            return Err(Refusal::new(Code::BadPayload, sentence));
        }
        let listed = meta.clone().filter(|_| roles.is_listed());
        self.may_have(ctx, &lobby, peer, roles, listed.as_ref())?;
        let before = self.participants.get(&peer);
        let (old, sessions) = before.map(|before| (before.roles, before.sessions.clone())).unwrap_or_default();
        let ends_as_producer = old.producer && !roles.producer;
        let ends_as_consumer = old.consumer && !roles.consumer;
        for id in sessions {
            let Some(Session { producer, .. }) = self.sessions.get(&id) else { continue };
            if if *producer == peer { ends_as_producer } else { ends_as_consumer } {
                self.close(ctx, peer, id);
            }
        }
        self.assign(&lobby, peer, roles, listed);
        self.notify(ctx, &lobby, peer, roles, meta);
        Ok(Reply::Done)
    }

    fn may_have(
        &self,
        ctx: &Context<'_>,
        lobby: &Lobby,
        peer: PeerId,
        roles: GstRoles,
        meta: Option<&GstMeta>,
    ) -> Result<(), Refusal> {
        let Some(in_lobby) = self.lobbies.get(lobby) else { return Ok(()) };
        let before = self.participants.get(&peer);
        let is_new = before.is_none_or(|before| before.roles.is_empty());
        if is_new && !roles.is_empty() && in_lobby.count >= ctx.limits.max_gst_peers {
            return Err(Refusal::new(Code::TooMany, "There are too many producers, consumers and listeners here."));
        }
        let bytes = in_lobby.meta_bytes - before.map_or(0, Participant::meta_bytes) + meta.map_or(0, GstMeta::size);
        if meta.is_some() && bytes > ctx.limits.list_bytes {
            return Err(Refusal::new(Code::TooMany, "The meta of all producers and consumers together is too large."));
        }
        Ok(())
    }

    /// Gives a peer these roles, and takes all others from it.
    fn assign(&mut self, lobby: &Lobby, peer: PeerId, roles: GstRoles, meta: Option<GstMeta>) {
        let in_lobby = self.lobbies.entry(lobby.clone()).or_default();
        let participant = self.participants.entry(peer).or_default();
        in_lobby.count -= usize::from(!participant.roles.is_empty());
        in_lobby.meta_bytes -= participant.meta_bytes();
        participant.roles = roles;
        participant.meta = meta;
        in_lobby.count += usize::from(!roles.is_empty());
        in_lobby.meta_bytes += participant.meta_bytes();
        for (set, has_role) in [
            (&mut in_lobby.producers, roles.producer),
            (&mut in_lobby.listeners, roles.listener),
            (&mut in_lobby.consumers, roles.consumer),
        ] {
            if has_role {
                set.insert(peer)
            } else {
                set.remove(&peer)
            };
        }
        if in_lobby.count == 0 {
            self.lobbies.remove(lobby);
        }
        self.forget_if_idle(peer);
    }

    fn notify(&self, ctx: &mut Context<'_>, lobby: &Lobby, peer: PeerId, roles: GstRoles, meta: Option<GstMeta>) {
        let Some(in_lobby) = self.lobbies.get(lobby) else { return };
        let message = GstMessage::StatusChanged { peer: GstPeerId(peer.0), roles, meta };
        ctx.send_to_all(in_lobby.listeners.iter().copied().collect(), ServerMessage::Gst(message));
    }

    fn list(
        &self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        of: impl Fn(&InLobby) -> &BTreeSet<PeerId>,
        message: impl Fn(Vec<GstPeer>) -> GstMessage,
    ) -> Result<Reply, Refusal> {
        let (_, lobby) = ctx.identity(peer)?;
        let entry = |id: &PeerId| {
            let meta = self.participants.get(id).and_then(|participant| participant.meta.clone());
            GstPeer { id: GstPeerId(id.0), meta }
        };
        let peers = self.lobbies.get(&lobby).map(|in_lobby| of(in_lobby).iter().map(entry).collect());
        send(ctx, peer, message(peers.unwrap_or_default()));
        Ok(Reply::Done)
    }

    fn start(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        other: PeerId,
        offer: Option<Arc<str>>,
        id: GstSessionId,
    ) -> Result<Reply, Refusal> {
        let (_, lobby) = ctx.identity(peer)?;
        if peer == other {
            return Err(Refusal::new(Code::NoSuchPeer, "This peerId is your own: a session has two peers."));
        }
        let in_lobby = self.lobbies.get(&lobby).ok_or_else(Refusal::no_such_gst_peer)?;
        let session = if in_lobby.producers.contains(&other) {
            Session { producer: other, consumer: peer }
        } else if in_lobby.consumers.contains(&other) {
            Session { producer: peer, consumer: other }
        } else {
            return Err(Refusal::no_such_gst_peer());
        };
        let count = |peer| self.participants.get(&peer).map_or(0, |participant| participant.sessions.len());
        if count(peer).max(count(other)) >= ctx.limits.max_calls {
            let sentence = "You or the other peer have too many sessions at once: end some of them first.";
            return Err(Refusal::new(Code::TooMany, sentence));
        }
        self.sessions.insert(id, session);
        for member in [peer, other] {
            self.participants.entry(member).or_default().sessions.insert(id);
        }
        let Session { producer, consumer } = session;
        // First: what the producer sends belongs to a session that the consumer knows.
        send(ctx, consumer, GstMessage::SessionStarted { peer: GstPeerId(producer.0), session: id });
        send(ctx, producer, GstMessage::StartSession { peer: GstPeerId(consumer.0), session: id, offer });
        Ok(Reply::Done)
    }

    fn relay(&self, ctx: &mut Context<'_>, peer: PeerId, id: GstSessionId, content: Relayed) -> Result<Reply, Refusal> {
        let Some(session) = self.sessions.get(&id) else { return Ok(Reply::Ignored) };
        let other = session.other(peer).ok_or_else(Refusal::not_in_session)?;
        if matches!(content, Relayed::Offer(_)) && peer != session.producer {
            let sentence =
                "Only the producer offers within a session; a consumer's first offer goes with startSession.";
            return Err(Refusal::new(Code::BadPayload, sentence));
        }
        send(ctx, other, GstMessage::Peer { session: id, content });
        Ok(Reply::Done)
    }

    fn end(&mut self, ctx: &mut Context<'_>, peer: PeerId, id: GstSessionId) -> Result<Reply, Refusal> {
        let Some(session) = self.sessions.get(&id) else { return Ok(Reply::Ignored) };
        session.other(peer).ok_or_else(Refusal::not_in_session)?;
        self.close(ctx, peer, id);
        Ok(Reply::Done)
    }

    /// Ends a session of this peer; the other one is notified.
    fn close(&mut self, ctx: &mut Context<'_>, peer: PeerId, id: GstSessionId) {
        let Some(session) = self.sessions.remove(&id) else { return };
        for member in [session.producer, session.consumer] {
            if let Some(participant) = self.participants.get_mut(&member) {
                participant.sessions.remove(&id);
            }
            self.forget_if_idle(member);
        }
        if let Some(other) = session.other(peer) {
            send(ctx, other, GstMessage::EndSession(id));
        }
    }

    fn forget_if_idle(&mut self, peer: PeerId) {
        if self.participants.get(&peer).is_some_and(|idle| idle.roles.is_empty() && idle.sessions.is_empty()) {
            self.participants.remove(&peer);
        }
    }
}

fn send(ctx: &mut Context<'_>, to: PeerId, message: GstMessage) {
    ctx.send(to, ServerMessage::Gst(message));
}
