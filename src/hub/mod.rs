//! The verbs of the core, each behind one lock taken once, and the directory of clients that are notified.
//!
//! A verb takes `reply`, which replies to the client that caused it, and then notifies the others, all before the lock
//! is released: so all clients are notified in the order in which things happened, whichever client caused them.
//! `reply` must therefore not wait, and only queue.

pub mod directory;
pub mod subscribers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Notify;

use self::directory::{Directory, Outbox};
use crate::core::outgoing::Outgoing;
use crate::core::pairs::{Address, PairCommand, PairId};
use crate::core::peer::{ConnectionEnd, Newcomer, Purpose};
use crate::core::presence::{Acceptance, Arrival};
use crate::core::room_command::RoomCommand;
use crate::core::room_event::RoomMembership;
use crate::core::state::{AnswerTarget, Core};
use crate::protocol::call::{Call, CallRef, IceCandidate, Role, SessionDescription};
use crate::protocol::limits::Limits;
use crate::protocol::name::{ConnectionId, MemberId, OfferId, PeerId, RoomName, UserName};
use crate::protocol::refusal::Refusal;

/// All calls and rooms of this server, in memory.
pub struct Hub {
    limits: Limits,
    // A plain lock, not an async one: it is held for microseconds, for a chunk of a lobby up to some hundred,
    // and never across an await.
    state: Mutex<State>,
    /// Wakes [`Hub::fan_out`].
    has_work: Notify,
}

struct State {
    core: Core,
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

impl Hub {
    /// An empty store.
    pub fn new(limits: Limits) -> Self {
        let core = Core::new(limits.clone());
        let state = Mutex::new(State { core, directory: Directory::default() });
        Self { limits, state, has_work: Notify::new() }
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
        let State { core, directory } = &mut *self.state.lock();
        let lobby = (newcomer.purpose == Purpose::CallsAndRooms).then(|| newcomer.lobby.clone());
        let mut arrival = core.arrive(connection, newcomer, Instant::now());
        let outbox = welcome(&arrival);
        let replaced = arrival.replaced.and_then(|peer| directory.find(peer));
        if let Some(before) = directory.add(arrival.peer, connection, lobby, outbox.clone()).or(replaced) {
            before.cut("its page has come back on another connection");
        }
        self.tell_all(directory, std::mem::take(&mut arrival.outgoing));
        (arrival.peer, outbox)
    }

    /// A connection ended. Returns the calls that its peer had.
    pub fn leave(&self, peer: PeerId, connection: ConnectionId, end: ConnectionEnd) -> Vec<OfferId> {
        let State { core, directory } = &mut *self.state.lock();
        let calls = core.offers_of(peer);
        let outgoing = core.leave(peer, connection, end, Instant::now());
        directory.remove(peer, connection);
        self.tell_all(directory, outgoing);
        calls
    }

    /// Keeps an offer; `reply` gets its new id.
    pub fn offer(&self, by: Speaker, offer: SessionDescription, reply: impl FnOnce(Outcome<OfferId>)) {
        let id = OfferId(random());
        self.hear(by, reply, |core, now| {
            let outgoing = core.offer(by.peer, id, offer, now)?;
            Ok((id, outgoing))
        });
    }

    /// Passes on an offer within a call.
    pub fn renegotiate(&self, by: Speaker, id: OfferId, offer: SessionDescription, reply: impl FnOnce(Outcome<()>)) {
        self.hear(by, reply, |core, now| Ok(((), core.renegotiate(by.peer, id, offer, now)?)));
    }

