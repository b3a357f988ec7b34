//! A call: the course's offer object, and the descriptions and candidates in it.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::fragments;
use super::id::OfferId;
use super::limits::Limits;
use super::name::UserName;
use super::opaque::{OnWire, Opaque};
use super::refusal::{Code, Refusal};

/// Which end of a call a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// The caller: the course's CLIENT1.
    Offerer,
    /// The peer that answers: the course's CLIENT2.
    Answerer,
}

/// What became of a call, as one of its pages reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallStage {
    /// The two browsers are connected, and this is how; `None` if the page does not say.
    Connected(Option<ConnectionKind>),
    /// They found no way to each other.
    Failed,
}

/// By which way two browsers reach each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionKind {
    /// From one to the other.
    Direct,
    /// Through a relay (TURN server).
    Relayed,
}

impl CallStage {
    /// As it is spelled in `callStage`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connected(_) => "connected",
            Self::Failed => "failed",
        }
    }
}

/// Which of its sender's calls a candidate belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallRef {
    /// This one.
    Id(OfferId),
    /// The one in which the sender has sent a description with this ICE username fragment, or is about to.
    Fragment(Box<str>),
    /// The newest in its role.
    Newest,
}

/// An offer or an answer (RTCSessionDescription), relayed as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionDescription {
    opaque: Arc<Opaque>,
    fragments: Arc<[Box<str>]>,
}

impl SessionDescription {
    /// # Errors
    /// `bad-payload` for null, `too-large` beyond the limit.
    pub fn new(opaque: Opaque, limits: &Limits) -> Result<Self, Refusal> {
        if opaque.is_null() {
            return Err(Refusal::new(
                Code::BadPayload,
                "The description is empty: send what createOffer() or createAnswer() gave.",
            ));
        }
        if opaque.size() > limits.max_description {
            return Err(Refusal::new(
                Code::TooLarge,
                format!("The description is too large: {} bytes are the most.", limits.max_description),
            ));
        }
        let fragments = fragments::of_description(opaque.json());
        Ok(Self { opaque: Arc::new(opaque), fragments })
    }

    /// The value as it is sent.
    pub fn on_wire(&self) -> OnWire<'_> {
        OnWire(&self.opaque)
    }

    /// The ICE username fragments in it.
    pub fn fragments(&self) -> &[Box<str>] {
        &self.fragments
    }

    /// Bytes held.
    pub fn size(&self) -> usize {
        self.opaque.size()
    }

    /// Whether it holds binary values.
    pub fn is_binary(&self) -> bool {
        self.opaque.is_binary()
    }
}

/// An ICE candidate (RTCIceCandidateInit, or null at the end of gathering), relayed as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IceCandidate(Arc<Opaque>);

impl IceCandidate {
    /// # Errors
    /// `too-large` beyond the limit.
    pub fn new(opaque: Opaque, limits: &Limits) -> Result<Self, Refusal> {
        if opaque.size() > limits.max_candidate {
            return Err(Refusal::new(
                Code::TooLarge,
                format!("The candidate is too large: {} bytes are the most.", limits.max_candidate),
            ));
        }
        Ok(Self(Arc::new(opaque)))
    }

    /// The value as it is sent.
    pub fn on_wire(&self) -> OnWire<'_> {
        OnWire(&self.0)
    }

    /// The ICE username fragment that it names, if it does.
    pub fn fragment(&self) -> Option<Box<str>> {
        fragments::of_candidate(self.0.json())
    }

    /// Bytes held.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// Whether it holds binary values.
    pub fn is_binary(&self) -> bool {
        self.0.is_binary()
    }
}

/// What one member of a room, or of a session at `/gst`, sends another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Relayed {
    /// An offer: the first one of a client that has joined, or a later one of either side (ICE restart, another track).
    Offer(SessionDescription),
    /// The answer to one.
    Answer(SessionDescription),
    /// A candidate.
    Candidate(IceCandidate),
}

/// The offer object.
///
/// Cloning copies pointers, not descriptions. On the wire ([`Call::on_wire`]) it has the course's six keys, then ours (`to` only if
/// the offer is to one user):
///
/// ```json
/// {"offererUserName": "Ann", "offer": {"type": "offer", "sdp": "v=0…"}, "offerIceCandidates": [],
///  "answererUserName": null, "answer": null, "answererIceCandidates": [], "offerId": "0123456789abcdef", "to": "Bob"}
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The caller.
    pub offerer_user_name: UserName,
    /// The offer.
    pub offer: SessionDescription,
    /// The offerer's candidates so far, oldest first.
    pub offer_ice_candidates: Vec<IceCandidate>,
    /// The peer that answered.
    pub answerer_user_name: Option<UserName>,
    /// The answer.
    pub answer: Option<SessionDescription>,
    /// Which offer this is. Pages of the course ignore it and send it back with their answer.
    pub offer_id: OfferId,
    /// The user name of the only clients that may answer; `None` for all of the lobby.
    pub to: Option<UserName>,
}

impl Call {
    /// An open offer.
    pub fn new(offer_id: OfferId, offerer: UserName, offer: SessionDescription, early: Vec<IceCandidate>) -> Self {
        Self {
            offerer_user_name: offerer,
            offer,
            offer_ice_candidates: early,
            answerer_user_name: None,
            answer: None,
            offer_id,
            to: None,
        }
    }

    /// The offer object as it is sent.
    pub fn on_wire(&self) -> OfferObject<'_> {
        OfferObject {
            offerer_user_name: &self.offerer_user_name,
            offer: self.offer.on_wire(),
            offer_ice_candidates: Candidates(&self.offer_ice_candidates),
            answerer_user_name: self.answerer_user_name.as_ref(),
            answer: self.answer.as_ref().map(SessionDescription::on_wire),
            answerer_ice_candidates: [],
            offer_id: self.offer_id,
            to: self.to.as_ref(),
        }
    }

    /// An upper bound of the bytes that it takes on the wire while it is open.
    pub fn size(&self) -> usize {
        // The keys, the id and the brackets; a byte of a name takes six if it has to be escaped.
        const FRAME: usize = 200;
        let names = self.offerer_user_name.as_str().len() + self.to.as_ref().map_or(0, |to| to.as_str().len());
        FRAME + 6 * names + self.content() + self.offer_ice_candidates.len()
    }

    /// Bytes of the descriptions and candidates in it.
    pub fn content(&self) -> usize {
        let candidates: usize = self.offer_ice_candidates.iter().map(IceCandidate::size).sum();
        self.offer.size() + self.answer.as_ref().map_or(0, SessionDescription::size) + candidates
    }

    /// Whether anything in it is binary.
    pub fn is_binary(&self) -> bool {
        self.offer.is_binary()
            || self.answer.as_ref().is_some_and(SessionDescription::is_binary)
            || self.offer_ice_candidates.iter().any(IceCandidate::is_binary)
    }
}

/// The wire form of a [`Call`].
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferObject<'a> {
    offerer_user_name: &'a UserName,
    offer: OnWire<'a>,
    offer_ice_candidates: Candidates<'a>,
    answerer_user_name: Option<&'a UserName>,
    answer: Option<OnWire<'a>>,
    /// Always empty, as in the course's server: these candidates are relayed one by one.
    answerer_ice_candidates: [(); 0],
    offer_id: OfferId,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a UserName>,
}

/// The wire form of a list of candidates: an array.
#[derive(Debug)]
pub struct Candidates<'a>(pub &'a [IceCandidate]);

impl Serialize for Candidates<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(IceCandidate::on_wire))
    }
}
