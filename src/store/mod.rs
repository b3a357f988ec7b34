//! The cupboard: the switchboard's verbs, each behind one lock taken once.
//!
//! A verb takes `tell`, and calls it before the lock is let go: so everybody hears things in the order in which
//! they happened, whichever peer's task caused them. `tell` must therefore not wait, and only hand over.

use std::sync::Arc;
use std::time::Instant;

use parking_lot::{Mutex, MutexGuard};

use crate::signaling::call::{Call, IceCandidate, Role, SessionDescription};
use crate::signaling::limits::Limits;
use crate::signaling::name::{ConnectionId, OfferId, PeerId, UserName};
use crate::signaling::notice::{Ended, Notice};
use crate::signaling::peer::Newcomer;
use crate::signaling::presence::{Arrival, Hearing};
use crate::signaling::refusal::Refusal;
use crate::signaling::switchboard::{Answered, Switchboard, Wanted};

/// All calls of this server, in memory.
#[derive(Debug)]
pub struct Store {
    limits: Limits,
    // A plain lock, not an async one: it is held for microseconds and never across an await.
    switchboard: Mutex<Switchboard>,
}

/// Who says something, and where.
#[derive(Debug, Clone, Copy)]
pub struct Speaker {
    /// Who.
    pub peer: PeerId,
    /// On which connection.
    pub connection: ConnectionId,
    /// Its own number of what it says, if it counts.
    pub number: Option<u64>,
}

/// The outcome of something that was said; `None` if it was not listened to: it was heard before, or its speaker
/// has another connection by now.
pub type Outcome<T> = Option<Result<T, Refusal>>;

impl Store {
    /// An empty store.
    pub fn new(limits: Limits) -> Self {
        Self { switchboard: Mutex::new(Switchboard::new(limits.clone())), limits }
    }

    /// The limits it was made with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A peer connects; `tell` gets who it is, what it takes back, and the offers that it can answer.
    pub fn arrive<T>(&self, connection: ConnectionId, newcomer: Newcomer, tell: impl FnOnce(Arrival) -> T) -> T {
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.arrive(connection, newcomer, Instant::now()))
    }

    /// A connection ended.
    pub fn leave(&self, peer: PeerId, connection: ConnectionId, how: Ended, tell: impl FnOnce(Vec<Notice>)) {
        let mut switchboard = self.switchboard.lock();
        tell(switchboard.leave(peer, connection, how, Instant::now()));
    }

    /// Keeps an offer; `tell` gets its new id.
    pub fn offer(&self, by: Speaker, offer: SessionDescription, tell: impl FnOnce(Outcome<(OfferId, Vec<Notice>)>)) {
        let id = OfferId(random());
        let (mut switchboard, counts) = self.hear(by);
        let keep = || switchboard.offer(by.peer, id, offer, Instant::now()).map(|notices| (id, notices));
        tell(counts.then(keep));
    }

    /// Passes on an offer within a call.
    pub fn renegotiate(
        &self,
        by: Speaker,
        id: OfferId,
        offer: SessionDescription,
        tell: impl FnOnce(Outcome<Option<Notice>>),
    ) {
        let (mut switchboard, counts) = self.hear(by);
        tell(counts.then(|| switchboard.renegotiate(by.peer, id, offer, Instant::now())));
    }

    /// Answers an offer.
    pub fn answer(
        &self,
        by: Speaker,
        wanted: &Wanted,
        answer: SessionDescription,
        has_ack: bool,
        tell: impl FnOnce(Outcome<Answered>),
    ) {
        let (mut switchboard, counts) = self.hear(by);
        tell(counts.then(|| switchboard.answer(by.peer, wanted, answer, has_ack, Instant::now())));
    }

    /// Keeps, passes on or holds a candidate.
    pub fn candidate(
        &self,
        by: Speaker,
        role: Role,
        id: Option<OfferId>,
        candidate: IceCandidate,
        tell: impl FnOnce(Outcome<Vec<Notice>>),
    ) {
        let (mut switchboard, counts) = self.hear(by);
        tell(counts.then(|| switchboard.candidate(by.peer, role, id, candidate, Instant::now())));
    }

    /// One end of a call that this server does not know.
    pub fn rejoin(
        &self,
        by: Speaker,
        id: OfferId,
        end: (Role, UserName, Arc<str>),
        tell: impl FnOnce(Outcome<Vec<Notice>>),
    ) {
        let (mut switchboard, counts) = self.hear(by);
        tell(counts.then(|| switchboard.rejoin(by.peer, id, end, Instant::now())));
    }

    /// Something was said that leads to nothing; returns whether it counts.
    pub fn hears(&self, by: Speaker) -> bool {
        self.hear(by).1
    }

    /// The open offers that a peer could answer.
    pub fn open_offers(&self, peer: PeerId, tell: impl FnOnce(Vec<Call>)) {
        let switchboard = self.switchboard.lock();
        tell(switchboard.open_offers(peer));
    }

    /// Ends a peer's calls; `tell` gets how many.
    pub fn hang_up(&self, by: Speaker, only: Option<OfferId>, tell: impl FnOnce(usize, Vec<Notice>)) {
        let (mut switchboard, counts) = self.hear(by);
        let (ended, notices) =
            if counts { switchboard.hang_up(by.peer, only, Instant::now()) } else { Default::default() };
        tell(ended, notices);
    }

    /// Withdraws a peer's open offer; `tell` gets whether there was one.
    pub fn cancel(&self, by: Speaker, tell: impl FnOnce(bool, Vec<Notice>)) {
        let (mut switchboard, counts) = self.hear(by);
        let notices = if counts { switchboard.cancel(by.peer, Instant::now()) } else { Vec::new() };
        tell(!notices.is_empty(), notices);
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

    /// The lock, and whether what is said counts.
    fn hear(&self, by: Speaker) -> (MutexGuard<'_, Switchboard>, bool) {
        let mut switchboard = self.switchboard.lock();
        let counts = switchboard.hears(by.peer, by.connection, by.number) == Hearing::New;
        (switchboard, counts)
    }
}

/// A random id.
pub fn random() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}
