//! A peer: what its client sends goes to the hub, and the hub's replies go back.

use std::cell::RefCell;
use std::sync::Arc;

use serde::Serialize;

use super::connection::IncomingEvent;
use super::event::{self, EventName};
use super::outbox::Outbox;
use super::payload::Command;
use crate::core::peer::{ConnectionEnd, Newcomer};
use crate::core::room_command::RoomCommand;
use crate::core::room_event::RoomMembership;
use crate::hub::directory::{Broadcast, Outbox as _};
use crate::hub::{self, Hub, Outcome, Speaker};
use crate::protocol::call::IceCandidate;
use crate::protocol::name::{ConnectionId, OfferId, PeerId, RoomName, UserName};
use crate::protocol::refusal::Refusal;
use crate::refusals::RefusalLog;

/// One client that is connected. When it is dropped, it has left: even a panic leaves nothing of it.
pub struct Peer {
    /// How its connection ended. Set before it is dropped.
    pub end: ConnectionEnd,
    id: PeerId,
    name: UserName,
    connection: ConnectionId,
    outbox: Arc<Outbox>,
    hub: Arc<Hub>,
    refusals: RefCell<RefusalLog>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<OfferId>,
}

#[derive(Serialize)]
struct In {
    ok: bool,
    room: RoomName,
    #[serde(flatten)]
    permit: RoomMembership,
}

#[derive(Serialize)]
struct Refused<'a> {
    ok: bool,
    error: &'a Refusal,
}

#[derive(Serialize)]
struct Count {
    ended: usize,
}

/// The payload of `signalingError`.
#[derive(Serialize)]
pub struct SignalingError<'a> {
    /// Which event had no effect.
    pub event: &'a str,
    /// Why.
    #[serde(flatten)]
    pub refusal: &'a Refusal,
}

impl Peer {
    /// Course step 10: a new client is connected to the signaling server; or one who was here before is back.
    /// `way_out` makes its outbox.
    pub fn arrive(newcomer: Newcomer, hub: Arc<Hub>, way_out: impl FnOnce(PeerId) -> Outbox) -> Self {
        let connection = ConnectionId(hub::random());
        let name = newcomer.name.clone();
        let (id, outbox) = hub.arrive(connection, newcomer, |arrival| {
            let outbox = Arc::new(way_out(arrival.peer));
            if let Some(restored) = &arrival.restored {
                outbox.emit(event::RESTORED, restored);
            }
            for (number, message) in &arrival.missed {
                outbox.tell(&Broadcast::new(message.clone()), *number);
            }
            if !arrival.offers.is_empty() {
                // Course step 11: the server emits the waiting offers to the new client.
                outbox.emit_offers(&arrival.offers);
            }
            let back = arrival.restored.as_ref();
            let calls = back.iter().flat_map(|back| back.calls.iter().map(|call| call.offer_id).chain(back.open_offer));
            let (user, offers) = (name.as_str(), listed(&calls.collect::<Vec<_>>()));
            tracing::info!(peer = %arrival.peer, user, back = back.is_some(), offers, "connected");
            outbox
        });
        Self { id, name, connection, outbox, hub, end: ConnectionEnd::Broken, refusals: RefCell::default() }
    }

    /// Tells it something about its `auth`.
    pub fn remark(&self, refusal: &Refusal) {
        self.log_refusal("connect", refusal);
        self.outbox.emit(event::SIGNALING_ERROR, &SignalingError { event: "connect", refusal });
    }

    fn log_refusal(&self, event: &str, Refusal { code, message }: &Refusal) {
        self.refusals.borrow_mut().refused(self.name.as_str(), event, code.name(), message);
    }

