//! One part of the hub: a core and the clients that can receive each other's messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::directory::Directory;
use super::usage::SharedUsage;
use crate::core::state::Core;
use crate::inspect::recorder::Recorder;
use crate::protocol::limits::Limits;
use crate::protocol::name::Lobby;

/// Shards for lobbies. One more is for pairs, which have no lobby.
const LOBBY_SHARDS: usize = 64;

/// The number of a shard. Two clients that can receive each other's messages have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShardId(pub(super) usize);

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

    /// All shards, that of pairs last.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=LOBBY_SHARDS).map(Self)
    }

    /// From 0 to 64.
    pub fn number(self) -> usize {
        self.0
    }
}

/// One shard.
pub(super) struct Shard {
    // A plain lock, not an async one: it is held for microseconds, for a chunk of a lobby up to some hundred, and never
    // across an await.
    pub state: Mutex<State>,
    /// Whether messages to a lobby wait for [`Hub::fan_out`](super::order::Hub::fan_out).
    pub has_work: AtomicBool,
    /// Whether a tick was submitted that is not applied yet.
    pub has_tick: Arc<AtomicBool>,
    pub usage: SharedUsage,
}

/// What the lock of a shard guards.
pub(super) struct State {
    pub core: Core,
    pub directory: Directory,
    /// The last snapshot was taken: nothing changes any more.
    pub is_frozen: bool,
}

/// A tick that was submitted. It is over when this is dropped: applied, refused, lost on the way, or ended by a panic.
pub(super) struct PendingTick(Arc<AtomicBool>);

impl Drop for PendingTick {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Shard {
    /// A tick of this shard, unless one is on its way.
    pub fn begin_tick(&self) -> Option<PendingTick> {
        (!self.has_tick.swap(true, Ordering::Relaxed)).then(|| PendingTick(self.has_tick.clone()))
    }

    /// An empty shard.
    pub fn new(limits: Limits, recorder: Recorder) -> Self {
        let state = State { core: Core::new(limits), directory: Directory::new(recorder), is_frozen: false };
        Self {
            state: Mutex::new(state),
            has_work: AtomicBool::new(false),
            has_tick: Arc::default(),
            usage: SharedUsage::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tick_that_is_dropped_makes_room_for_the_next() {
        let shard = Shard::new(Limits::default(), Recorder::default());
        let tick = shard.begin_tick();
        assert!(tick.is_some() && shard.begin_tick().is_none());
        drop(tick);
        assert!(shard.begin_tick().is_some());
    }
}
