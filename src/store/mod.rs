//! The cupboard: the switchboard's verbs, each behind one lock taken once.
//!
//! A verb takes `tell`, and calls it before the lock is let go: so everybody hears things in the order in which
//! they happened, whichever peer's task caused them. `tell` must therefore not wait, and only hand over.

use std::time::Instant;

use parking_lot::Mutex;

use crate::signaling::call::{Call, IceCandidate, Role, SessionDescription};
use crate::signaling::limits::Limits;
use crate::signaling::name::{Lobby, OfferId, PeerId, UserName};
use crate::signaling::notice::{Ended, Notice};
use crate::signaling::refusal::Refusal;
use crate::signaling::switchboard::{Answered, Switchboard, Wanted};

/// All calls of this server, in memory.
#[derive(Debug)]
pub struct Store {
    limits: Limits,
    // A plain lock, not an async one: it is held for microseconds and never across an await.
    switchboard: Mutex<Switchboard>,
}

impl Store {
    /// An empty store.
    pub fn new(limits: Limits) -> Self {
        Self { switchboard: Mutex::new(Switchboard::new(limits.clone())), limits }
    }

    /// The limits it was made with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A peer connects; `tell` gets the offers that it can answer.
    pub fn arrive(&self, peer: PeerId, name: UserName, lobby: Lobby, tell: impl FnOnce(Vec<Call>)) {
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.arrive(peer, name, lobby));
    }

    /// A peer is gone.
    pub fn leave(&self, peer: PeerId, how: Ended, tell: impl FnOnce(Vec<Notice>)) {
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.leave(peer, how));
    }

    /// Keeps an offer; `tell` gets its new id.
    pub fn offer(
        &self,
        peer: PeerId,
        offer: SessionDescription,
        tell: impl FnOnce(Result<(OfferId, Vec<Notice>), Refusal>),
    ) {
        let id = OfferId(random());
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.offer(peer, id, offer, Instant::now()).map(|notices| (id, notices)));
    }

    /// Answers an offer.
    pub fn answer(
        &self,
        peer: PeerId,
        wanted: &Wanted,
        answer: SessionDescription,
        tell: impl FnOnce(Result<Answered, Refusal>),
    ) {
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.answer(peer, wanted, answer, Instant::now()));
    }

    /// Keeps, passes on or holds a candidate.
    pub fn candidate(
        &self,
        peer: PeerId,
        role: Role,
        id: Option<OfferId>,
        candidate: IceCandidate,
        tell: impl FnOnce(Result<Vec<Notice>, Refusal>),
    ) {
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.candidate(peer, role, id, candidate, Instant::now()));
    }

    /// The open offers that a peer could answer.
    pub fn open_offers(&self, peer: PeerId, tell: impl FnOnce(Vec<Call>)) {
        let switchboard = self.switchboard.lock();
        tell(switchboard.open_offers(peer));
    }

    /// Ends a peer's calls; `tell` gets how many.
    pub fn hang_up(&self, peer: PeerId, only: Option<OfferId>, tell: impl FnOnce(usize, Vec<Notice>)) {
        let mut switchboard = self.switchboard.lock();
        let (ended, notices) = switchboard.hang_up(peer, only);
        tell(ended, notices);
    }

    /// Withdraws a peer's open offer.
    pub fn cancel(&self, peer: PeerId, tell: impl FnOnce(Option<Notice>)) {
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.cancel(peer));
    }

    /// Lets go what has waited too long. Called every second or so.
    pub fn expire(&self, tell: impl FnOnce(Vec<Notice>)) {
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.expire(Instant::now()));
    }

    /// Whether nothing and nobody is kept.
    pub fn is_empty(&self) -> bool {
        self.switchboard.lock().is_empty()
    }
}

/// A random id.
pub fn random() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}
