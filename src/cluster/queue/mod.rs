//! The commands of this node's clients: those that are not appended yet, and those that are not applied yet.

pub mod refusals;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::batch::{Batch, Pending, batches_of};
use super::entry::Content;
use crate::core::command::Action;
use crate::core::id::{ConnectionId, NodeId};
use crate::core::time::Timestamp;
use crate::hub::order::{CommandLog, Waiting};
use crate::hub::shard::ShardId;
use crate::random;

/// Commands that may wait to be appended.
const MAX_QUEUED: usize = 20_000;
/// Bytes of these.
const MAX_QUEUED_BYTES: usize = 64 * 1024 * 1024;
/// For how long the wait of an applied command counts as the lag.
const LAG_COUNTS: Duration = Duration::from_secs(10);

/// The queue. Appending never waits.
pub struct Queue {
    inner: Mutex<Inner>,
    /// There is something to append or to refuse.
    changed: Notify,
    start: Instant,
    /// The time of the log at `start`, in milliseconds.
    offset: AtomicI64,
    connections: AtomicU64,
    /// For how long the last command waited until it was applied, and when that was.
    lag: Mutex<Option<(Duration, Instant)>>,
}

struct Inner {
    node: NodeId,
    /// The number of the last content in each stream.
    sequences: HashMap<ShardId, u64>,
    queued: VecDeque<Queued>,
    bytes: usize,
    /// Appended, or being appended, and not applied yet.
    sent: BTreeMap<(ShardId, u64), Sent>,
    /// When was looked last for what has waited for too long.
    looked: Instant,
    refused: Vec<(ShardId, Waiting)>,
    /// Shards that the reader reads.
    live: HashSet<ShardId>,
    /// Shards that it has to read besides.
    wanted: HashSet<ShardId>,
    /// The server stops: what clients send has no effect any more.
    is_closed: bool,
}

struct Queued {
    shard: ShardId,
    content: Content,
    text: String,
    waiting: Option<Waiting>,
    since: Instant,
    /// The end of a connection is never given up: its peer would stay connected for ever.
    is_end: bool,
    /// A client sends it that is connected.
    is_message: bool,
}

/// A content that this node has appended. It is kept until it is applied: it need not be read from the stream, and is
/// appended again if Redis loses it before a node has read it.
pub struct Sent {
    /// What it says.
    pub content: Content,
    /// What waits for it.
    pub waiting: Option<Waiting>,
    since: Instant,
    is_message: bool,
}

