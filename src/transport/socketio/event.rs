//! The events of this door, each named once. Spelled nowhere else in the server; those of rooms, which are the same at
//! every door, in `signaling`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::core::room_command::RoomVerb;

/// What a client may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventName {
    /// A caller's offer: `description`, or `{offer}`; within a call `{offerId, offer}`.
    NewOffer,
    /// The offer object with `answer` filled in; acked by the offerer's candidates so far.
    NewAnswer,
    /// `{iceCandidate, iceUserName, didIOffer, offerId?}`.
    IceCandidate,
    /// Asks for `availableOffers`.
    CheckOffers,
    /// Ends the sender's calls and its open offer, or the one named by `{offerId}`.
    Hangup,
    /// Withdraws the sender's open offer.
    CancelOffer,
    /// One end of a call that this server has forgotten: `{offerId, didIOffer, userName, key}`.
    RejoinCall,
    /// Acked by "pong".
    Test,
    /// Something in a room: acked by `{ok: true, ...}` or `{ok: false, error}`.
    Room(RoomVerb),
    /// Something else, from which nothing follows.
    Unknown,
}

impl EventName {
    /// Every event with every spelling seen in the wild, the right one first.
    pub const SPELLINGS: [(Self, &'static [&'static str]); 13] = [
        (Self::NewOffer, &["newOffer"]),
        (Self::NewAnswer, &["newAnswer"]),
        (
            Self::IceCandidate,
            &[
                "sendIceCandidateToSignalingServer",
                "sendIceCandidatesToServer",
                "sendIceCandidatetoSignalingServer",
                "sendICECandidatetoSignalServer",
                "sendICEToSignalingServer",
            ],
        ),
        (Self::CheckOffers, &["checkOffers"]),
        (Self::Hangup, &["hangup"]),
        (Self::CancelOffer, &["cancelOffer"]),
        (Self::RejoinCall, &["rejoinCall"]),
        (Self::Test, &["test"]),
        (Self::Room(RoomVerb::Join), &[RoomVerb::Join.name()]),
        (Self::Room(RoomVerb::Offer), &[RoomVerb::Offer.name()]),
        (Self::Room(RoomVerb::Answer), &[RoomVerb::Answer.name()]),
        (Self::Room(RoomVerb::Candidate), &[RoomVerb::Candidate.name()]),
        (Self::Room(RoomVerb::Leave), &[RoomVerb::Leave.name()]),
    ];

    /// Which event has this name, in whichever spelling.
    pub fn from_name(name: &str) -> Self {
        static BY_NAME: LazyLock<HashMap<&str, EventName>> = LazyLock::new(|| {
            let spellings = EventName::SPELLINGS.into_iter();
            spellings.flat_map(|(said, names)| names.iter().map(move |name| (*name, said))).collect()
        });
        BY_NAME.get(name).copied().unwrap_or(Self::Unknown)
    }

    /// The event's right name, as `signalingError` tells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewOffer => "newOffer",
            Self::NewAnswer => "newAnswer",
            Self::IceCandidate => "sendIceCandidateToSignalingServer",
            Self::CheckOffers => "checkOffers",
            Self::Hangup => "hangup",
            Self::CancelOffer => "cancelOffer",
            Self::RejoinCall => "rejoinCall",
            Self::Test => "test",
            Self::Room(verb) => verb.name(),
            Self::Unknown => "unknown",
        }
    }
}

/// Open offers, oldest first: an array of offer objects. On connect if there are any; else only when asked for.
pub const AVAILABLE_OFFERS: &str = "availableOffers";
/// A new offer: an array of exactly one offer object.
pub const NEW_OFFER_AWAITING: &str = "newOfferAwaiting";
/// The same packet under the name that some pages listen for.
pub const NEW_OFFER_WAITING: &str = "newOfferWaiting";
/// The whole offer object with the answer, to its offerer.
pub const ANSWER_RESPONSE: &str = "answerResponse";
/// The other party's candidate, as it came.
pub const RECEIVED_ICE_CANDIDATE: &str = "receivedIceCandidateFromServer";
/// An open offer is gone: `{offerId, offererUserName, reason}`.
pub const OFFER_WITHDRAWN: &str = "offerWithdrawn";
/// The other party ended the call: `{userName, offerId, reason}`.
pub const PEER_HANGUP: &str = "peerHangup";
/// The other party's connection broke: `{userName, offerId}`.
pub const PEER_LOST: &str = "peerLost";
/// The other party is back: `{userName, offerId}`.
pub const PEER_BACK: &str = "peerBack";
/// The other party's new offer within the call: `{offerId, offer}`. The answer to it comes as `answerResponse`.
pub const RENEGOTIATION: &str = "renegotiation";
/// What somebody who comes back has: `{openOffer, calls, rooms, heard}`.
pub const RESTORED: &str = "restored";
/// The server is going down: `{reason, retryAfterMs}`.
pub const SERVER_CLOSING: &str = "serverClosing";
/// Why something had no effect: `{event, code, message}`.
pub const SIGNALING_ERROR: &str = "signalingError";
