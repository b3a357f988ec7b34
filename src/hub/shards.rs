//! The hub: its shards, and the one way in which a command reaches a core.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::directory::Directory;
use super::outbox::{Outbox, welcome_safely};
use super::usage::{Excess, SharedUsage, Usage};
use crate::core::command::{Action, Command, ConnectionEnd, Newcomer, Purpose, Sender};
use crate::core::id::{ConnectionId, PeerId};
use crate::core::outgoing::Outgoing;
use crate::core::reply::Reply;
use crate::core::state::Core;
use crate::core::time::Timestamp;
use crate::inspect::recorder::Recorder;
use crate::protocol::client_message::ClientMessage;
use crate::protocol::id::OfferId;
use crate::protocol::limits::Limits;
use crate::protocol::name::{Lobby, RoomName};
use crate::protocol::pair::{ClientLocation, PairId};
use crate::protocol::refusal::Refusal;
use crate::random;

/// Shards for lobbies. One more is for pairs, which have no lobby.
const LOBBY_SHARDS: usize = 64;

/// All calls, rooms and pairs of this server, in memory.
pub struct Hub {
    pub(super) limits: Limits,
    start: Instant,
    /// The time of the core at `start`: not zero after a restart, since time stands still while the server is down.
    pub(super) clock: Timestamp,
    pub(super) shards: Vec<Shard>,
    /// What all shards hold.
    usage: SharedUsage,
    /// Wakes [`Hub::fan_out`].
    has_work: Notify,
    recorder: Recorder,
}

/// The numbers of a message.
#[derive(Debug, Clone, Copy, Default)]
pub struct Numbers {
    /// The client's own number of it, if the client counts.
    pub own: Option<u64>,
    /// The inspector's record of it, if the inspector is on.
    pub record: Option<u64>,
}

/// The shard of a client. Two clients that can receive each other's messages have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardId(pub(super) usize);

/// Where a client is in the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// Its shard.
    pub shard: ShardId,
    /// The peer that it is.
    pub peer: PeerId,
    /// Its connection.
    pub connection: ConnectionId,
}

pub(super) struct Shard {
    // A plain lock, not an async one: it is held for microseconds, for a chunk of a lobby up to some hundred, and never
    // across an await.
    pub(super) state: Mutex<State>,
    /// Whether messages to a lobby wait for [`Hub::fan_out`].
    has_work: AtomicBool,
    usage: SharedUsage,
}

pub(super) struct State {
    pub(super) core: Core,
    directory: Directory,
    /// The last snapshot was taken: nothing changes any more.
    pub(super) is_frozen: bool,
}

impl ShardId {
    /// All pairs.
    pub const PAIRS: Self = Self(LOBBY_SHARDS);

    /// The shard of a lobby: the same on every machine (FNV-1a).
    pub fn of(lobby: &Lobby) -> Self {
        let hash = lobby
            .as_str()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        // The low bits of this hash are the good ones.
        Self((hash % LOBBY_SHARDS as u64) as usize)
    }
}

impl Hub {
    /// An empty hub.
    pub fn new(limits: Limits) -> Self {
        Self::with_recorder(limits, Recorder::default())
    }

    /// An empty hub, which reports what happens to this recorder.
    pub fn with_recorder(limits: Limits, recorder: Recorder) -> Self {
        let shard = |_| {
            let core = Core::new(limits.clone());
            let state = State { core, directory: Directory::new(recorder.clone()), is_frozen: false };
            let has_work = AtomicBool::new(false);
            Shard { state: Mutex::new(state), has_work, usage: SharedUsage::default() }
        };
        let shards = (0..=LOBBY_SHARDS).map(shard).collect();
        Self {
            limits,
            start: Instant::now(),
            clock: Timestamp::default(),
            shards,
            usage: SharedUsage::default(),
            has_work: Notify::new(),
            recorder,
        }
    }

