//! Streams at `/gst`: the values of GStreamer's signaling protocol, which `webrtcsink`, `webrtcsrc` and `gstwebrtc-api`
//! speak. A producer has a stream, a consumer receives it in a session of two, and a listener is notified of both.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::call::Relayed;
use super::id::{GstPeerId, GstSessionId};
use super::limits::Limits;
use super::opaque::{OnWire, Opaque};
use super::refusal::{Code, Refusal};

/// The roles of a peer. A peer without any may start sessions all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GstRoles {
    /// It has a stream: others may start a session with it.
    pub producer: bool,
    /// It is notified when the status of a peer changes.
    pub listener: bool,
    /// It waits for a producer to start a session with it.
    pub consumer: bool,
}

impl GstRoles {
    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether a peer with these roles is in one of the two lists.
    pub fn is_listed(self) -> bool {
        self.producer || self.consumer
    }
}

/// What a peer tells others of itself: any JSON, relayed as it came. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GstMeta(Arc<Opaque>);

impl GstMeta {
    /// # Errors
    /// `too-large` beyond the limit.
    pub fn new(opaque: Opaque, limits: &Limits) -> Result<Self, Refusal> {
        if opaque.size() > limits.max_meta {
            let sentence = format!("The meta is too large: {} bytes are the most.", limits.max_meta);
            return Err(Refusal::new(Code::TooLarge, sentence));
        }
        Ok(Self(Arc::new(opaque)))
    }

    /// The value as it is sent.
    pub fn on_wire(&self) -> OnWire<'_> {
        OnWire(&self.0)
    }

    /// Bytes held.
    pub fn size(&self) -> usize {
        self.0.size()
    }
}

/// A message of a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GstRequest {
    /// `setPeerStatus`: the roles that the client has from now on.
    SetStatus {
        /// The roles.
        roles: GstRoles,
        /// What it tells of itself.
        meta: Option<GstMeta>,
    },
    /// `list`: asks for the producers.
    List,
    /// `listConsumers`: asks for the consumers.
    ListConsumers,
    /// `startSession` with a producer, or of a producer with a consumer.
    StartSession {
        /// The other peer.
        peer: GstPeerId,
        /// The SDP of an offer, if the side that produces is to answer.
        offer: Option<Arc<str>>,
    },
    /// `endSession`.
    EndSession(GstSessionId),
    /// `peer`: a description or candidate for the other peer of a session.
    Relay {
        /// The session.
        session: GstSessionId,
        /// What is relayed.
        content: Relayed,
    },
}

/// A peer in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GstPeer {
    /// Its id.
    pub id: GstPeerId,
    /// What it tells of itself.
    pub meta: Option<GstMeta>,
}

/// A message to a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GstMessage {
    /// `welcome`: the receiver's own id.
    Welcome(GstPeerId),
    /// `peerStatusChanged`: to listeners.
    StatusChanged {
        /// The peer, which may be the receiver.
        peer: GstPeerId,
        /// The roles that it has now; none if it is gone.
        roles: GstRoles,
        /// What it tells of itself.
        meta: Option<GstMeta>,
    },
    /// `list`: the producers.
    Producers(Vec<GstPeer>),
    /// `listConsumers`: the consumers that wait for a producer.
    Consumers(Vec<GstPeer>),
    /// `startSession`: the side that produces offers, or answers the offer in it.
    StartSession {
        /// The side that consumes.
        peer: GstPeerId,
        /// The session.
        session: GstSessionId,
        /// The SDP of its offer.
        offer: Option<Arc<str>>,
    },
    /// `sessionStarted`: to the side that consumes.
    SessionStarted {
        /// The side that produces.
        peer: GstPeerId,
        /// The session.
        session: GstSessionId,
    },
    /// `peer`: a description or candidate of the other peer.
    Peer {
        /// The session.
        session: GstSessionId,
        /// What is relayed.
        content: Relayed,
    },
    /// `endSession`: the other peer has ended the session, or is gone.
    EndSession(GstSessionId),
}

impl GstMessage {
    /// A lower bound of its bytes on the wire: those of what clients wrote.
    pub fn size(&self) -> usize {
        let meta = |meta: &Option<GstMeta>| meta.as_ref().map_or(0, GstMeta::size);
        match self {
            Self::StatusChanged { meta: of_peer, .. } => meta(of_peer),
            Self::Producers(peers) | Self::Consumers(peers) => peers.iter().map(|peer| meta(&peer.meta)).sum(),
            Self::StartSession { offer, .. } => offer.as_ref().map_or(0, |offer| offer.len()),
            Self::Peer { content: Relayed::Offer(description) | Relayed::Answer(description), .. } => {
                description.size()
            }
            Self::Peer { content: Relayed::Candidate(candidate), .. } => candidate.size(),
            Self::Welcome(_) | Self::SessionStarted { .. } | Self::EndSession(_) => 0,
        }
    }
}
