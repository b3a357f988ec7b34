//! What the client gets for an event that it has sent: the acknowledgement, and `signalingError`.

use serde::Serialize;

use super::connection::Connection;
use crate::core::id::PeerId;
use crate::core::reply::{Answered, Reply};
use crate::hub::peer::listed;
use crate::protocol::call::{Candidates, IceCandidate};
use crate::protocol::id::OfferId;
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::socketio::event::{self, EventName};
use crate::protocol::socketio::reply::{Accepted, Ended, Joined, Rejected, SignalingError};
use crate::refusals::RefusalLog;

/// The acknowledgement of `newAnswer` where there are no candidates: pages call `forEach` on it.
const NO_CANDIDATES: Candidates<'static> = Candidates(&[]);

impl Connection {
    /// Acknowledges an event that was accepted.
    pub(super) fn reply(&self, peer: PeerId, event: EventName, ack: Option<i64>, reply: Reply) {
        let user = self.name.as_str();
        match reply {
            Reply::Offered(id) => {
                tracing::info!(peer = %peer, user, offer = %id, "offered");
                self.acknowledge(ack, &Accepted::new(Some(id)));
            }
            Reply::Renegotiated(id) => self.acknowledge(ack, &Accepted::new(Some(id))),
            Reply::Answered(Answered { candidates, begun }) => {
                if let Some((id, offerer)) = begun {
                    tracing::info!(peer = %peer, user, offerer = offerer.as_str(), offer = %id, "answered");
                }
                self.acknowledge_candidates(ack, &candidates);
            }
            Reply::Offers(offers) => {
                self.emit_offers(&offers);
                self.acknowledge(ack, &Accepted::new(None));
            }
            Reply::Ended(ids) => {
                self.log_ended(peer, event, &ids);
                self.acknowledge(ack, &Ended { ended: ids.len() });
            }
            Reply::Pong => self.acknowledge(ack, "pong"),
            Reply::Joined(room, joined) => self.acknowledge(ack, &Joined::new(&room, &joined)),
            Reply::Ignored => match event {
                EventName::NewAnswer => self.acknowledge(ack, &NO_CANDIDATES),
                EventName::Test => self.acknowledge(ack, "pong"),
                EventName::Hangup | EventName::CancelOffer => self.acknowledge(ack, &Ended { ended: 0 }),
                _ => self.acknowledge(ack, &Accepted::new(None)),
            },
            Reply::Done | Reply::Welcome(_) | Reply::Left(_) => self.acknowledge(ack, &Accepted::new(None)),
        }
    }

    /// Says why an event had no effect.
    pub(super) fn reject(&self, refusals: &mut RefusalLog, event: EventName, ack: Option<i64>, refusal: &Refusal) {
        // A call that the client does not have is none that it could end.
        if event == EventName::Hangup && refusal.code == Code::NoCall {
            return self.acknowledge(ack, &Ended { ended: 0 });
        }
        refusals.refused(self.name.as_str(), event.name(), refusal.code.name(), &refusal.message);
        // In rooms the acknowledgement says it all, where the client asked for one.
        if ack.is_none() || !matches!(event, EventName::Room(_)) {
            self.emit(event::SIGNALING_ERROR, &SignalingError { event: event.name(), refusal });
        }
        match event {
            EventName::NewAnswer => self.acknowledge(ack, &NO_CANDIDATES),
            _ => self.acknowledge(ack, &Rejected::new(refusal)),
        }
    }

    /// Tells the client something about its `auth`.
    pub(super) fn remark(&self, refusals: &mut RefusalLog, refusal: &Refusal) {
        refusals.refused(self.name.as_str(), "connect", refusal.code.name(), &refusal.message);
        self.emit(event::SIGNALING_ERROR, &SignalingError { event: "connect", refusal });
    }

    pub(super) fn acknowledge<T: Serialize + ?Sized>(&self, ack: Option<i64>, payload: &T) {
        if let Some(ack) = ack {
            self.ack(ack, payload);
        }
    }

    fn acknowledge_candidates(&self, ack: Option<i64>, candidates: &[IceCandidate]) {
        match ack {
            Some(ack) if candidates.iter().any(IceCandidate::is_binary) => {
                self.ack_binary(ack, &Candidates(candidates));
            }
            ack => self.acknowledge(ack, &Candidates(candidates)),
        }
    }

    fn log_ended(&self, peer: PeerId, event: EventName, ids: &[OfferId]) {
        let user = self.name.as_str();
        match (event, ids) {
            (_, []) => {}
            (EventName::CancelOffer, [id, ..]) => tracing::info!(peer = %peer, user, offer = %id, "cancelled"),
            _ => tracing::info!(peer = %peer, user, offers = listed(ids), "hung up"),
        }
    }
}
