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
use crate::signaling::name::{OfferId, PeerId};
use crate::signaling::notice::Ended;
use crate::signaling::refusal::Refusal;
use crate::store::Store;

/// One live connection, as its task sees it.
pub struct Peer {
    /// Its id.
    pub id: PeerId,
    /// Who it says it is.
    pub identity: Identity,
    /// Its way out.
    pub outbox: Arc<Outbox>,
    /// Where everything is kept.
    pub store: Arc<Store>,
    /// Everybody else.
    pub directory: Arc<Directory>,
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
    /// The conversation: from arrival until the peer is gone.
    pub async fn converse(self, mut inbox: mpsc::Receiver<Entry>) {
        let mut presence = Presence { peer: &self, how: Ended::Lost };
        self.arrive();
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

    fn arrive(&self) {
        let Identity { name, lobby, .. } = self.identity.clone();
        // Course step 10: CLIENT2 is a new client connected to the signaling server.
        self.store.arrive(self.id, name, lobby.clone(), |offers| {
            self.directory.add(lobby, self.outbox.clone());
            if !offers.is_empty() {
                // Course step 11: the server emits the waiting offers to the new client.
                self.outbox.tell(event::AVAILABLE_OFFERS, &offers);
            }
        });
        tracing::info!(peer = %self.id, user = self.identity.name.as_str(), "connected");
    }

    fn hear(&self, Utterance { said, command, ack }: Utterance) {
        match command {
            Err(refusal) => self.refuse(said, &refusal, ack),
            Ok(Command::Test) => self.reply(ack, "pong"),
            Ok(Command::CheckOffers) => self.store.open_offers(self.id, |offers| {
                self.outbox.tell(event::AVAILABLE_OFFERS, &offers);
                self.done(ack, None);
            }),
            // Course step 8: the server holds the offer for the other browser, associated with CLIENT1.
            Ok(Command::Offer(offer)) => self.store.offer(self.id, offer, |kept| match kept {
                Ok((id, notices)) => {
                    tracing::info!(peer = %self.id, offer = %id, "offered");
                    self.done(ack, Some(id));
                    self.directory.tell_all(notices);
                }
                Err(refusal) => self.refuse(said, &refusal, ack),
            }),
            // Course step 19: CLIENT2 emits its answer.
            Ok(Command::Answer(wanted, answer)) => self.store.answer(self.id, &wanted, answer, |outcome| {
                match outcome {
                    Ok(answered) => {
                        tracing::info!(peer = %self.id, "answered");
                        // The candidates so far go first, so that none that is passed on overtakes them.
                        match ack {
                            Some(ack) => self.outbox.reply(ack, &answered.candidates),
                            None => answered
                                .candidates
                                .iter()
                                .for_each(|candidate| self.outbox.tell(event::RECEIVED_ICE_CANDIDATE, candidate)),
                        }
                        // Course step 21: the server emits the answer to CLIENT1.
                        self.directory.tell_all(answered.notices);
                    }
                    Err(refusal) => self.refuse(said, &refusal, ack),
                }
            }),
            // Course step 9: the server holds CLIENT1's candidates; once answered, both sides' are passed on.
            Ok(Command::Candidate(role, id, candidate)) => {
                self.store.candidate(self.id, role, id, candidate, |outcome| match outcome {
                    Ok(notices) => {
                        self.done(ack, None);
                        self.directory.tell_all(notices);
                    }
                    Err(refusal) => self.refuse(said, &refusal, ack),
                });
            }
            Ok(Command::HangUp(only)) => match only.as_deref().map(OfferId::parse) {
                Some(None) => self.reply(ack, &Count { ended: 0 }),
                only => self.store.hang_up(self.id, only.flatten(), |ended, notices| {
                    self.reply(ack, &Count { ended });
                    self.directory.tell_all(notices);
                }),
            },
            Ok(Command::CancelOffer) => self.store.cancel(self.id, |notice| {
                self.reply(ack, &Count { ended: usize::from(notice.is_some()) });
                self.directory.tell_all(notice);
            }),
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
        let Peer { id, identity, store, directory, outbox } = self.peer;
        store.leave(*id, self.how, |notices| {
            directory.remove(&identity.lobby, *id);
            directory.tell_all(notices);
        });
        if std::thread::panicking() {
            outbox.cut("its conversation failed");
        }
        tracing::info!(peer = %id, how = ?self.how, "gone");
    }
}
