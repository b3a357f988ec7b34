//! The names of Socket.IO events, each spelled here and nowhere else. Those of rooms, which a bare WebSocket has as well,
//! are in [`room_action`](crate::protocol::room_action) and [`room`](crate::protocol::room).

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::protocol::room_action::RoomAction;

/// The event of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventName {
    /// A caller's offer: `description`, or `{offer}`; to one user `{offer, to}`; within a call `{offerId, offer}`.
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
    /// Does not want the offer to the sender's user name that `{offerId}` names.
    DeclineOffer,
    /// One end of a call that this server does not know: `{offerId, didIOffer, userName, key}`.
    RejoinCall,
    /// What became of a call in the browser: `{offerId, stage, kind?}`.
    CallStage,
    /// Acked by "pong".
    Test,
    /// An event of rooms: acked by `{ok: true, ...}` or `{ok: false, error}`.
    Room(RoomAction),
    /// Any other name. It has no effect.
    Unknown,
}

impl EventName {
    /// Each event with each spelling that published course pages use, the documented one first.
    pub const SPELLINGS: [(Self, &'static [&'static str]); 18] = [
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
        (Self::DeclineOffer, &["declineOffer"]),
        (Self::RejoinCall, &["rejoinCall"]),
        (Self::CallStage, &["callStage"]),
        (Self::Test, &["test"]),
        (Self::Room(RoomAction::Join), &[RoomAction::Join.name()]),
        (Self::Room(RoomAction::Offer), &[RoomAction::Offer.name()]),
        (Self::Room(RoomAction::Answer), &[RoomAction::Answer.name()]),
        (Self::Room(RoomAction::Candidate), &[RoomAction::Candidate.name()]),
        (Self::Room(RoomAction::Leave), &[RoomAction::Leave.name()]),
        (Self::Room(RoomAction::SetAccess), &[RoomAction::SetAccess.name()]),
        (Self::Room(RoomAction::Admit), &[RoomAction::Admit.name()]),
        (Self::Room(RoomAction::Reject), &[RoomAction::Reject.name()]),
    ];

    /// The event of this name, in any of its spellings.
    pub fn from_name(name: &str) -> Self {
        static BY_NAME: LazyLock<HashMap<&str, EventName>> = LazyLock::new(|| {
            let spellings = EventName::SPELLINGS.into_iter();
            spellings.flat_map(|(event, names)| names.iter().map(move |name| (*name, event))).collect()
        });
        BY_NAME.get(name).copied().unwrap_or(Self::Unknown)
    }

    /// The event's documented name, as `signalingError` reports it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewOffer => "newOffer",
            Self::NewAnswer => "newAnswer",
            Self::IceCandidate => "sendIceCandidateToSignalingServer",
            Self::CheckOffers => "checkOffers",
            Self::Hangup => "hangup",
            Self::CancelOffer => "cancelOffer",
            Self::DeclineOffer => "declineOffer",
            Self::RejoinCall => "rejoinCall",
            Self::CallStage => "callStage",
            Self::Test => "test",
            Self::Room(action) => action.name(),
            Self::Unknown => "unknown",
        }
    }
}

/// The events of the server, without those of rooms.
pub const OF_SERVER: [&str; 13] = [
    AVAILABLE_OFFERS,
    NEW_OFFER_AWAITING,
    NEW_OFFER_WAITING,
    ANSWER_RESPONSE,
    RECEIVED_ICE_CANDIDATE,
    OFFER_WITHDRAWN,
    PEER_HANGUP,
    PEER_LOST,
    PEER_BACK,
    RENEGOTIATION,
    RESTORED,
    SERVER_CLOSING,
    SIGNALING_ERROR,
];

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
/// An open offer has ended: `{offerId, offererUserName, reason}`.
pub const OFFER_WITHDRAWN: &str = "offerWithdrawn";
/// The other party ended the call: `{userName, offerId, reason}`.
pub const PEER_HANGUP: &str = "peerHangup";
/// The other party's connection broke: `{userName, offerId}`.
pub const PEER_LOST: &str = "peerLost";
/// The other party is connected again: `{userName, offerId}`.
pub const PEER_BACK: &str = "peerBack";
/// The other party's new offer within the call: `{offerId, offer}`. The answer to it comes as `answerResponse`.
pub const RENEGOTIATION: &str = "renegotiation";
/// What a client that returns still has: `{openOffer, calls, rooms, waiting?, heard}`.
pub const RESTORED: &str = "restored";
/// The server stops: `{reason, retryAfterMs}`.
pub const SERVER_CLOSING: &str = "serverClosing";
/// Why an event had no effect: `{event, code, message}`.
pub const SIGNALING_ERROR: &str = "signalingError";