    /// Answers an offer; `reply` gets the offerer's candidates so far, and the call that has begun.
    pub fn answer(
        &self,
        by: Speaker,
        wanted: &AnswerTarget,
        answer: SessionDescription,
        has_ack: bool,
        reply: impl FnOnce(Outcome<(Vec<IceCandidate>, Option<(OfferId, UserName)>)>),
    ) {
        self.hear(by, reply, |core, now| {
            let answered = core.answer(by.peer, wanted, answer, has_ack, now)?;
            Ok(((answered.candidates, answered.begun), answered.outgoing))
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
        self.hear(by, reply, |core, now| Ok(((), core.candidate(by.peer, role, call, candidate, now)?)));
    }

    /// One end of a call that this server does not know.
    pub fn rejoin(&self, by: Speaker, id: OfferId, end: (Role, UserName, Arc<str>), reply: impl FnOnce(Outcome<()>)) {
        self.hear(by, reply, |core, now| Ok(((), core.rejoin(by.peer, id, end, now)?)));
    }

    /// Ends a peer's calls; `reply` gets which.
    pub fn hang_up(&self, by: Speaker, only: Option<OfferId>, reply: impl FnOnce(Outcome<Vec<OfferId>>)) {
        self.hear(by, reply, |core, now| {
            let mut calls = core.offers_of(by.peer);
            calls.retain(|call| only.is_none_or(|only| only == *call));
            Ok((calls, core.hang_up(by.peer, only, now).1))
        });
    }

    /// Withdraws a peer's open offer; `reply` gets which, if there was one.
    pub fn cancel(&self, by: Speaker, reply: impl FnOnce(Outcome<Option<OfferId>>)) {
        self.hear(by, reply, |core, now| Ok((core.own_open_offer(by.peer), core.cancel(by.peer, now))));
    }

    /// Joins a room, speaks in it or leaves it; `reply` gets what a newcomer finds there.
    pub fn in_room(&self, by: Speaker, command: RoomCommand, reply: impl FnOnce(Outcome<Option<RoomMembership>>)) {
        let id = MemberId(random());
        self.hear(by, reply, |core, now| match command {
            RoomCommand::Join(room) => {
                let (place, outgoing) = core.join(by.peer, room, id, now)?;
                Ok((Some(place), outgoing))
            }
            RoomCommand::Relay(room, to, what) => {
                let outgoing = core.relay(by.peer, &room, to, what, now)?;
                Ok((None, outgoing.into_iter().collect()))
            }
            RoomCommand::Leave(room) => {
                let outgoing = core.leave_room(by.peer, &room, now)?;
                Ok((None, outgoing.into_iter().collect()))
            }
        });
    }

    /// Makes a room of two.
    pub fn make_pair(&self, room: RoomName, id: PairId, address: Address) -> Result<(), Refusal> {
        self.state.lock().core.make_pair(room, id, address, Instant::now())
    }

    /// Destroys a room of two.
    pub fn destroy_pair(&self, room: &RoomName, id: Option<&PairId>, address: &Address) -> Result<(), Refusal> {
        let State { core, directory } = &mut *self.state.lock();
        self.tell_all(directory, core.destroy_pair(room, id, address, Instant::now())?);
        Ok(())
    }

    /// Joins a room of two, speaks to the other one, or leaves it.
    pub fn in_pair(&self, by: Speaker, command: PairCommand, reply: impl FnOnce(Outcome<()>)) {
        self.hear(by, reply, |core, now| {
            let outgoing = match command {
                PairCommand::Join(room, shown, address) => {
                    core.join_pair(by.peer, room, shown.as_ref(), address, now)?
                }
                PairCommand::Exit(room) => core.exit_pair(by.peer, &room, now)?,
                PairCommand::Relay(to, frame) => core.relay_pair(by.peer, &to, frame, now)?.into_iter().collect(),
            };
            Ok(((), outgoing))
        });
    }

    /// Something was said that leads to nothing, for this reason.
    pub fn refuse(&self, by: Speaker, refusal: Refusal, reply: impl FnOnce(Outcome<()>)) {
        self.hear(by, reply, |_, _| Err(refusal));
    }

    /// The open offers that a peer could answer.
    pub fn open_offers(&self, peer: PeerId, reply: impl FnOnce(Vec<Call>)) {
        let State { core, directory } = &mut *self.state.lock();
        directory.catch_up(peer, |offer| core.is_hidden(offer));
        reply(core.open_offers(peer));
    }

    /// Lets go what has waited too long. To be called every second or so.
    pub fn expire(&self) {
        let State { core, directory } = &mut *self.state.lock();
        self.tell_all(directory, core.expire(Instant::now()));
    }

    /// Sends lobbies what was not sent at once. To be run for as long as the server does.
    pub async fn fan_out(&self) {
        loop {
            let step = || self.state.lock().directory.step();
            // Whatever goes wrong there is counted and logged as any panic. That lobby has left the queue, others may wait.
            match catch_unwind(AssertUnwindSafe(step)).unwrap_or(true) {
                // Others that wait for the lock go first.
                true => tokio::task::yield_now().await,
                false => self.has_work.notified().await,
            }
        }
    }

    /// Tells everybody that the server is going down.
    pub fn announce_shutdown(&self) {
        self.state.lock().directory.everybody().for_each(|outbox| outbox.announce_shutdown());
    }

    /// Whether all clients have been sent what waits for them.
    pub fn has_sent_all(&self) -> bool {
        self.state.lock().directory.everybody().all(|outbox| outbox.has_sent_all())
    }

    /// Ends every conversation.
    pub fn end_all(&self) {
        self.state.lock().directory.everybody().for_each(|outbox| outbox.end());
    }

    /// Whether nothing and nobody is kept.
    pub fn is_empty(&self) -> bool {
        let state = self.state.lock();
        state.core.is_empty() && state.directory.is_empty()
    }

    /// Under the lock: does what was said, if it counts, replies, and tells everybody else.
    fn hear<T>(
        &self,
        by: Speaker,
        reply: impl FnOnce(Outcome<T>),
        verb: impl FnOnce(&mut Core, Instant) -> Result<(T, Vec<Outgoing>), Refusal>,
    ) {
        let State { core, directory } = &mut *self.state.lock();
        let counts = core.accept_event(by.peer, by.connection, by.number) == Acceptance::New;
        match counts.then(|| verb(core, Instant::now())) {
            Some(Ok((outcome, outgoing))) => {
                reply(Some(Ok(outcome)));
                self.tell_all(directory, outgoing);
            }
            Some(Err(refusal)) => reply(Some(Err(refusal))),
            None => reply(None),
        }
    }

    fn tell_all(&self, directory: &mut Directory, outgoing: Vec<Outgoing>) {
        if directory.tell_all(outgoing) {
            self.has_work.notify_one();
        }
    }
}

/// A random id.
pub fn random() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}
