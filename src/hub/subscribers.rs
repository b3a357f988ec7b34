//! Those who hear of a lobby's offers, and what they are still to hear.
//!
//! A few are told at once, by whoever caused the news. Many are told by the announcer, some at a time, so that nobody's
//! answer or candidate waits behind thousands of others' news; what comes up meanwhile goes out together, and an offer
//! that is gone before its turn has come is not announced at all.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::directory::{Broadcast, Outbox, safely};
use crate::core::name::{OfferId, PeerId};
use crate::core::outgoing::ServerMessage;

/// So many are told at once, by whoever caused the news.
pub const SYNC_LIMIT: usize = 8;
/// So many are told at a time by the announcer; then it is the turn of whoever has something to say to one alone.
pub const CHUNK: usize = 64;
/// How long news may wait for company where nobody is in a hurry for it: that an offer is gone.
pub const MAX_DELAY: Duration = Duration::from_millis(100);
/// What one is told at a time, so that it does not look as if it did not read: so many messages,
const AT_A_TIME: usize = 16;
/// and so many bytes, more or less.
const BYTES_AT_A_TIME: usize = 32 * 1024;

/// The listeners of one lobby.
#[derive(Default)]
pub struct Listeners {
    all: HashMap<PeerId, Listener>,
    /// What not all have heard yet, by number.
    pending: BTreeMap<u64, Pending>,
    /// The offers among that which are open.
    offers: HashMap<OfferId, u64>,
    /// The number of the next piece of news.
    next: u64,
    /// The offers before this number are known to somebody from a list.
    listed: u64,
    round: Option<Round>,
    /// Where the announcer has this lobby on its list.
    pub haste: Priority,
}

/// How soon the announcer should come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    /// There is nothing to tell.
    #[default]
    None,
    /// After [`MAX_DELAY`].
    Some,
    /// As soon as it can.
    Great,
}

struct Listener {
    outbox: Arc<dyn Outbox>,
    /// The number of the first piece of news that it has not heard.
    next: u64,
    /// The offers before this number it knows from a list.
    listed: u64,
}

struct Pending {
    message: ServerMessage,
    but: Vec<PeerId>,
    /// Only for those who know the offer with this number from a list: nobody has been told of it.
    for_knowers_of: Option<u64>,
}

/// The announcer's way from one to the next.
struct Round {
    /// Whom it has yet to visit.
    ahead: Vec<PeerId>,
    /// What it tells them: all before this number.
    end: u64,
}

impl Listeners {
    /// Somebody comes, who knows all offers as they are now.
    pub fn add(&mut self, peer: PeerId, outbox: Arc<dyn Outbox>) {
        self.listed = self.next;
        self.all.insert(peer, Listener { outbox, next: self.next, listed: self.next });
    }

    /// Somebody goes.
    pub fn remove(&mut self, peer: PeerId) {
        self.all.remove(&peer);
    }

    /// Whether nobody is here.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Tells all but those named, at once or by the announcer.
    pub fn tell(&mut self, message: ServerMessage, but: Vec<PeerId>) {
        if self.all.len() > SYNC_LIMIT || !self.pending.is_empty() {
            return self.put(message, but);
        }
        let broadcast = Broadcast::to_many(&message);
        for (_, listener) in self.all.iter().filter(|(peer, _)| !but.contains(peer)) {
            safely(&*listener.outbox, &broadcast, None);
        }
    }

    fn put(&mut self, message: ServerMessage, but: Vec<PeerId>) {
        let number = self.next;
        self.next += 1;
        let mut for_knowers_of = None;
        match &message {
            ServerMessage::NewOfferAwaiting(call) => _ = self.offers.insert(call.offer_id, number),
            ServerMessage::OfferWithdrawn(gone) => for_knowers_of = self.take_back(gone.offer_id, &but),
            _ => {}
        }
        if for_knowers_of.is_some_and(|offer| self.listed <= offer) {
            return;
        }
        self.pending.insert(number, Pending { message, but, for_knowers_of });
    }