    /// Acts on an event.
    pub fn receive(&self, IncomingEvent { event: said, reading, ack }: IncomingEvent) {
        let by = Speaker { peer: self.id, connection: self.connection, number: reading.number };
        match reading.command {
            Err(refusal) => self.hub.refuse(by, refusal, |outcome| self.done(said, ack, outcome)),
            Ok(Command::Test) => self.reply(ack, "pong"),
            Ok(Command::CheckOffers) => self.hub.open_offers(self.id, |offers| {
                self.outbox.emit_offers(&offers);
                self.reply(ack, &Done { ok: true, offer_id: None });
            }),
            // Course step 8: the server holds the offer for the other browser, associated with CLIENT1.
            Ok(Command::Offer(offer)) => self.hub.offer(by, offer, |outcome| {
                self.act(said, ack, outcome, |ack, id| {
                    tracing::info!(peer = %self.id, user = self.name.as_str(), offer = %id, "offered");
                    self.reply(ack, &Done { ok: true, offer_id: Some(id) });
                });
            }),
            Ok(Command::Renegotiate(id, offer)) => self.hub.renegotiate(by, id, offer, |outcome| {
                self.act(said, ack, outcome, |ack, ()| self.reply(ack, &Done { ok: true, offer_id: Some(id) }));
            }),
            // Course step 19: CLIENT2 emits its answer. Course step 21: the store has CLIENT1 told.
            Ok(Command::Answer(wanted, answer)) => {
                self.hub.answer(by, &wanted, answer, ack.is_some(), |outcome| {
                    self.act(said, ack, outcome, |ack, (candidates, begun)| {
                        if let Some((id, offerer)) = begun {
                            let (user, offerer) = (self.name.as_str(), offerer.as_str());
                            tracing::info!(peer = %self.id, user, offerer, offer = %id, "answered");
                        }
                        // The candidates so far go first, so that none that is passed on overtakes them.
                        let is_binary = candidates.iter().any(IceCandidate::is_binary);
                        match ack {
                            Some(ack) if is_binary => self.outbox.reply_binary(ack, &candidates),
                            ack => self.reply(ack, &candidates),
                        }
                    });
                });
            }
            // Course step 9: the server holds CLIENT1's candidates; once answered, both sides' are passed on.
            Ok(Command::Candidate(role, call, candidate)) => {
                self.hub.candidate(by, role, call, candidate, |outcome| self.done(said, ack, outcome));
            }
            Ok(Command::RejoinCall(id, role, other, key)) => {
                self.hub.rejoin(by, id, (role, other, key), |outcome| self.done(said, ack, outcome));
            }
            Ok(Command::HangUp(only)) => {
                let ended = |outcome: Outcome<Vec<OfferId>>| {
                    let calls = outcome.and_then(Result::ok).unwrap_or_default();
                    if !calls.is_empty() {
                        let (user, offers) = (self.name.as_str(), listed(&calls));
                        tracing::info!(peer = %self.id, user, offers, "hung up");
                    }
                    self.reply(ack, &Count { ended: calls.len() });
                };
                match only.as_deref().map(OfferId::parse) {
                    // An id that we never gave: nothing ends.
                    Some(None) => self.hub.refuse(by, Refusal::no_call(), |_| ended(None)),
                    only => self.hub.hang_up(by, only.flatten(), ended),
                }
            }
            Ok(Command::CancelOffer) => self.hub.cancel(by, |outcome| {
                let offer = outcome.and_then(Result::ok).flatten();
                if let Some(id) = offer {
                    tracing::info!(peer = %self.id, user = self.name.as_str(), offer = %id, "cancelled");
                }
                self.reply(ack, &Count { ended: usize::from(offer.is_some()) });
            }),
            Ok(Command::Room(command)) => {
                let room = match &command {
                    RoomCommand::Join(room) => Some(room.clone()),
                    _ => None,
                };
                self.hub.in_room(by, command, |outcome| {
                    self.act(said, ack, outcome, |ack, permit| match room.zip(permit) {
                        Some((room, permit)) => self.reply(ack, &In { ok: true, room, permit }),
                        None => self.reply(ack, &Done { ok: true, offer_id: None }),
                    });
                });
            }
        }
    }

    /// For what brings nothing but that it was done.
    fn done(&self, said: EventName, ack: Option<i64>, outcome: Outcome<()>) {
        self.act(said, ack, outcome, |ack, ()| self.reply(ack, &Done { ok: true, offer_id: None }));
    }

    /// Does what follows from an outcome: the deed, the refusal, or for something heard before the bare reply.
    fn act<T>(&self, said: EventName, ack: Option<i64>, outcome: Outcome<T>, deed: impl FnOnce(Option<i64>, T)) {
        match outcome {
            Some(Ok(result)) => deed(ack, result),
            Some(Err(refusal)) => self.refuse(said, &refusal, ack),
            None if said == EventName::NewAnswer => self.reply(ack, &[(); 0][..]),
            None => self.reply(ack, &Done { ok: true, offer_id: None }),
        }
    }

    fn reply<T: Serialize + ?Sized>(&self, ack: Option<i64>, payload: &T) {
        if let Some(ack) = ack {
            self.outbox.reply(ack, payload);
        }
    }

    fn refuse(&self, said: EventName, refusal: &Refusal, ack: Option<i64>) {
        self.log_refusal(said.name(), refusal);
        // In rooms the ack says it all, where there is one.
        if ack.is_none() || !matches!(said, EventName::Room(_)) {
            self.outbox.emit(event::SIGNALING_ERROR, &SignalingError { event: said.name(), refusal });
        }
        match said {
            // Pages call `forEach` on it.
            EventName::NewAnswer => self.reply(ack, &[(); 0][..]),
            _ => self.reply(ack, &Refused { ok: false, error: refusal }),
        }
    }
}

/// Offer ids for a line of the log: the first ones, as many as one can read.
fn listed(offers: &[OfferId]) -> String {
    const MOST: usize = 8;
    let mut words: Vec<_> = offers.iter().take(MOST).map(ToString::to_string).collect();
    if offers.len() > MOST {
        words.push(format!("and {} more", offers.len() - MOST));
    }
    words.join(" ")
}

impl Drop for Peer {
    fn drop(&mut self) {
        let calls = self.hub.leave(self.id, self.connection, self.end);
        let (user, how) = (self.name.as_str(), self.end);
        tracing::info!(peer = %self.id, user, ?how, offers = listed(&calls), "gone");
    }
}
