//! What the client gets for an event that it has sent: the acknowledgement, and `signalingError`.

use super::connection::Connection;
use super::incoming::Request;
use crate::core::id::PeerId;
use crate::core::reply::{Answered, Reply};
use crate::hub::peer::listed;
use crate::metrics::{self, totals};
use crate::protocol::call::{CallStage, Candidates, ConnectionKind, IceCandidate};
use crate::protocol::id::OfferId;
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::socketio::event::{self, EventName};
use crate::protocol::socketio::reply::{Accepted, Ended, Joined, Rejected, SignalingError, Waiting};

/// The acknowledgement of `newAnswer` where there are no candidates: pages call `forEach` on it.
const NO_CANDIDATES: Candidates<'static> = Candidates(&[]);

impl Connection {
    /// Acknowledges an event that was accepted.
    pub(super) fn reply(&self, peer: PeerId, request: Request, reply: Reply) {
        self.recorder.accepted(peer, request.record, &reply);
        let (request_id, user) = (self.request.0, self.name.as_str());
        match reply {
            Reply::Offered(id) => {
                totals::OFFERED.add(1);
                metrics::offered(id.0);
                tracing::info!(request = request_id, peer = %peer, user, offer = %id, "offered");
                self.acknowledge(request, &Accepted::new(Some(id)));
            }
            Reply::Renegotiated(id) => self.acknowledge(request, &Accepted::new(Some(id))),
            Reply::Answered(Answered { candidates, begun }) => {
                if let Some((id, offerer)) = begun {
                    totals::ANSWERED.add(1);
                    metrics::answered(id.0);
                    tracing::info!(request = request_id, peer = %peer, user, offerer = offerer.as_str(), offer = %id, "answered");
                }
                self.acknowledge_candidates(request, &candidates);
            }
            Reply::Declined(id) => {
                totals::DECLINED.add(1);
                tracing::info!(request = request_id, peer = %peer, user, offer = %id, "declined");
                self.acknowledge(request, &Accepted::new(None));
            }
            Reply::Reported(id, stage) => {
                match stage {
                    CallStage::Connected(kind) => metrics::connected(id.0, kind == Some(ConnectionKind::Relayed)),
                    CallStage::Failed => metrics::failed(id.0),
                }
                tracing::info!(request = request_id, peer = %peer, user, offer = %id, stage = stage.name(), "reported");
                self.acknowledge(request, &Accepted::new(None));
            }
            Reply::Offers(offers) => {
                self.emit_offers(&offers, request.record);
                self.acknowledge(request, &Accepted::new(None));
            }
            Reply::Ended(ids) => {
                totals::ENDED.add(ids.len() as u64);
                self.log_ended(peer, request.event, &ids);
                self.acknowledge(request, &Ended { ended: ids.len() });
            }
            Reply::Pong => self.acknowledge(request, "pong"),
            Reply::Joined(room, joined) => self.acknowledge(request, &Joined::new(&room, &joined)),
            Reply::Waiting(room, id) => self.acknowledge(request, &Waiting::new(&room, id)),
            Reply::Stale => {}
            Reply::Ignored => match request.event {
                EventName::NewAnswer => self.acknowledge(request, &NO_CANDIDATES),
                EventName::Test => self.acknowledge(request, "pong"),
                EventName::Hangup | EventName::CancelOffer => self.acknowledge(request, &Ended { ended: 0 }),
                _ => self.acknowledge(request, &Accepted::new(None)),
            },
            Reply::Done | Reply::Welcome(_) | Reply::Left(_) | Reply::BackEnd(_) => {
                self.acknowledge(request, &Accepted::new(None))
            }
        }
    }

    /// Says why an event had no effect.
    pub(super) fn reject(&self, request: Request, refusal: &Refusal) {
        let Request { event, ack, record } = request;
        // A call that the client does not have is none that it could end.
        if event == EventName::Hangup && refusal.code == Code::NoCall {
            return self.acknowledge(request, &Ended { ended: 0 });
        }
        self.refusals.lock().refused(self.who(), event.name(), refusal.code.name(), &refusal.message);
        self.record_refusal(event.name(), record, refusal);
        // In rooms the acknowledgement says it all, where the client asked for one.
        if ack.is_none() || !matches!(event, EventName::Room(_)) {
            self.emit(event::SIGNALING_ERROR, &SignalingError { event: event.name(), refusal }, record);
        }
        match event {
            EventName::NewAnswer => self.acknowledge(request, &NO_CANDIDATES),
            _ => self.acknowledge(request, &Rejected::new(refusal)),
        }
    }

    /// Tells the client something about its `auth`.
    pub(super) fn remark(&self, refusal: &Refusal) {
        self.refusals.lock().refused(self.who(), "connect", refusal.code.name(), &refusal.message);
        self.record_refusal("connect", None, refusal);
        self.emit(event::SIGNALING_ERROR, &SignalingError { event: "connect", refusal }, None);
    }

    fn record_refusal(&self, event: &'static str, record: Option<u64>, refusal: &Refusal) {
        if let Some(client) = self.client.get() {
            self.recorder.refused(*client, record, event, refusal);
        }
    }

    fn acknowledge_candidates(&self, request: Request, candidates: &[IceCandidate]) {
        if candidates.iter().any(IceCandidate::is_binary) {
            let size = candidates.iter().map(IceCandidate::size).sum();
            return self.acknowledge_binary(request, &Candidates(candidates), size);
        }
        self.acknowledge(request, &Candidates(candidates));
    }

    fn log_ended(&self, peer: PeerId, event: EventName, ids: &[OfferId]) {
        let (request, user) = (self.request.0, self.name.as_str());
        match (event, ids) {
            (_, []) => {}
            (EventName::CancelOffer, [id, ..]) => tracing::info!(request, peer = %peer, user, offer = %id, "cancelled"),
            _ => tracing::info!(request, peer = %peer, user, offers = listed(ids), "hung up"),
        }
    }
}
