//! The course's offer object, and the two opaque things that it carries.

use std::sync::Arc;

use serde::Serialize;

use super::fragments;
use super::limits::Limits;
use super::name::{OfferId, UserName};
use super::opaque::Opaque;
use super::refusal::{Code, Refusal};

/// Which end of a call a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The one who called: the course's CLIENT1.
    Offerer,
    /// The one who answers: the course's CLIENT2.
    Answerer,
}

/// Which of its sender's calls a candidate belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallRef {
    /// This one.
    Id(OfferId),
    /// The one in which the sender has sent a description with this ICE username fragment, or is about to.
    Fragment(Box<str>),
    /// The newest in its role.
    Newest,
}

/// An offer or an answer (RTCSessionDescription), relayed as it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct SessionDescription {
    opaque: Arc<Opaque>,
    #[serde(skip)]
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// The offer object. Its serde form is the wire form: six keys of the course in this order, then ours.
/// Cloning copies pointers, not descriptions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Who called.
    pub offerer_user_name: UserName,
    /// The offer.
    pub offer: SessionDescription,
    /// The offerer's candidates so far, oldest first.
    pub offer_ice_candidates: Vec<IceCandidate>,
    /// Who answered.
    pub answerer_user_name: Option<UserName>,
    /// The answer.
    pub answer: Option<SessionDescription>,
    /// Always empty on the wire, as in the course's server: these candidates are passed on one by one.
    pub answerer_ice_candidates: [(); 0],
    /// Which offer this is. Ours: old pages ignore it and echo it back.
    pub offer_id: OfferId,
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
            answerer_ice_candidates: [],
            offer_id,
        }
    }

    /// About how many bytes it takes on the wire while it is open, never less.
    pub fn size(&self) -> usize {
        // The keys, the id and the brackets; a byte of a name takes six if it has to be escaped.
        const FRAME: usize = 200;
        FRAME + 6 * self.offerer_user_name.as_str().len() + self.content() + self.offer_ice_candidates.len()
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
