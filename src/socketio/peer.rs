//! One peer, one conversation, in order: the task that takes what a peer said from its inbox, keeps it, and
//! tells whom it concerns.

use std::sync::Arc;

use serde::Serialize;
use socketioxide::extract::AckSender;
use tokio::sync::mpsc;

use super::event::{self, Said};
use super::handshake::Identity;
use super::inbox::{Entry, Utterance};
use super::outbox::{Directory, Outbox};
use super::payload::Command;
use crate::signaling::name::{ConnectionId, OfferId, PeerId};
use crate::signaling::notice::Ended;
use crate::signaling::peer::Newcomer;
use crate::signaling::refusal::Refusal;
use crate::store::{self, Outcome, Speaker, Store};

/// One live connection, as its task sees it.
pub struct Peer {
    id: PeerId,
    connection: ConnectionId,
    identity: Identity,
    outbox: Arc<Outbox>,
    store: Arc<Store>,
    directory: Arc<Directory>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<OfferId>,
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
    pub fn arrive(
        identity: Identity,
        store: Arc<Store>,
        directory: Arc<Directory>,
        way_out: impl FnOnce(PeerId) -> Outbox,
    ) -> Self {
        let connection = ConnectionId(store::random());
        let Identity { name, lobby, session, counts, received, .. } = identity.clone();
        let newcomer = Newcomer { name, lobby: lobby.clone(), session, counts, received };
        let (id, outbox) = store.arrive(connection, newcomer, |arrival| {
            let outbox = Arc::new(way_out(arrival.peer));
            let left = arrival.superseded.and_then(|peer| directory.find(peer));
            directory.add(lobby, outbox.clone());
            if let Some(left) = left {
                left.cut("its page has come back on another connection");
            }
            if let Some(restored) = &arrival.restored {
                outbox.tell(event::RESTORED, restored);
            }
            for (number, news) in &arrival.missed {
                outbox.tell_news(news, *number);
            }
            if !arrival.offers.is_empty() {
                // Course step 11: the server emits the waiting offers to the new client.
                outbox.tell(event::AVAILABLE_OFFERS, &arrival.offers);
            }
            directory.tell_all(arrival.notices);
            tracing::info!(peer = %arrival.peer, back = arrival.restored.is_some(), "connected");
            (arrival.peer, outbox)
        });
        Self { id, connection, identity, outbox, store, directory }
    }

    /// The conversation: until the connection ends.
    pub async fn converse(self, mut inbox: mpsc::Receiver<Entry>) {
        let mut presence = Presence { peer: &self, how: Ended::Lost };
        while let Some(entry) = inbox.recv().await {
            match entry {
                Entry::Said(utterance) => self.hear(utterance),
                Entry::Gone(how) => {
                    presence.how = how;
                    break;
                }
            }
        }
    }

