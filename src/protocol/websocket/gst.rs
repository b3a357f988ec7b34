//! The signaling protocol of GStreamer's `webrtcsink` on a bare WebSocket: JSON objects with a `type`, in text frames. The
//! types are those of its server; `code` in an `error` is our own.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::protocol::call::{IceCandidate, Relayed, SessionDescription};
use crate::protocol::client_message::ClientMessage;
use crate::protocol::gst::{GstMessage, GstMeta, GstPeer, GstRequest, GstRoles};
use crate::protocol::id::{GstPeerId, GstSessionId};
use crate::protocol::json::{object, text as text_of};
use crate::protocol::limits::Limits;
use crate::protocol::opaque::{OnWire, Opaque};
use crate::protocol::refusal::{Code, Refusal};

/// The types that a client may send.
const TYPES: [&str; 6] = ["setPeerStatus", "list", "listConsumers", "startSession", "endSession", "peer"];

/// A frame of a client, read.
#[derive(Debug)]
pub struct DecodedGstFrame {
    /// Its `type`, or what stands for it in the log.
    pub kind: &'static str,
    /// Whether there is such a message at all.
    pub is_known: bool,
    /// The message, or what is wrong with it.
    pub message: Result<ClientMessage, Refusal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Incoming<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    roles: Option<&'a RawValue>,
    #[serde(borrow, default)]
    meta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    peer_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    offer: Option<&'a RawValue>,
    #[serde(borrow, default)]
    session_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    sdp: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ice: Option<&'a RawValue>,
}

/// Reads a text frame.
///
/// Refusals: `bad-payload`, `too-large`, `no-such-peer`, `no-call`.
pub fn decode(text: &str, limits: &Limits) -> DecodedGstFrame {
    let unknown = |kind, sentence: &'static str| {
        let message = Err(Refusal::new(Code::BadPayload, sentence));
        DecodedGstFrame { kind, is_known: false, message }
    };
    let Some(frame) = object::<Incoming>(text) else {
        return unknown("(no JSON object)", "This is not a JSON object: send {\"type\", ...} as text.");
    };
    let kind = frame.kind.and_then(text_of);
    let Some(kind) = TYPES.into_iter().find(|known| kind.as_deref() == Some(known)) else {
        let sentence = "No such type: there are setPeerStatus, list, listConsumers, startSession, endSession and peer.";
        return unknown("(no known type)", sentence);
    };
    DecodedGstFrame { kind, is_known: true, message: request(kind, &frame, limits).map(ClientMessage::Gst) }
}

fn request(kind: &str, frame: &Incoming<'_>, limits: &Limits) -> Result<GstRequest, Refusal> {
    Ok(match kind {
        "setPeerStatus" => {
            let roles = roles(frame.roles)?;
            let meta = frame.meta.map(|meta| GstMeta::new(Opaque::new(meta, &[])?, limits)).transpose()?;
            GstRequest::SetStatus { roles, meta }
        }
        "list" => GstRequest::List,
        "listConsumers" => GstRequest::ListConsumers,
        "startSession" => {
            let peer = needed_text(frame.peer_id, "startSession takes peerId, the id of a peer, as text.")?;
            let offer =
                frame.offer.map(|offer| needed_text(Some(offer), "The offer is its SDP, as text.")).transpose()?;
            if offer.as_ref().is_some_and(|offer| offer.len() > limits.max_description) {
                let sentence = format!("The offer is too large: {} bytes are the most.", limits.max_description);
                return Err(Refusal::new(Code::TooLarge, sentence));
            }
            let peer = GstPeerId::parse(&peer).ok_or_else(Refusal::no_such_gst_peer)?;
            GstRequest::StartSession { peer, offer: offer.map(Into::into) }
        }
        "endSession" => GstRequest::EndSession(session(frame)?),
        _ => {
            let session = session(frame)?;
            GstRequest::Relay { session, content: content(frame, limits)? }
        }
    })
}

fn roles(roles: Option<&RawValue>) -> Result<GstRoles, Refusal> {
    let bad = || {
        let sentence =
            "setPeerStatus takes roles: a list of \"producer\", \"listener\" and \"consumer\", or an empty one.";
        Refusal::new(Code::BadPayload, sentence)
    };
    let names: Vec<String> = serde_json::from_str(roles.ok_or_else(bad)?.get()).map_err(|_| bad())?;
    let mut roles = GstRoles::default();
    for name in names {
        match name.as_str() {
            "producer" => roles.producer = true,
            "listener" => roles.listener = true,
            "consumer" => roles.consumer = true,
            _ => return Err(bad()),
        }
    }
    Ok(roles)
}

fn session(frame: &Incoming<'_>) -> Result<GstSessionId, Refusal> {
    let session = needed_text(frame.session_id, "Which session? Give its sessionId, as text.")?;
    GstSessionId::parse(&session).ok_or_else(Refusal::not_in_session)
}

fn needed_text(value: Option<&RawValue>, sentence: &'static str) -> Result<String, Refusal> {
    value.and_then(text_of).ok_or_else(|| Refusal::new(Code::BadPayload, sentence))
}

