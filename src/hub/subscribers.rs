//! The clients of one lobby that are notified of its offers, and what they have not been sent yet.
//!
//! Invariants:
//! - Each subscriber receives every message once and in order. Of an offer that ends before the subscriber's turn it
//!   receives neither the announcement nor the withdrawal.
//! - One step sends to at most [`CHUNK`] subscribers, so that a client that waits for the hub's lock waits for a chunk and
//!   not for a lobby. A lobby that fits into one chunk is served at once.
//! - A message is encoded once, however many chunks it takes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::outbox::{Broadcast, Outbox, send_safely};
use crate::core::id::PeerId;
use crate::protocol::id::OfferId;
use crate::protocol::server_message::ServerMessage;

/// Subscribers that are served under one lock of the hub.
pub const CHUNK: usize = 64;
/// What one subscriber is sent in one step, so that it does not look as if it did not read: so many messages,
const MAX_MESSAGES: usize = 16;
/// so many withdrawals of offers that only a few know,
const MAX_WITHDRAWALS: usize = 256;
/// and about so many bytes.
const MAX_BYTES: usize = 32 * 1024;

/// The subscribers of one lobby.
#[derive(Default)]
pub struct Subscribers {
    all: HashMap<PeerId, Subscriber>,
    /// What has not been sent to all, oldest first.
    pending: VecDeque<Pending>,
    /// The number of the first message in `pending`.
    first: u64,
    /// The numbers of the pending messages that announce an offer which is open.
    offers: HashMap<OfferId, u64>,
    round: Option<Round>,
    /// Whether the directory has this lobby in its queue.
    pub is_queued: bool,
}

struct Subscriber {
    outbox: Arc<dyn Outbox>,
    /// The number of the first message that it has not been sent. What older ones say it knows, from them or from a list:
    next: u64,
    /// all but these, in order. They announce offers that had ended when it was their turn.
    skipped: Vec<u64>,
}

struct Pending {
    /// `None` if it announces an offer that has ended.
    broadcast: Option<Broadcast>,
    /// The peers that are not sent it.
    except: Vec<PeerId>,
    /// If it withdraws an offer whose announcement was pending: the number of that.
    withdraws: Option<u64>,
}

/// One walk through all subscribers.
struct Round {
    /// The peers that have not been visited.
    ahead: Vec<PeerId>,
    /// Everything before this number is sent.
    end: u64,
}

impl Subscribers {
    /// Adds a client that is about to be sent the list of all open offers.
    pub fn add(&mut self, peer: PeerId, outbox: Arc<dyn Outbox>) {
        self.all.insert(peer, Subscriber { outbox, next: self.end(), skipped: Vec::new() });
    }

    /// Removes a client.
    pub fn remove(&mut self, peer: PeerId) {
        self.all.remove(&peer);
    }

    /// Whether there is no subscriber.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether [`Subscribers::step`] has something to send.
    pub fn has_work(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Sends a message to all but those named: at once if they are few, else step by step.
    pub fn publish(&mut self, broadcast: Broadcast, except: Vec<PeerId>) {
        let mut withdraws = None;
        match &broadcast.message {
            ServerMessage::NewOfferAwaiting(call) => _ = self.offers.insert(call.offer_id, self.end()),
            ServerMessage::OfferWithdrawn(gone) => withdraws = self.offers.remove(&gone.offer_id),
            _ => {}
        }
        if let Some(announcement) = withdraws.and_then(|number| self.pending.get_mut(index(self.first, number))) {
            announcement.broadcast = None;
        }
        self.pending.push_back(Pending { broadcast: Some(broadcast), except, withdraws });
        if self.all.len() <= CHUNK && self.round.is_none() {
            self.step();
        }
    }

    /// Sends what is pending to the next few subscribers.
    pub fn step(&mut self) {
        let mut round = self.round.take().unwrap_or_else(|| self.begin());
        let rest = round.ahead.len().saturating_sub(CHUNK);
        for peer in round.ahead.split_off(rest) {
            self.send(peer, round.end, |_| true);
        }
        if round.ahead.is_empty() {
            self.pending.drain(..index(self.first, round.end));
            self.first = round.end;
            self.offers.retain(|_, number| *number >= round.end);
        } else {
            self.round = Some(round);
        }
    }

    /// Prepares a client for the list of all open offers but the hidden ones: sends it at once which offers have ended,
    /// and of the new ones only the offers that the list leaves out.
    pub fn catch_up(&mut self, peer: PeerId, is_hidden: impl Fn(OfferId) -> bool) {
        self.send(peer, self.end(), |message| match message {
            ServerMessage::NewOfferAwaiting(call) => is_hidden(call.offer_id),
            _ => true,
        });
    }

    /// The number of the next message.
    fn end(&self) -> u64 {
        self.first + self.pending.len() as u64
    }

    fn begin(&self) -> Round {
        const WEIGHT: usize = MAX_WITHDRAWALS / MAX_MESSAGES;
        let (mut weight, mut bytes, mut count) = (0, 0, 0);
        for Pending { broadcast, withdraws, .. } in &self.pending {
            if let Some(broadcast) = broadcast {
                weight += if withdraws.is_some() { 1 } else { WEIGHT };
                bytes += broadcast.message.size();
                if count > 0 && (weight > MAX_WITHDRAWALS || bytes > MAX_BYTES) {
                    break;
                }
            }
            count += 1;
        }
        Round { ahead: self.all.keys().copied().collect(), end: self.first + count }
    }

    /// Sends one subscriber what it has not been sent before `end`, as far as it is wanted.
    fn send(&mut self, peer: PeerId, end: u64, is_wanted: impl Fn(&ServerMessage) -> bool) {
        let Some(subscriber) = self.all.get_mut(&peer) else { return };
        let from = subscriber.next.max(self.first);
        subscriber.next = from.max(end);
        let range = index(self.first, from.min(end))..index(self.first, end);
        for (number, pending) in (from..).zip(self.pending.range(range)) {
            let is_excepted = pending.except.contains(&peer);
            let Some(broadcast) = &pending.broadcast else {
                // A peer that is excepted knows the offer from elsewhere.
                if !is_excepted {
                    subscriber.skipped.push(number);
                }
                continue;
            };
            if let Some(at) = pending.withdraws.and_then(|offer| subscriber.skipped.binary_search(&offer).ok()) {
                subscriber.skipped.remove(at);
            } else if !is_excepted && is_wanted(&broadcast.message) {
                send_safely(&subscriber.outbox, broadcast, None);
            }
        }
    }
}

/// Where in `pending` a message is.
fn index(first: u64, number: u64) -> usize {
    usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX)
}