    fn hear(&self, Utterance { said, reading, ack }: Utterance) {
        let by = Speaker { peer: self.id, connection: self.connection, number: reading.number };
        match reading.command {
            Err(refusal) => {
                let outcome: Outcome<()> = self.store.hears(by).then_some(Err(refusal));
                self.act(said, ack, outcome, |_, ()| {});
            }
            Ok(Command::Test) => self.reply(ack, "pong"),
            Ok(Command::CheckOffers) => self.store.open_offers(self.id, |offers| {
                self.outbox.tell(event::AVAILABLE_OFFERS, &offers);
                self.done(ack, None);
            }),
            // Course step 8: the server holds the offer for the other browser, associated with CLIENT1.
            Ok(Command::Offer(offer)) => self.store.offer(by, offer, |outcome| {
                self.act(said, ack, outcome, |ack, (id, notices)| {
                    tracing::info!(peer = %self.id, offer = %id, "offered");
                    self.done(ack, Some(id));
                    self.directory.tell_all(notices);
                });
            }),
            Ok(Command::Renegotiate(id, offer)) => self.store.renegotiate(by, id, offer, |outcome| {
                self.act(said, ack, outcome, |ack, notice| {
                    self.done(ack, Some(id));
                    self.directory.tell_all(notice);
                });
            }),
            // Course step 19: CLIENT2 emits its answer.
            Ok(Command::Answer(wanted, answer)) => {
                self.store.answer(by, &wanted, answer, ack.is_some(), |outcome| {
                    self.act(said, ack, outcome, |ack, answered| {
                        tracing::info!(peer = %self.id, "answered");
                        // The candidates so far go first, so that none that is passed on overtakes them.
                        self.reply(ack, &answered.candidates);
                        // Course step 21: the server emits the answer to CLIENT1.
                        self.directory.tell_all(answered.notices);
                    });
                });
            }
            // Course step 9: the server holds CLIENT1's candidates; once answered, both sides' are passed on.
            Ok(Command::Candidate(role, id, candidate)) => self.store.candidate(by, role, id, candidate, |outcome| {
                self.act(said, ack, outcome, |ack, notices| {
                    self.done(ack, None);
                    self.directory.tell_all(notices);
                });
            }),
            Ok(Command::RejoinCall(id, role, other, key)) => {
                self.store.rejoin(by, id, (role, other, key), |outcome| {
                    self.act(said, ack, outcome, |ack, notices| {
                        self.done(ack, None);
                        self.directory.tell_all(notices);
                    });
                });
            }
            Ok(Command::HangUp(only)) => match only.as_deref().map(OfferId::parse) {
                Some(None) => {
                    self.store.hears(by);
                    self.reply(ack, &Count { ended: 0 });
                }
                only => self.store.hang_up(by, only.flatten(), |ended, notices| {
                    self.reply(ack, &Count { ended });
                    self.directory.tell_all(notices);
                }),
            },
            Ok(Command::CancelOffer) => self.store.cancel(by, |was_open, notices| {
                self.reply(ack, &Count { ended: usize::from(was_open) });
                self.directory.tell_all(notices);
            }),
        }
    }

    /// Does what follows from an outcome: the deed, the refusal, or for something heard before the bare reply.
    fn act<T>(&self, said: Said, ack: Option<AckSender>, outcome: Outcome<T>, deed: impl FnOnce(Option<AckSender>, T)) {
        match outcome {
            Some(Ok(result)) => deed(ack, result),
            Some(Err(refusal)) => self.refuse(said, &refusal, ack),
            None if said == Said::NewAnswer => self.reply(ack, &[(); 0][..]),
            None => self.done(ack, None),
        }
    }

    fn reply<T: Serialize + ?Sized>(&self, ack: Option<AckSender>, payload: &T) {
        if let Some(ack) = ack {
            self.outbox.reply(ack, payload);
        }
    }

    fn done(&self, ack: Option<AckSender>, offer_id: Option<OfferId>) {
        self.reply(ack, &Done { ok: true, offer_id });
    }

    fn refuse(&self, said: Said, refusal: &Refusal, ack: Option<AckSender>) {
        tracing::debug!(peer = %self.id, event = said.name(), code = ?refusal.code, "refused");
        self.outbox.tell(event::SIGNALING_ERROR, &SignalingError { event: said.name(), refusal });
        match said {
            // Pages call `forEach` on it.
            Said::NewAnswer => self.reply(ack, &[(); 0][..]),
            _ => self.reply(ack, &Refused { ok: false, error: refusal }),
        }
    }
}

/// That a peer is here. Dropped when its conversation ends, however it ends: even by a panic it leaves nothing.
struct Presence<'a> {
    peer: &'a Peer,
    how: Ended,
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        let Peer { id, connection, identity, store, directory, outbox } = self.peer;
        store.leave(*id, *connection, self.how, |notices| {
            directory.remove(&identity.lobby, outbox);
            directory.tell_all(notices);
        });
        if std::thread::panicking() {
            outbox.cut("its conversation failed");
        }
        tracing::info!(peer = %id, how = ?self.how, "gone");
    }
}
