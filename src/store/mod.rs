//! The cupboard: the switchboard's verbs, each behind one lock taken once, and the directory of whom to tell.
//!
//! A verb takes `reply`, which tells the speaker what came of it, and then tells everybody else, all before the lock
//! is let go: so everybody hears things in the order in which they happened, whichever peer's task caused them.
//! `reply` must therefore not wait, and only hand over.

pub mod directory;
pub mod listeners;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::sleep_until;

use self::directory::{Again, Directory, Outbox};
use crate::signaling::call::{Call, CallRef, IceCandidate, Role, SessionDescription};
use crate::signaling::limits::Limits;
use crate::signaling::name::{ConnectionId, MemberId, OfferId, PeerId, RoomName, UserName};
use crate::signaling::notice::Notice;
use crate::signaling::pairs::{Address, PairCommand, PairId};
use crate::signaling::peer::{ConnectionEnd, Newcomer, Purpose};
use crate::signaling::presence::{Arrival, Hearing};
use crate::signaling::refusal::Refusal;
use crate::signaling::room_command::RoomCommand;
use crate::signaling::room_news::Place;
use crate::signaling::switchboard::{Switchboard, Wanted};

/// All calls and rooms of this server, in memory.
pub struct Store {
    limits: Limits,
    // A plain lock, not an async one: it is held for microseconds, for a step of the announcer up to a millisecond, and
    // never across an await.
    exchange: Mutex<Exchange>,
    /// Calls the announcer.
    bell: Notify,
}