    /// What takes reports for the inspector.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The limits that hold.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A client connects. Its outbox gets the welcome first, then everything that the client is sent.
    pub fn connect(&self, newcomer: Newcomer, outbox: Arc<dyn Outbox>) -> Address {
        let connection = ConnectionId(random::id());
        let (lobby, purpose, name) = (newcomer.lobby.clone(), newcomer.purpose, newcomer.name.clone());
        let recorded = lobby.clone();
        let (shard, subscription) = match purpose {
            Purpose::CallsAndRooms => (ShardId::of(&lobby), Some(lobby)),
            Purpose::Rooms | Purpose::Gst => (ShardId::of(&lobby), None),
            Purpose::Pairs => (ShardId::PAIRS, None),
        };
        let mut id = PeerId(connection.0);
        self.apply(shard, Action::Connect { connection, newcomer }, None, |state, result| {
            let Ok(Reply::Welcome(welcome)) = result else { return };
            id = welcome.peer;
            let is_back = welcome.restored.is_some();
            self.recorder.connected(id, &name, (purpose, &recorded), outbox.origin(), is_back);
            welcome_safely(&outbox, &welcome);
            let replaced = welcome.replaced.and_then(|peer| state.directory.find(peer));
            if let Some(before) = state.directory.add(id, connection, subscription, outbox).or(replaced) {
                before.cut("its client has returned on another connection");
            }
        });
        Address { shard, peer: id, connection }
    }

    /// A client has sent a message, or something that is refused before the rules are asked. `reply_to` gets the outcome,
    /// before any other client is sent what follows from it; it must not wait, nor call the hub.
    pub fn submit(
        &self,
        Address { shard, peer, connection }: Address,
        Numbers { own, record }: Numbers,
        message: Result<ClientMessage, Refusal>,
        reply_to: impl FnOnce(Result<Reply, Refusal>),
    ) {
        let from = Sender { peer, connection, number: own };
        let action = match message {
            Ok(message) => {
                // A system call, which most messages can do without.
                let id = if message.needs_id() { random::id() } else { 0 };
                Action::Message { from, message, id, full: self.usage.get().full(&self.limits) }
            }
            Err(refusal) => Action::Reject { from, refusal },
        };
        self.apply(shard, action, record, |state, mut result| {
            if let Ok(Reply::Offers(_)) = result {
                let State { core, directory, .. } = state;
                directory.catch_up(from.peer, |offer| core.is_hidden(offer));
            }
            if let Ok(reply) = &mut result {
                self.recorder.strip(peer, reply);
            }
            reply_to(result);
        });
    }

    /// A connection has ended. Returns the calls that its peer had.
    pub fn disconnect(&self, Address { shard, peer, connection }: Address, end: ConnectionEnd) -> Vec<OfferId> {
        let mut calls = Vec::new();
        self.apply(shard, Action::Disconnect { peer, connection, end }, None, |state, result| {
            let was_connected = state.directory.remove(peer, connection);
            if let Ok(Reply::Left(left)) = result {
                calls = left;
            }
            // A client that has returned on another connection was never away.
            if was_connected {
                self.recorder.disconnected(peer, end, &calls);
            }
        });
        calls
    }

    /// Makes a room of two.
    ///
    /// # Errors
    /// `room-full`, `too-many`.
    pub fn make_pair(&self, room: RoomName, id: PairId, location: ClientLocation) -> Result<(), Refusal> {
        self.request(Action::MakePair { room, id, location })
    }

    /// Destroys a room of two.
    ///
    /// # Errors
    /// `not-in-room`.
    pub fn destroy_pair(&self, room: RoomName, id: Option<PairId>, location: ClientLocation) -> Result<(), Refusal> {
        self.request(Action::DestroyPair { room, id, location })
    }

    /// Does what is due. To be called every second or so.
    pub fn tick(&self) {
        for (number, shard) in self.shards.iter().enumerate() {
            let next = shard.state.lock().core.next_deadline();
            if next.is_some_and(|next| next <= self.now()) {
                // A fault in one shard must not end the ticks of all; it is counted and logged as any panic.
                let _ = catch_unwind(AssertUnwindSafe(|| self.apply(ShardId(number), Action::Tick, None, |_, _| {})));
            }
        }
    }

