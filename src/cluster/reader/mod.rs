//! Reads the streams of the shards in which this node has clients, and applies their entries in order.

mod shards;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::applier::Applier;
use super::entry::{Content, EntryId, NodeMessage};
use super::error::ClusterError;
use super::header::{self, HeaderError};
use super::presence::SILENCE_MS;
use super::raw_entry::RawEntry;
use super::recovery;
use super::shared::Shared;
use super::store::{BLOCK, Link, MAX_READ, NODES_LENGTH, StoreError};
use crate::core::command::{Action, ConnectionEnd};
use crate::core::id::NodeId;
use crate::hub::shard::ShardId;

/// How long a reader that has lost Redis waits before it tries again.
const PAUSE: Duration = Duration::from_millis(100);
/// How often the log says that Redis is away.
const COMPLAIN: Duration = Duration::from_secs(10);
/// A reader that has not read for this long may have missed entries that are trimmed by now.
const STALLED: Duration = Duration::from_secs(5);
/// A read that takes so much longer than it waits for entries is a slow one.
const SLOW: Duration = Duration::from_millis(500);
/// How often is looked for peers whose connections are gone.
const RECONCILE: Duration = Duration::from_secs(10);
/// A shard without clients is read for this long.
const IDLE: Duration = Duration::from_secs(60);
/// Contents of entries that are applied before other tasks of the thread have their turn: those that send what is queued for
/// clients, among them, before a queue is full.
const YIELD: usize = 64;
/// A reader that has just connected waits this long before it takes a node that it does not know for lost: each node says
/// every 2 s that it is there.
const LISTEN: Duration = Duration::from_secs(10);
/// How far back the stream of nodes is read at the start, in milliseconds.
const NODES_SINCE_MS: u64 = 30_000;