    /// Takes back an offer of which nobody has been told; its number. Not if somebody would then not hear that it is gone
    /// who knows it from its own doing. Whoever need not hear that it is gone need not hear of it, either.
    fn take_back(&mut self, id: OfferId, but: &[PeerId]) -> Option<u64> {
        let number = self.offers.remove(&id)?;
        let offer = self.pending.get_mut(&number)?;
        let is_on_its_way = self.round.as_ref().is_some_and(|round| number < round.end);
        if is_on_its_way || !offer.but.iter().all(|peer| but.contains(peer)) {
            offer.but.extend_from_slice(but);
            return None;
        }
        self.pending.remove(&number);
        Some(number)
    }

    /// How soon somebody should be told something.
    pub fn wanted(&self) -> Priority {
        match (&self.round, self.offers.is_empty(), self.pending.is_empty()) {
            (None, true, true) => Priority::None,
            (None, true, false) => Priority::Some,
            _ => Priority::Great,
        }
    }

    /// Tells the next few what is pending.
    pub fn announce(&mut self) {
        if self.wanted() == Priority::None {
            return;
        }
        let mut round = self.round.take().unwrap_or_else(|| self.begin());
        let rest = round.ahead.len().saturating_sub(CHUNK);
        let visited = round.ahead.split_off(rest);
        self.visit(&visited, round.end);
        if round.ahead.is_empty() {
            self.pending = self.pending.split_off(&round.end);
            self.offers.retain(|_, number| *number >= round.end);
        } else {
            self.round = Some(round);
        }
    }

    /// Somebody is about to get the list of all offers as they are now, but those that are hidden: it is told at once what
    /// is gone, and need not be told what is new.
    pub fn catch_up(&mut self, peer: PeerId, is_hidden: impl Fn(OfferId) -> bool) {
        let Some(listener) = self.all.get_mut(&peer) else { return };
        let Listener { outbox, next, listed } = listener;
        let mut back = Vec::new();
        for (_, Pending { message, but, for_knowers_of }) in self.pending.range(*next..) {
            let is_needed = match message {
                // What is gone and open again has never been away.
                ServerMessage::OfferWithdrawn(gone) if self.offers.contains_key(&gone.offer_id) => {
                    back.push(gone.offer_id);
                    false
                }
                ServerMessage::NewOfferAwaiting(call) => is_hidden(call.offer_id) && !back.contains(&call.offer_id),
                _ => true,
            };
            let knows = for_knowers_of.is_none_or(|offer| *listed > offer);
            if is_needed && knows && !but.contains(&peer) {
                safely(&**outbox, &Broadcast::to_one(message), None);
            }
        }
        (*next, *listed, self.listed) = (self.next, self.next, self.next);
    }

    fn begin(&mut self) -> Round {
        let (mut bytes, mut end) = (0, self.next);
        // What is for a few only does not count.
        let for_all = self.pending.iter().filter(|(_, pending)| pending.for_knowers_of.is_none());
        for (count, (number, pending)) in for_all.enumerate() {
            bytes += pending.message.size();
            if count == AT_A_TIME || (count > 0 && bytes > BYTES_AT_A_TIME) {
                end = *number;
                break;
            }
        }
        Round { ahead: self.all.keys().copied().collect(), end }
    }

    fn visit(&mut self, peers: &[PeerId], end: u64) {
        let tellings: Vec<(u64, &Pending, Broadcast<'_>)> = self
            .pending
            .range(..end)
            .map(|(number, pending)| (*number, pending, Broadcast::to_many(&pending.message)))
            .collect();
        for peer in peers {
            let Some(listener) = self.all.get_mut(peer) else { continue };
            let (next, listed) = (listener.next, listener.listed);
            listener.next = next.max(end);
            for (number, pending, broadcast) in &tellings {
                let knows = pending.for_knowers_of.is_none_or(|offer| listed > offer);
                if *number >= next && knows && !pending.but.contains(peer) {
                    safely(&*listener.outbox, broadcast, None);
                }
            }
        }
    }
}