struct Exchange {
    switchboard: Switchboard,
    directory: Directory,
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
        let switchboard = Switchboard::new(limits.clone());
        let exchange = Mutex::new(Exchange { switchboard, directory: Directory::default() });
        Self { limits, exchange, bell: Notify::new() }
    }

    /// The limits it was made with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A peer connects; `welcome` makes its way out and tells it what it takes back and which offers wait.
    pub fn arrive<O: Outbox + 'static>(
        &self,
        connection: ConnectionId,
        newcomer: Newcomer,
        welcome: impl FnOnce(&Arrival) -> Arc<O>,
    ) -> (PeerId, Arc<O>) {
        let Exchange { switchboard, directory } = &mut *self.exchange.lock();
        let lobby = (newcomer.purpose == Purpose::CallsAndRooms).then(|| newcomer.lobby.clone());
        let mut arrival = switchboard.arrive(connection, newcomer, Instant::now());
        let outbox = welcome(&arrival);
        let replaced = arrival.replaced.and_then(|peer| directory.find(peer));
        if let Some(before) = directory.add(arrival.peer, connection, lobby, outbox.clone()).or(replaced) {
            before.cut("its page has come back on another connection");
        }
        self.tell_all(directory, std::mem::take(&mut arrival.notices));
        (arrival.peer, outbox)
    }

    /// A connection ended. Returns the calls that its peer had.
    pub fn leave(&self, peer: PeerId, connection: ConnectionId, end: ConnectionEnd) -> Vec<OfferId> {
        let Exchange { switchboard, directory } = &mut *self.exchange.lock();
        let calls = switchboard.offers_of(peer);
        let notices = switchboard.leave(peer, connection, end, Instant::now());
        directory.remove(peer, connection);
        self.tell_all(directory, notices);
        calls
    }

    /// Keeps an offer; `reply` gets its new id.
    pub fn offer(&self, by: Speaker, offer: SessionDescription, reply: impl FnOnce(Outcome<OfferId>)) {
        let id = OfferId(random());
        self.hear(by, reply, |switchboard, now| {
            let notices = switchboard.offer(by.peer, id, offer, now)?;
            Ok((id, notices))
        });
    }

    /// Passes on an offer within a call.
    pub fn renegotiate(&self, by: Speaker, id: OfferId, offer: SessionDescription, reply: impl FnOnce(Outcome<()>)) {
        self.hear(by, reply, |switchboard, now| Ok(((), switchboard.renegotiate(by.peer, id, offer, now)?)));
    }

    /// Answers an offer; `reply` gets the offerer's candidates so far, and the call that has begun.
    pub fn answer(
        &self,
        by: Speaker,
        wanted: &Wanted,
        answer: SessionDescription,
        has_ack: bool,
        reply: impl FnOnce(Outcome<(Vec<IceCandidate>, Option<(OfferId, UserName)>)>),
    ) {
        self.hear(by, reply, |switchboard, now| {
            let answered = switchboard.answer(by.peer, wanted, answer, has_ack, now)?;
            Ok(((answered.candidates, answered.begun), answered.notices))
        });
    }

    /// Keeps, passes on or holds a candidate.
    pub fn candidate(
        &self,
        by: Speaker,
        role: Role,
        call: CallRef,
        candidate: IceCandidate,
        reply: impl FnOnce(Outcome<()>),
    ) {
        self.hear(by, reply, |switchboard, now| Ok(((), switchboard.candidate(by.peer, role, call, candidate, now)?)));
    }

    /// One end of a call that this server does not know.
    pub fn rejoin(&self, by: Speaker, id: OfferId, end: (Role, UserName, Arc<str>), reply: impl FnOnce(Outcome<()>)) {
        self.hear(by, reply, |switchboard, now| Ok(((), switchboard.rejoin(by.peer, id, end, now)?)));
    }

    /// Ends a peer's calls; `reply` gets which.
    pub fn hang_up(&self, by: Speaker, only: Option<OfferId>, reply: impl FnOnce(Outcome<Vec<OfferId>>)) {
        self.hear(by, reply, |switchboard, now| {
            let mut calls = switchboard.offers_of(by.peer);
            calls.retain(|call| only.is_none_or(|only| only == *call));
            Ok((calls, switchboard.hang_up(by.peer, only, now).1))
        });
    }

    /// Withdraws a peer's open offer; `reply` gets which, if there was one.
    pub fn cancel(&self, by: Speaker, reply: impl FnOnce(Outcome<Option<OfferId>>)) {
        self.hear(by, reply, |switchboard, now| {
            Ok((switchboard.own_open_offer(by.peer), switchboard.cancel(by.peer, now)))
        });
    }

    /// Joins a room, speaks in it or leaves it; `reply` gets what a newcomer finds there.
    pub fn in_room(&self, by: Speaker, command: RoomCommand, reply: impl FnOnce(Outcome<Option<Place>>)) {
        let id = MemberId(random());
        self.hear(by, reply, |switchboard, now| match command {
            RoomCommand::Join(room) => {
                let (place, notices) = switchboard.join(by.peer, room, id, now)?;
                Ok((Some(place), notices))
            }
            RoomCommand::Relay(room, to, what) => {
                let notice = switchboard.relay(by.peer, &room, to, what, now)?;
                Ok((None, notice.into_iter().collect()))
            }
            RoomCommand::Leave(room) => {
                let notice = switchboard.leave_room(by.peer, &room, now)?;
                Ok((None, notice.into_iter().collect()))
            }
        });
    }

    /// Makes a room of two.
    pub fn make_pair(&self, room: RoomName, id: PairId, address: Address) -> Result<(), Refusal> {
        self.exchange.lock().switchboard.make_pair(room, id, address, Instant::now())
    }

    /// Destroys a room of two.
    pub fn destroy_pair(&self, room: &RoomName, id: Option<&PairId>, address: &Address) -> Result<(), Refusal> {
        let Exchange { switchboard, directory } = &mut *self.exchange.lock();
        self.tell_all(directory, switchboard.destroy_pair(room, id, address, Instant::now())?);
        Ok(())
    }

    /// Joins a room of two, speaks to the other one, or leaves it.
    pub fn in_pair(&self, by: Speaker, command: PairCommand, reply: impl FnOnce(Outcome<()>)) {
        self.hear(by, reply, |switchboard, now| {
            let notices = match command {
                PairCommand::Join(room, shown, address) => {
                    switchboard.join_pair(by.peer, room, shown.as_ref(), address, now)?
                }
                PairCommand::Exit(room) => switchboard.exit_pair(by.peer, &room, now)?,
                PairCommand::Relay(to, frame) => {
                    switchboard.relay_pair(by.peer, &to, frame, now)?.into_iter().collect()
                }
            };
            Ok(((), notices))
        });
    }

    /// Something was said that leads to nothing, for this reason.
    pub fn refuse(&self, by: Speaker, refusal: Refusal, reply: impl FnOnce(Outcome<()>)) {
        self.hear(by, reply, |_, _| Err(refusal));
    }

    /// The open offers that a peer could answer.
    pub fn open_offers(&self, peer: PeerId, reply: impl FnOnce(Vec<Call>)) {
        let Exchange { switchboard, directory } = &mut *self.exchange.lock();
        directory.catch_up(peer, |offer| switchboard.is_hidden(offer));
        reply(switchboard.open_offers(peer));
    }

    /// Lets go what has waited too long. To be called every second or so.
    pub fn expire(&self) {
        let Exchange { switchboard, directory } = &mut *self.exchange.lock();
        self.tell_all(directory, switchboard.expire(Instant::now()));
    }

    /// The announcer: tells those who are many. To be run for as long as the server does.
    pub async fn announce(&self) {
        loop {
            let step = || self.exchange.lock().directory.announce(Instant::now());
            // Whatever goes wrong there is counted and logged as any panic; the next call finds the announcer at work.
            match catch_unwind(AssertUnwindSafe(step)).unwrap_or(Again::WhenCalled) {
                // Whoever has something to say to one alone goes first.
                Again::Now => tokio::task::yield_now().await,
                Again::At(time) => tokio::select! {
                    () = sleep_until(time.into()) => {}
                    () = self.bell.notified() => {}
                },
                Again::WhenCalled => self.bell.notified().await,
            }
        }
    }

    /// Tells everybody that the server is going down.
    pub fn say_goodbye(&self) {
        self.exchange.lock().directory.everybody().for_each(|outbox| outbox.say_goodbye());
    }

    /// Ends every conversation.
    pub fn end_all(&self) {
        self.exchange.lock().directory.everybody().for_each(|outbox| outbox.end());
    }

    /// Whether nothing and nobody is kept.
    pub fn is_empty(&self) -> bool {
        let exchange = self.exchange.lock();
        exchange.switchboard.is_empty() && exchange.directory.is_empty()
    }

    /// Under the lock: does what was said, if it counts, replies, and tells everybody else.
    fn hear<T>(
        &self,
        by: Speaker,
        reply: impl FnOnce(Outcome<T>),
        verb: impl FnOnce(&mut Switchboard, Instant) -> Result<(T, Vec<Notice>), Refusal>,
    ) {
        let Exchange { switchboard, directory } = &mut *self.exchange.lock();
        let counts = switchboard.hears(by.peer, by.connection, by.number) == Hearing::New;
        match counts.then(|| verb(switchboard, Instant::now())) {
            Some(Ok((outcome, notices))) => {
                reply(Some(Ok(outcome)));
                self.tell_all(directory, notices);
            }
            Some(Err(refusal)) => reply(Some(Err(refusal))),
            None => reply(None),
        }
    }

    fn tell_all(&self, directory: &mut Directory, notices: Vec<Notice>) {
        if directory.tell_all(notices, Instant::now()) {
            self.bell.notify_one();
        }
    }
}

/// A random id.
pub fn random() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}
