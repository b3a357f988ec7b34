//! The hub: its shards, and the one way in which a command reaches a core. The order of commands is that in which they
//! come to this process, or that of a log which several processes share.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::Notify;

use super::shard::{Shard, ShardId, State};
use super::usage::{Excess, SharedUsage, Usage};
use crate::core::command::{Action, Command, Oldest};
use crate::core::id::ConnectionId;
use crate::core::outgoing::Outgoing;
use crate::core::reply::Reply;
use crate::core::time::Timestamp;
use crate::inspect::recorder::Recorder;
use crate::protocol::limits::Limits;
use crate::protocol::refusal::Refusal;
use crate::random;

/// All calls, rooms and pairs of this server, in memory.
pub struct Hub {
    pub(super) limits: Limits,
    pub(super) order: Order,
    pub(super) shards: Vec<Shard>,
    /// What all shards hold.
    pub(super) usage: SharedUsage,
    /// Whether a command of this process is on its way that drops something.
    drops: AtomicBool,
    /// Wakes [`Hub::fan_out`].
    pub(super) has_work: Notify,
    pub(super) recorder: Recorder,
}

/// What gives commands their order and their time.
pub(super) enum Order {
    /// This process alone.
    Local {
        start: Instant,
        /// The time of the cores at `start`: not zero after a restart, since time stands still while the server is down.
        clock: Timestamp,
    },
    /// A log that several processes read.
    Log(Arc<dyn CommandLog>),
}

/// A log of commands that several processes append to and read in one order. Its reader calls
/// [`Hub::apply_entry`] for each entry.
pub trait CommandLog: Send + Sync {
    /// Appends a command. Must not wait, nor call the hub: the caller may hold locks.
    fn append(&self, shard: ShardId, action: Action, waiting: Waiting);

    /// Whether this process knows the state of a shard.
    fn reads(&self, shard: ShardId) -> bool;

    /// An id for a connection, which no connection had before at any process.
    fn connection_id(&self) -> ConnectionId;

    /// The time of the log now, as far as this process knows.
    fn now(&self) -> Timestamp;
}

/// What is called under the lock of the shard, with the outcome of a command.
type Complete = Box<dyn FnOnce(&Hub, &mut State, Result<Reply, Refusal>) + Send>;

/// What waits for a command of this process until it is applied.
pub struct Waiting {
    complete: Complete,
    cause: Option<u64>,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

impl Order {
    /// This process alone, from now on.
    pub fn local() -> Self {
        Self::Local { start: Instant::now(), clock: Timestamp::default() }
    }
}

impl Hub {
    /// An empty hub.
    pub fn new(limits: Limits) -> Self {
        Self::with_recorder(limits, Recorder::default())
    }

    /// An empty hub, which reports what happens to this recorder.
    pub fn with_recorder(limits: Limits, recorder: Recorder) -> Self {
        Self::with_order(limits, recorder, Order::local())
    }

    /// A hub whose commands get their order from this log.
    pub fn with_log(limits: Limits, recorder: Recorder, log: Arc<dyn CommandLog>) -> Self {
        Self::with_order(limits, recorder, Order::Log(log))
    }