impl Queue {
    /// An empty queue of a new node.
    pub fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let inner = Inner {
            node: NodeId::new(random::id()),
            sequences: HashMap::new(),
            queued: VecDeque::new(),
            bytes: 0,
            sent: BTreeMap::new(),
            looked: Instant::now(),
            refused: Vec::new(),
            live: HashSet::new(),
            wanted: HashSet::new(),
            is_closed: false,
        };
        Self {
            inner: Mutex::new(inner),
            changed: Notify::new(),
            start: Instant::now(),
            offset: AtomicI64::new(i64::try_from(now.as_millis()).unwrap_or(i64::MAX)),
            connections: AtomicU64::new(0),
            lag: Mutex::default(),
        }
    }

    /// This node.
    pub fn node(&self) -> NodeId {
        self.inner.lock().node
    }

    /// The log says that it is this late now.
    pub fn set_time(&self, ms: u64) {
        let elapsed = i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.offset.store(i64::try_from(ms).unwrap_or(i64::MAX) - elapsed, Ordering::Relaxed);
    }

    /// Appends what does not come from a client.
    pub fn append_content(&self, shard: ShardId, content: Content) {
        if let Ok(text) = serde_json::to_string(&content) {
            let since = Instant::now();
            let queued = Queued { shard, content, text, waiting: None, since, is_end: true, is_message: false };
            self.push(&mut self.inner.lock(), queued);
        }
    }

    fn push(&self, inner: &mut Inner, queued: Queued) {
        let is_full = inner.queued.len() >= MAX_QUEUED || inner.bytes >= MAX_QUEUED_BYTES;
        if is_full && !queued.is_end {
            inner.refused.extend(queued.waiting.map(|waiting| (queued.shard, waiting)));
        } else {
            inner.bytes += queued.text.len();
            inner.queued.push_back(queued);
        }
        self.changed.notify_one();
    }

    /// Waits until there is something to append or to refuse.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// What is to be appended next, in order.
    pub fn next_batch(&self) -> Batch {
        let inner = &mut *self.inner.lock();
        let node = inner.node;
        let mut batch = Batch::new(node);
        while let Some(next) = inner.queued.front()
            && batch.takes(&next.text)
        {
            let Some(Queued { shard, content, text, waiting, since, is_message, .. }) = inner.queued.pop_front() else {
                break;
            };
            inner.bytes -= text.len();
            if !inner.live.contains(&shard) {
                inner.wanted.insert(shard);
            }
            let sequence = inner.sequences.entry(shard).or_default();
            *sequence += 1;
            batch.push(shard, *sequence, text);
            inner.sent.insert((shard, *sequence), Sent { content, waiting, since, is_message });
        }
        batch
    }

    /// The contents of an entry of this node that is applied now; `None` for those that were refused meanwhile.
    pub fn take_sent(&self, shard: ShardId, first: u64, count: u64) -> Vec<Option<Sent>> {
        let sent: Vec<_> = {
            let inner = &mut *self.inner.lock();
            (first..first.saturating_add(count)).map(|number| inner.sent.remove(&(shard, number))).collect()
        };
        if let Some(oldest) = sent.iter().flatten().next() {
            *self.lag.lock() = Some((oldest.since.elapsed(), Instant::now()));
        }
        sent
    }

    /// For how long, in milliseconds, a command waits now until it is applied: the last one that was, unless that is long
    /// ago, or the oldest that is not yet.
    pub fn lag_ms(&self) -> u64 {
        let last = self.lag.lock().filter(|(_, at)| at.elapsed() < LAG_COUNTS).map(|(lag, _)| lag);
        let oldest = {
            let inner = self.inner.lock();
            let queued = inner.queued.front().map(|queued| queued.since);
            inner.sent.values().map(|sent| sent.since).chain(queued).min()
        };
        let lag = last.max(oldest.map(|since| since.elapsed())).unwrap_or_default();
        u64::try_from(lag.as_millis()).unwrap_or(u64::MAX)
    }

    /// What has to be appended again in order, before anything else, to a Redis that may have lost it: what was `begun`, and
    /// all that was appended and not applied. What is there already counts once, by its number.
    pub fn unapplied(&self, begun: Vec<Batch>) -> VecDeque<Batch> {
        let inner = self.inner.lock();
        let node = inner.node;
        let text = |sent: &Sent| serde_json::to_string(&sent.content).ok();
        let mut contents: BTreeMap<(ShardId, u64), String> =
            inner.sent.iter().filter_map(|(key, sent)| Some((*key, text(sent)?))).collect();
        // Of what was refused, that it is nothing.
        let begun = begun.into_iter().filter(|batch| batch.node == node).flat_map(|batch| batch.pending);
        for Pending { shard, first, contents: texts } in begun {
            contents.extend((first..).map(|number| (shard, number)).zip(texts));
        }
        batches_of(node, contents)
    }

    /// Shards that have to be read besides those that are.
    pub fn wanted(&self) -> Vec<ShardId> {
        self.inner.lock().wanted.iter().copied().collect()
    }

    /// The reader reads a shard from now on, or no longer.
    pub fn set_live(&self, shard: ShardId, is_live: bool) {
        let inner = &mut *self.inner.lock();
        inner.wanted.remove(&shard);
        if is_live {
            inner.live.insert(shard);
        } else {
            inner.live.remove(&shard);
        }
    }

    /// Whether something of this shard is not applied yet.
    pub fn has_pending(&self, shard: ShardId) -> bool {
        let inner = self.inner.lock();
        inner.queued.iter().any(|queued| queued.shard == shard) || inner.sent.keys().any(|(of, _)| *of == shard)
    }

    /// The server stops: what clients send has no effect any more.
    pub fn close(&self) {
        self.inner.lock().is_closed = true;
    }
}

/// The connection by which a client connects or sends. Its end always counts.
fn connection_of(action: &Action) -> Option<ConnectionId> {
    match action {
        Action::Connect { connection, .. } => Some(*connection),
        Action::Message { from, .. } | Action::Reject { from, .. } => Some(from.connection),
        _ => None,
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self::new()
    }
}

impl CommandLog for Queue {
    fn append(&self, shard: ShardId, action: Action, waiting: Waiting) {
        let is_connect = matches!(action, Action::Connect { .. });
        let is_end = matches!(action, Action::Disconnect { .. });
        let connection = connection_of(&action);
        let is_message = connection.is_some() && !is_connect;
        let content = Content::Command(action);
        // It serializes: the core is stored in the same way.
        let Ok(text) = serde_json::to_string(&content) else { return };
        let inner = &mut *self.inner.lock();
        if inner.is_closed {
            return;
        }
        // The connection belongs to the node that this one was before it began again. The other nodes have lost its peer, and
        // this one closes it: the client sends its messages again elsewhere. A client that connects receives a refusal.
        if connection.is_some_and(|connection| connection.node() != inner.node) {
            if is_connect {
                inner.refused.push((shard, waiting));
                self.changed.notify_one();
            }
            return;
        }
        let since = Instant::now();
        self.push(inner, Queued { shard, content, text, waiting: Some(waiting), since, is_end, is_message });
    }

    fn reads(&self, shard: ShardId) -> bool {
        self.inner.lock().live.contains(&shard)
    }

    fn connection_id(&self) -> ConnectionId {
        ConnectionId::of(self.node(), self.connections.fetch_add(1, Ordering::Relaxed))
    }

    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp(u64::try_from(elapsed + self.offset.load(Ordering::Relaxed)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
