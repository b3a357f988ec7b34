//! What is counted when the metrics are read, rather than when it happens: members of rooms, clients that poll, and what
//! waits to be sent. A part at a time, so that no command waits for it.

use switchboard_conn::Waiting;

use super::order::Hub;
use super::shard::ShardId;

/// Peers or rooms that are looked at under one lock of a shard.
const CHUNK: usize = 256;

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Census {
    /// Members of all rooms.
    pub members: usize,
    /// Clients that poll.
    pub polling: usize,
    /// What waits to be sent to all clients.
    pub queued: Waiting,
    /// The messages that wait for the client for which most wait.
    pub longest: usize,
}

impl Hub {
    /// Counts.
    pub fn census(&self) -> Census {
        let mut census = Census::default();
        for shard in ShardId::all() {
            let mut after = None;
            loop {
                let state = self.shards[shard.number()].state.lock();
                let part = state.core.members_after(after.as_ref(), CHUNK);
                drop(state);
                census.members += part.items.iter().sum::<usize>();
                after = part.last;
                if after.is_none() {
                    break;
                }
            }
            let mut after = None;
            loop {
                let state = self.shards[shard.number()].state.lock();
                let part = state.core.peers_after(after.as_ref(), CHUNK);
                let outboxes = part.items.iter().filter_map(|peer| state.directory.find(*peer));
                for outbox in outboxes {
                    let Waiting { messages, bytes } = outbox.waiting();
                    census.polling += usize::from(outbox.is_polling());
                    census.queued.messages += messages;
                    census.queued.bytes += bytes;
                    census.longest = census.longest.max(messages);
                }
                drop(state);
                after = part.last;
                if after.is_none() {
                    break;
                }
            }
        }
        census
    }
}