/// What `sdp` or `ice` hold. Native peers read nothing else than these shapes, so a description or candidate of another
/// one is rejected here; keys beside them are relayed.
fn content(frame: &Incoming<'_>, limits: &Limits) -> Result<Relayed, Refusal> {
    #[derive(Deserialize)]
    struct Sdp<'a> {
        #[serde(rename = "type", borrow)]
        kind: &'a RawValue,
        #[serde(borrow)]
        sdp: &'a RawValue,
    }
    #[derive(Deserialize)]
    struct Ice<'a> {
        #[serde(borrow)]
        candidate: &'a RawValue,
        #[serde(rename = "sdpMLineIndex")]
        _index: u32,
    }
    let is_text = |value: &RawValue| value.get().starts_with('"');
    let bad = |sentence| Refusal::new(Code::BadPayload, sentence);
    match (frame.sdp, frame.ice) {
        (Some(sdp), None) => {
            let sentence = "The sdp is a description: {\"type\": \"offer\" or \"answer\", \"sdp\"}.";
            let given = object::<Sdp>(sdp.get()).filter(|given| is_text(given.sdp)).ok_or_else(|| bad(sentence))?;
            let description = SessionDescription::new(Opaque::new(sdp, &[])?, limits)?;
            match text_of(given.kind).as_deref() {
                Some("offer") => Ok(Relayed::Offer(description)),
                Some("answer") => Ok(Relayed::Answer(description)),
                _ => Err(bad(sentence)),
            }
        }
        (None, Some(ice)) => {
            let sentence = "The ice is a candidate: {\"candidate\", \"sdpMLineIndex\"}, a text and a number.";
            object::<Ice>(ice.get()).filter(|given| is_text(given.candidate)).ok_or_else(|| bad(sentence))?;
            Ok(Relayed::Candidate(IceCandidate::new(Opaque::new(ice, &[])?, limits)?))
        }
        _ => Err(bad("A peer message has one of the keys sdp and ice.")),
    }
}

/// The wire form of a message.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Frame<'a> {
    Welcome {
        peer_id: GstPeerId,
    },
    PeerStatusChanged {
        roles: Roles,
        meta: Option<OnWire<'a>>,
        peer_id: GstPeerId,
    },
    List {
        producers: Listed<'a>,
    },
    ListConsumers {
        consumers: Listed<'a>,
    },
    StartSession {
        peer_id: GstPeerId,
        session_id: GstSessionId,
        offer: Option<&'a str>,
    },
    SessionStarted {
        peer_id: GstPeerId,
        session_id: GstSessionId,
    },
    Peer {
        session_id: GstSessionId,
        #[serde(skip_serializing_if = "Option::is_none")]
        sdp: Option<OnWire<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        ice: Option<OnWire<'a>>,
    },
    EndSession {
        session_id: GstSessionId,
    },
    Error {
        details: &'a str,
        code: Code,
    },
}

struct Roles(GstRoles);

impl Serialize for Roles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let GstRoles { producer, listener, consumer } = self.0;
        let names = [("producer", producer), ("listener", listener), ("consumer", consumer)];
        serializer.collect_seq(names.into_iter().filter_map(|(name, has_role)| has_role.then_some(name)))
    }
}

struct Listed<'a>(&'a [GstPeer]);

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Peer<'a> {
            id: GstPeerId,
            meta: Option<OnWire<'a>>,
        }
        let peers =
            self.0.iter().map(|GstPeer { id, meta }| Peer { id: *id, meta: meta.as_ref().map(GstMeta::on_wire) });
        serializer.collect_seq(peers)
    }
}

/// The `type` of a message.
pub fn name(message: &GstMessage) -> &'static str {
    match message {
        GstMessage::Welcome(_) => "welcome",
        GstMessage::StatusChanged { .. } => "peerStatusChanged",
        GstMessage::Producers(_) => "list",
        GstMessage::Consumers(_) => "listConsumers",
        GstMessage::StartSession { .. } => "startSession",
        GstMessage::SessionStarted { .. } => "sessionStarted",
        GstMessage::Peer { .. } => "peer",
        GstMessage::EndSession(_) => "endSession",
    }
}

/// A message as a text frame.
pub fn encode(message: &GstMessage) -> String {
    let frame = match message {
        GstMessage::Welcome(peer_id) => Frame::Welcome { peer_id: *peer_id },
        GstMessage::StatusChanged { peer, roles, meta } => {
            let (roles, meta) = (Roles(*roles), meta.as_ref().map(GstMeta::on_wire));
            Frame::PeerStatusChanged { roles, meta, peer_id: *peer }
        }
        GstMessage::Producers(peers) => Frame::List { producers: Listed(peers) },
        GstMessage::Consumers(peers) => Frame::ListConsumers { consumers: Listed(peers) },
        GstMessage::StartSession { peer, session, offer } => {
            Frame::StartSession { peer_id: *peer, session_id: *session, offer: offer.as_deref() }
        }
        GstMessage::SessionStarted { peer, session } => Frame::SessionStarted { peer_id: *peer, session_id: *session },
        GstMessage::Peer { session, content } => {
            let (sdp, ice) = match content {
                Relayed::Offer(description) | Relayed::Answer(description) => (Some(description.on_wire()), None),
                Relayed::Candidate(candidate) => (None, Some(candidate.on_wire())),
            };
            Frame::Peer { session_id: *session, sdp, ice }
        }
        GstMessage::EndSession(session) => Frame::EndSession { session_id: *session },
    };
    json(&frame)
}

/// The frame for a message that was rejected.
pub fn rejected(refusal: &Refusal) -> String {
    json(&Frame::Error { details: &refusal.message, code: refusal.code })
}

/// Frames hold texts and JSON of clients, under keys that are texts: JSON can hold all of it.
fn json(frame: &Frame<'_>) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}