/// How the reading fails.
enum Failure {
    Store(StoreError),
    Cluster(ClusterError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reads for as long as the future is polled.
///
/// # Errors
/// The node cannot go on.
pub async fn run(shared: Arc<Shared>) -> Result<(), ClusterError> {
    let mut reader = Reader::new(shared);
    let mut complained: Option<Instant> = None;
    loop {
        match reader.follow().await {
            Ok(()) => {}
            Err(Failure::Cluster(error)) => return Err(error),
            Err(Failure::Store(error)) => {
                if complained.is_none_or(|at: Instant| at.elapsed() >= COMPLAIN) {
                    complained = Some(Instant::now());
                    tracing::warn!("the log of --cluster cannot be read: {error}");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

struct Reader {
    shared: Arc<Shared>,
    applier: Applier,
    has_joined: bool,
    /// How far the stream of nodes was read.
    nodes: EntryId,
    /// How far the stream was read that wakes this node.
    wake: EntryId,
    wake_of: NodeId,
    /// Shards that are read, and since when they have no clients.
    idle: HashMap<ShardId, Option<Instant>>,
    /// Shards whose nodes are not compared yet with those that are there.
    unchecked: HashSet<ShardId>,
    /// When the log said last that a shard cannot be read.
    complained: HashMap<ShardId, Instant>,
    /// Nodes whose loss this node has reported already.
    reported: HashSet<NodeId>,
    last_read: Instant,
    /// When the connection was made.
    connected: Instant,
    /// When orphans were ended.
    reconciled: Instant,
}

impl Reader {
    fn new(shared: Arc<Shared>) -> Self {
        Self {
            applier: Applier::new(shared.clone()),
            wake_of: shared.queue.node(),
            shared,
            has_joined: false,
            nodes: EntryId::default(),
            wake: EntryId::default(),
            idle: HashMap::new(),
            unchecked: HashSet::new(),
            complained: HashMap::new(),
            reported: HashSet::new(),
            last_read: Instant::now(),
            connected: Instant::now(),
            reconciled: Instant::now(),
        }
    }

    /// Reads by one connection, until it fails.
    async fn follow(&mut self) -> Result<(), Failure> {
        let link = self.shared.store.connect(true).await?;
        recovery::agree(&self.shared, &link).await?;
        if !self.has_joined {
            self.join(&link).await?;
        }
        self.verify(&link).await?;
        self.connected = Instant::now();
        // Redis may have lost an entry that says so of a node.
        self.unchecked.extend(self.idle.keys());
        loop {
            if self.last_read.elapsed() > STALLED {
                self.verify(&link).await?;
            }
            for shard in self.shared.queue.wanted() {
                self.load(&link, shard).await?;
            }
            // The clients of this node go first: what they receive and send meanwhile is read at once.
            tokio::task::yield_now().await;
            self.read(&link).await?;
            self.check(&link).await?;
        }
    }

    /// Learns which nodes there are, and agrees with them.
    async fn join(&mut self, link: &Link) -> Result<(), Failure> {
        let (keys, now) = (self.shared.store.keys.clone(), link.time().await?);
        self.shared.queue.set_time(now);
        let since = now.saturating_sub(NODES_SINCE_MS).to_string();
        let entries = link.range(&keys.nodes(), &since, "+", NODES_LENGTH).await?;
        for entry in &entries {
            self.apply_to_nodes(entry);
        }
        let own = self.shared.queue.node();
        let is_first = {
            let presence = self.shared.presence.lock();
            let silent: HashSet<NodeId> = presence.silent().collect();
            let is_fresh = |ago: u64| now.saturating_sub(presence.last()).saturating_add(ago) < SILENCE_MS;
            !presence.nodes().any(|(node, ago, _)| node != own && !silent.contains(&node) && is_fresh(ago))
        };
        let limits = self.shared.hub.limits();
        match header::agree(link, &keys, limits, is_first).await {
            Ok(()) => {}
            Err(HeaderError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(Failure::Cluster(error.into())),
        }
        self.has_joined = true;
        self.shared.has_joined.store(true, Ordering::Relaxed);
        self.shared.ready.store(true, Ordering::Relaxed);
        tracing::info!(node = %own, "joined the cluster");
        Ok(())
    }

    async fn read(&mut self, link: &Link) -> Result<(), Failure> {
        let keys = self.shared.store.keys.clone();
        let own = self.shared.queue.node();
        if own != self.wake_of {
            (self.wake, self.wake_of) = (EntryId::default(), own);
        }
        let mut streams = vec![(keys.nodes(), self.nodes), (keys.wake(own), self.wake)];
        let mut shards = HashMap::new();
        for (shard, replica) in self.shared.replicas.lock().iter() {
            shards.insert(keys.log(*shard), *shard);
            streams.push((keys.log(*shard), replica.position));
        }
        let began = Instant::now();
        let read = link.read(&streams).await?;
        self.last_read = Instant::now();
        *self.shared.last_read.lock() = Some(self.last_read);
        if began.elapsed() > BLOCK + SLOW {
            // This process was stopped meanwhile, perhaps: what follows its position may be trimmed by now.
            return self.verify(link).await;
        }
        let (mut incomplete, mut applied) = (HashSet::new(), 0);
        for (stream, entries) in read {
            if let Some(shard) = shards.get(&stream) {
                if entries.len() >= MAX_READ {
                    incomplete.insert(*shard);
                }
                for entry in &entries {
                    applied += self.applier.apply(*shard, entry).map_err(Failure::Cluster)?;
                    if applied >= YIELD {
                        applied = 0;
                        tokio::task::yield_now().await;
                    }
                }
            } else if stream == keys.nodes() {
                entries.iter().for_each(|entry| self.apply_to_nodes(entry));
            } else if let Some(last) = entries.last() {
                self.wake = last.id;
            }
        }
        if !incomplete.is_empty() {
            self.verify(link).await?;
        }
        if self.connected.elapsed() < LISTEN {
            return Ok(());
        }
        let complete: Vec<_> = self.unchecked.iter().copied().filter(|shard| !incomplete.contains(shard)).collect();
        for shard in complete {
            self.unchecked.remove(&shard);
            self.report_absent(shard);
        }
        Ok(())
    }

    fn apply_to_nodes(&mut self, raw: &RawEntry) {
        self.nodes = raw.id;
        self.shared.queue.set_time(raw.id.ms);
        let Ok(message) = serde_json::from_str::<NodeMessage>(&raw.text) else { return };
        let Some(lost) = self.shared.presence.lock().apply(raw.id, message) else { return };
        if lost == self.shared.queue.node() {
            return self.applier.begin_again();
        }
        // Its first entry may be in what was read just now: looked at when that is applied.
        self.unchecked.extend(self.idle.keys());
    }

    /// Reports the nodes of a shard that are no longer there: nobody may have read it when they were lost.
    fn report_absent(&self, shard: ShardId) {
        let own = self.shared.queue.node();
        let mut nodes = self.shared.hub.nodes(shard);
        if let Some(replica) = self.shared.replicas.lock().get(&shard) {
            nodes.extend(replica.nodes());
        }
        for node in nodes {
            if node != own && !self.shared.presence.lock().has(node) {
                self.shared.queue.append_content(shard, Content::NodeLost(node));
            }
        }
    }

    /// Ends what is connected to this node by the state, and not in fact: a connection that was refused after it had been
    /// appended, or one of a Redis that went back in time.
    fn end_orphans(&self) {
        let Shared { hub, queue, .. } = &*self.shared;
        let own = queue.node();
        for shard in self.idle.keys().filter(|shard| !self.unchecked.contains(*shard)) {
            for (peer, connection) in hub.orphans(*shard, own) {
                let end = Action::Disconnect { peer, connection, end: ConnectionEnd::Broken };
                queue.append_content(*shard, Content::Command(end));
            }
        }
    }

    /// Reports nodes that are silent, and stops to read what no client of this node needs.
    async fn check(&mut self, link: &Link) -> Result<(), Failure> {
        let silent: Vec<NodeId> = self.shared.presence.lock().silent().collect();
        self.reported.retain(|node| silent.contains(node));
        for node in silent {
            if node != self.shared.queue.node() && self.reported.insert(node) {
                tracing::warn!(%node, "a server of the cluster is lost: it has been silent for too long");
                let message = serde_json::to_string(&NodeMessage::Lost(node)).unwrap_or_default();
                link.append_to_nodes(&self.shared.store.keys, &message).await?;
            }
        }
        if self.reconciled.elapsed() > RECONCILE {
            self.reconciled = Instant::now();
            self.end_orphans();
        }
        let Shared { hub, queue, .. } = &*self.shared;
        let mut unread = Vec::new();
        for (shard, since) in &mut self.idle {
            if hub.has_clients(*shard) || queue.has_pending(*shard) {
                *since = None;
            } else if since.get_or_insert_with(Instant::now).elapsed() > IDLE {
                unread.push(*shard);
            }
        }
        unread.into_iter().for_each(|shard| self.forget(shard));
        Ok(())
    }
}