    /// Sends lobbies what was not sent at once. To be run for as long as the server does.
    pub async fn fan_out(&self) {
        loop {
            let mut has_work = false;
            for shard in &self.shards {
                if !shard.has_work.swap(false, Ordering::Relaxed) {
                    continue;
                }
                let step = || shard.state.lock().directory.step();
                // A panic there is counted and logged as any other. That lobby has left the queue; others may wait.
                if catch_unwind(AssertUnwindSafe(step)).unwrap_or(true) {
                    shard.has_work.store(true, Ordering::Relaxed);
                    has_work = true;
                }
                // Commands that wait for the lock go first.
                tokio::task::yield_now().await;
            }
            if !has_work {
                self.has_work.notified().await;
            }
        }
    }

    /// Notifies all clients that the server is stopping.
    pub fn announce_shutdown(&self) {
        self.each_outbox(|outbox| outbox.announce_shutdown());
    }

    /// Whether all clients have been sent what waits for them.
    pub fn has_sent_all(&self) -> bool {
        self.shards.iter().all(|shard| shard.state.lock().directory.outboxes().all(|outbox| outbox.has_sent_all()))
    }

    /// Cuts the connection of a client, as if its network had failed. False if there is no such client.
    pub fn cut(&self, client: PeerId, why: &str) -> bool {
        let mut outboxes = self.shards.iter().filter_map(|shard| shard.state.lock().directory.find(client));
        outboxes.next().map(|outbox| outbox.cut(why)).is_some()
    }

    /// Ends all connections.
    pub fn end_all(&self) {
        self.each_outbox(|outbox| outbox.clone().end());
    }

    /// Whether no client is connected, and nothing is kept of any.
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| {
            let state = shard.state.lock();
            state.core.is_empty() && state.directory.is_empty()
        })
    }

    fn request(&self, action: Action) -> Result<(), Refusal> {
        let mut outcome = Ok(());
        self.apply(ShardId::PAIRS, action, None, |_, result| outcome = result.map(|_| ()));
        outcome
    }

    fn each_outbox(&self, act: impl Fn(&Arc<dyn Outbox>)) {
        for shard in &self.shards {
            shard.state.lock().directory.outboxes().for_each(&act);
        }
    }

    /// Applies a command; then drops what the server holds too much of, where most of it is.
    pub(super) fn apply(
        &self,
        shard: ShardId,
        action: Action,
        cause: Option<u64>,
        complete: impl FnOnce(&mut State, Result<Reply, Refusal>),
    ) {
        self.apply_locked(shard, action, cause, complete);
        while let Some(Excess { oldest, count }) = self.usage.get().excess(&self.limits) {
            let largest = (0..self.shards.len()).max_by_key(|number| count(self.shards[*number].usage.get()));
            let Some(largest) = largest.filter(|number| count(self.shards[*number].usage.get()) > 0) else { return };
            self.apply_locked(ShardId(largest), Action::DropOldest(oldest), None, |_, _| {});
        }
    }

    /// Under the shard's lock: applies a command, completes it, and sends what follows.
    fn apply_locked(
        &self,
        ShardId(number): ShardId,
        action: Action,
        cause: Option<u64>,
        complete: impl FnOnce(&mut State, Result<Reply, Refusal>),
    ) {
        let shard = &self.shards[number];
        let state = &mut *shard.state.lock();
        if state.is_frozen {
            return;
        }
        let mut out: Vec<Outgoing> = Vec::new();
        // Within the lock: the commands of a core are in the order of their times.
        let command = Command { at: self.now(), action };
        let result = state.core.apply(command, &mut out);
        let (before, after) = (shard.usage.get(), Usage::of(&state.core));
        shard.usage.update(before, after);
        self.usage.update(before, after);
        // A fault in a reply must not keep from others what follows.
        let completed = catch_unwind(AssertUnwindSafe(|| complete(state, result)));
        if state.directory.send_all(out, cause) {
            shard.has_work.store(true, Ordering::Relaxed);
            self.has_work.notify_one();
        }
        if let Err(fault) = completed {
            resume_unwind(fault);
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.after(self.start.elapsed())
    }
}