    fn with_order(limits: Limits, recorder: Recorder, order: Order) -> Self {
        let shards = ShardId::all().map(|_| Shard::new(limits.clone(), recorder.clone())).collect();
        Self {
            limits,
            order,
            shards,
            usage: SharedUsage::default(),
            drops: AtomicBool::new(false),
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

    /// The time of the cores.
    pub(super) fn now(&self) -> Timestamp {
        match &self.order {
            Order::Local { start, clock } => clock.after(start.elapsed()),
            Order::Log(log) => log.now(),
        }
    }

    /// An id for a new connection.
    pub(super) fn connection_id(&self) -> ConnectionId {
        match &self.order {
            Order::Local { .. } => ConnectionId(random::id()),
            Order::Log(log) => log.connection_id(),
        }
    }

    /// Brings a command into the order. `complete` is called with its outcome, under the shard's lock; `cause` is the
    /// inspector's record that it comes from.
    pub(super) fn apply(
        &self,
        shard: ShardId,
        action: Action,
        cause: Option<u64>,
        complete: impl FnOnce(&Self, &mut State, Result<Reply, Refusal>) + Send + 'static,
    ) {
        match &self.order {
            Order::Log(log) => log.append(shard, action, Waiting { complete: Box::new(complete), cause }),
            Order::Local { .. } => {
                self.apply_locked(shard, None, action, cause, complete);
                self.drop_excess();
            }
        }
    }

    /// Applies the next entry of a shard's log, which has this time. `waiting` comes with those that this process has
    /// appended.
    pub fn apply_entry(&self, shard: ShardId, at: Timestamp, action: Action, waiting: Option<Waiting>) {
        let before = self.usage.get();
        let has_dropped = waiting.is_some() && matches!(action, Action::DropOldest(_));
        if has_dropped {
            self.drops.store(false, Ordering::Relaxed);
        }
        match waiting {
            Some(Waiting { complete, cause }) => {
                self.apply_locked(shard, Some(at), action, cause, complete);
                // Of all processes only the one whose client brought it about drops something, else each of them would.
                // One after the other, else it would drop more than there is too much.
                let is_more = has_dropped || self.usage.get().exceeds(before);
                if is_more && !self.drops.load(Ordering::Relaxed) {
                    let drop = |shard, oldest| self.apply(shard, Action::DropOldest(oldest), None, |_, _, _| {});
                    let drops = self.drop_one(drop);
                    self.drops.store(drops, Ordering::Relaxed);
                }
            }
            None => self.apply_locked(shard, Some(at), action, None, |_, state, result| state.leave(result)),
        }
    }

    /// A command that will not be applied is completed with a refusal.
    pub fn refuse(&self, shard: ShardId, Waiting { complete, .. }: Waiting, refusal: Refusal) {
        complete(self, &mut self.shards[shard.0].state.lock(), Err(refusal));
    }

    /// Drops what the server holds too much of, where most of it is.
    fn drop_excess(&self) {
        while self.drop_one(|shard, oldest| {
            self.apply_locked(shard, None, Action::DropOldest(oldest), None, |_, _, _| {});
        }) {}
    }

    /// Whether there was too much of something.
    fn drop_one(&self, drop: impl FnOnce(ShardId, Oldest)) -> bool {
        let Some(Excess { oldest, count }) = self.usage.get().excess(&self.limits) else { return false };
        let of = |number: usize| count(self.shards[number].usage.get());
        let largest = (0..self.shards.len()).max_by_key(|number| of(*number)).filter(|number| of(*number) > 0);
        largest.map(|largest| drop(ShardId(largest), oldest)).is_some()
    }

    /// Under the shard's lock: applies a command, completes it, and sends what follows. Without a time, it happens now.
    fn apply_locked(
        &self,
        ShardId(number): ShardId,
        at: Option<Timestamp>,
        action: Action,
        cause: Option<u64>,
        complete: impl FnOnce(&Self, &mut State, Result<Reply, Refusal>),
    ) {
        let shard = &self.shards[number];
        let state = &mut *shard.state.lock();
        if state.is_frozen {
            return;
        }
        let mut out: Vec<Outgoing> = Vec::new();
        // Within the lock: the commands of a core are in the order of their times.
        let command = Command { at: at.unwrap_or_else(|| self.now()), action };
        let result = state.core.apply(command, &mut out);
        self.note_usage(number, Usage::of(&state.core));
        // A fault in a reply must not keep from others what follows.
        let completed = catch_unwind(AssertUnwindSafe(|| complete(self, state, result)));
        if state.directory.send_all(out, cause) {
            shard.has_work.store(true, Ordering::Relaxed);
            self.has_work.notify_one();
        }
        if let Err(fault) = completed {
            resume_unwind(fault);
        }
    }

    /// A shard holds this much now.
    pub(super) fn note_usage(&self, number: usize, after: Usage) {
        let usage = &self.shards[number].usage;
        let before = usage.get();
        usage.update(before, after);
        self.usage.update(before, after);
    }
}

impl State {
    /// A client has connected at another process: if it is one of this process, its connection here is over.
    fn leave(&mut self, result: Result<Reply, Refusal>) {
        let Ok(Reply::Welcome(welcome)) = result else { return };
        for peer in [Some(welcome.peer), welcome.replaced].into_iter().flatten() {
            if let Some(before) = self.directory.find(peer) {
                before.cut("its client has returned on another connection");
            }
        }
    }
}
