//! What this node's clients have sent, and what will not be done.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use super::{Queue, Sent};
use crate::core::id::NodeId;
use crate::hub::order::Waiting;
use crate::hub::shard::ShardId;
use crate::random;

/// How often is looked for what has waited for too long.
const LOOK: Duration = Duration::from_millis(50);

/// What cannot be done.
pub struct Refused {
    /// What waits for it.
    pub waiting: Vec<(ShardId, Waiting)>,
    /// Of these, what may be appended already, by its number.
    pub sent: HashSet<(ShardId, u64)>,
}

impl Queue {
    /// What cannot be done: there was too much, or it has waited for longer than this. What was appended already may
    /// still be applied.
    pub fn take_refused(&self, max_wait: Duration) -> Refused {
        let inner = &mut *self.inner.lock();
        let mut refused = std::mem::take(&mut inner.refused);
        if inner.looked.elapsed() < LOOK {
            return Refused { waiting: refused, sent: HashSet::new() };
        }
        inner.looked = Instant::now();
        if inner.queued.front().is_some_and(|oldest| oldest.since.elapsed() > max_wait) {
            for queued in std::mem::take(&mut inner.queued) {
                if queued.is_end || queued.since.elapsed() <= max_wait {
                    inner.queued.push_back(queued);
                    continue;
                }
                inner.bytes -= queued.text.len();
                refused.extend(queued.waiting.map(|waiting| (queued.shard, waiting)));
            }
        }
        let late = |sent: &Sent| sent.since.elapsed() > max_wait;
        let late: Vec<_> = inner.sent.iter().filter(|(_, sent)| late(sent)).map(|(key, _)| *key).collect();
        let mut sent = HashSet::new();
        for key in late {
            // For what nothing waits is only forgotten: it may stand in a snapshot from which this node went on.
            if let Some(waiting) = inner.sent.remove(&key).and_then(|sent| sent.waiting) {
                refused.push((key.0, waiting));
                sent.insert(key);
            }
        }
        Refused { waiting: refused, sent }
    }

    /// This node was declared lost, and begins again as another one. Returns what is not to be done any more and has to be
    /// told; the ends of connections stay. A client that has sent a message is not told: its connection is closed, and a page
    /// that numbers its messages sends them again.
    pub fn begin_again(&self) -> Vec<(ShardId, Waiting)> {
        let inner = &mut *self.inner.lock();
        inner.node = NodeId::new(random::id());
        inner.sequences.clear();
        let mut given_up = std::mem::take(&mut inner.refused);
        let sent = std::mem::take(&mut inner.sent).into_iter().filter(|(_, sent)| !sent.is_message);
        given_up.extend(sent.filter_map(|((shard, _), sent)| Some((shard, sent.waiting?))));
        let (ends, others): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut inner.queued).into_iter().partition(|queued| queued.is_end && queued.waiting.is_some());
        inner.bytes = ends.iter().map(|queued| queued.text.len()).sum();
        inner.queued = ends;
        let others = others.into_iter().filter(|queued| !queued.is_message);
        given_up.extend(others.filter_map(|queued| Some((queued.shard, queued.waiting?))));
        given_up
    }

    /// A shard cannot be read here. Returns what waits for its entries.
    pub fn give_up(&self, shard: ShardId) -> Vec<Waiting> {
        let inner = &mut *self.inner.lock();
        let given_up = inner.sent.extract_if((shard, 0)..=(shard, u64::MAX), |_, _| true);
        given_up.filter_map(|(_, sent)| sent.waiting).collect()
    }
}
