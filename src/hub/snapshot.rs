//! What of a hub outlives its process.

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::order::{Hub, Order};
use super::shard::ShardId;
use crate::core::command::{Action, Taken};
use crate::core::state::Core;
use crate::core::time::Timestamp;

/// The state of a hub.
pub struct Snapshot {
    /// The time of the cores when it was taken.
    pub clock: Timestamp,
    /// Whether anything happened after it.
    pub taken: Taken,
    /// One for each shard.
    pub cores: Vec<Core>,
}

/// One shard, to be serialized.
pub struct SnapshotOf<'a> {
    core: &'a Core,
    taken: Taken,
}

/// The snapshot has other shards than this server.
#[derive(Debug, Error)]
#[error("it is from a server with other shards")]
pub struct UnknownSnapshot;

impl Hub {
    /// An empty hub takes over what an earlier process had. Its clients have the grace to return.
    ///
    /// # Errors
    /// A snapshot of another number of shards.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<(), UnknownSnapshot> {
        let Snapshot { clock, taken, cores } = snapshot;
        if cores.len() != self.shards.len() {
            return Err(UnknownSnapshot);
        }
        if let Order::Local { clock: at_start, .. } = &mut self.order {
            *at_start = clock;
        }
        for (number, core) in cores.into_iter().enumerate() {
            self.shards[number].state.get_mut().core = core.with_limits(self.limits.clone());
            self.apply(ShardId(number), Action::Restart(taken), None, |_, _, _| {});
        }
        Ok(())
    }

    /// What a snapshot is written of, shard by shard; each is locked while it is serialized. With
    /// [`Taken::AtTheEnd`] nothing changes any more afterwards: what clients still send is neither acted on nor
    /// acknowledged.
    pub fn serialize<S, E>(
        &self,
        taken: Taken,
        mut write: impl FnMut(SnapshotOf<'_>) -> Result<S, E>,
    ) -> Result<Vec<S>, E> {
        let parts = self.shards.iter().map(|shard| {
            let state = &mut *shard.state.lock();
            state.is_frozen |= taken == Taken::AtTheEnd;
            write(SnapshotOf { core: &state.core, taken })
        });
        parts.collect()
    }

    /// The time of the cores.
    pub fn clock(&self) -> Timestamp {
        self.now()
    }
}

impl Serialize for SnapshotOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.taken {
            Taken::AtTheEnd => self.core.serialize(serializer),
            Taken::Before => self.core.serialize_rooms(serializer),
        }
    }
}
