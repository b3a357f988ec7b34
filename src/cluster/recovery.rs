//! A Redis that was started again, or another one that took its place, may lack entries that nodes have applied.
//!
//! Each process of Redis has a name of its own, the `run_id`. As long as the key of the generation does not hold it, no node
//! appends. The nodes write down how far each of them has read; one of them, which holds a lock, lets the node that is
//! furthest append again what is missing, under the first ids ([`plan`](super::plan)), and then sets the generation. Two nodes may
//! append the same: each goes on behind what is there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use redis::cmd;

use super::header;
use super::plan::{Plan, Positions};
use super::presence::SILENCE_MS;
use super::shared::Shared;
use super::snapshot;
use super::store::{Link, StoreError};
use crate::core::id::NodeId;
use crate::hub::shard::ShardId;

/// How long nodes that are expected may take to say how far they have read: as long as a node may be silent.
const GATHER: Duration = Duration::from_millis(SILENCE_MS);
/// How long a node that has read nothing waits for others that it does not know, while Redis has only just begun: those
/// that were connected to an earlier one come at once.
const GATHER_UNKNOWN: Duration = Duration::from_secs(1);
/// Redis has only just begun within so many seconds.
const BEGINS: u64 = 60;
/// How long the lock is held without a sign of life, in milliseconds.
const LOCK_MS: u64 = 8_000;
/// Keeps the lock of `KEYS[1]` for another `ARGV[2]` ms, if it is the node `ARGV[1]` that has it.
const KEEP_LOCK: &str = "
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
";
/// Sets the generation `KEYS[2]` to `ARGV[2]`, if it is the node `ARGV[1]` that has the lock `KEYS[1]`.
const SET_GENERATION: &str = "
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
";
/// How often the nodes look at what the others say.
const POLL: Duration = Duration::from_millis(50);
/// How long the notes of a recovery stay, in seconds.
const LINGER: u64 = 600;

/// Returns when the nodes agree on what this Redis holds.
///
/// # Errors
/// It cannot be reached any more.
pub async fn agree(shared: &Shared, link: &Link) -> Result<(), StoreError> {
    // Writer and reader may both meet it.
    let _turn = shared.recovering.lock().await;
    let mut has_posted = false;
    loop {
        let generation: Option<String> = link.ask(cmd("GET").arg(shared.store.keys.generation())).await?;
        if generation.as_deref() == Some(&link.run) {
            return Ok(());
        }
        let recovery = Recovery { shared, link };
        if !has_posted {
            tracing::info!("Redis was started: the servers compare how far each has read");
            recovery.post().await?;
            has_posted = true;
        }
        if recovery.lock().await? {
            recovery.coordinate().await?;
        } else {
            recovery.restore_assigned().await?;
            tokio::time::sleep(POLL).await;
        }
    }
}

struct Recovery<'a> {
    shared: &'a Shared,
    link: &'a Link,
}

impl Recovery<'_> {
    fn key(&self, what: &str) -> String {
        self.shared.store.keys.recovery(&self.link.run, what)
    }

    async fn put(&self, what: &str, field: String, value: String) -> Result<(), StoreError> {
        let key = self.key(what);
        let _: i64 = self.link.ask(cmd("HSET").arg(&key).arg(field).arg(value)).await?;
        let _: i64 = self.link.ask(cmd("EXPIRE").arg(&key).arg(LINGER)).await?;
        Ok(())
    }

    async fn all(&self, what: &str) -> Result<HashMap<String, String>, StoreError> {
        self.link.ask(cmd("HGETALL").arg(self.key(what))).await
    }

    /// Says how far this node has read. What it had only begun to read does not count.
    async fn post(&self) -> Result<(), StoreError> {
        let positions: Positions = {
            let replicas = self.shared.replicas.lock();
            let current = replicas.iter().filter(|(_, replica)| !replica.is_old());
            current.map(|(shard, replica)| (shard.number(), replica.position)).collect()
        };
        let text = serde_json::to_string(&positions).unwrap_or_default();
        self.put("positions", self.shared.queue.node().0.to_string(), text).await
    }

    /// Whether this node has the lock.
    async fn lock(&self) -> Result<bool, StoreError> {
        let (key, node) = (self.key("lock"), self.shared.queue.node().0);
        let mut command = cmd("SET");
        command.arg(key).arg(node).arg("NX").arg("PX").arg(LOCK_MS);
        Ok(self.link.ask::<Option<String>>(&command).await?.is_some())
    }

    async fn coordinate(&self) -> Result<(), StoreError> {
        self.gather().await?;
        let Shared { store, hub, .. } = self.shared;
        let mut plan = Plan::new(Instant::now());
        loop {
            self.restore_assigned().await?;
            if !self.keeps_lock().await? {
                // Another node coordinates.
                return Ok(());
            }
            let read = self.positions().await?;
            let shards: BTreeSet<usize> = read.values().flat_map(|positions| positions.keys().copied()).collect();
            let mut lasts = BTreeMap::new();
            for shard in ShardId::all().filter(|shard| shards.contains(&shard.number())) {
                lasts.insert(shard.number(), self.link.last_id(&store.keys.log(shard)).await?);
            }
            for (shard, node) in plan.update(&read, &lasts, Instant::now()) {
                self.put("assigned", shard.to_string(), node.0.to_string()).await?;
            }
            if plan.is_done() {
                break;
            }
            if let Some(missing) = plan.missing(Instant::now()) {
                tracing::error!("{missing} shards have lost what their last servers had read");
                break;
            }
            tokio::time::sleep(POLL).await;
        }
        header::restore(self.link, &store.keys, hub.limits()).await?;
        if self.set_generation().await? {
            // Should this process of Redis become the master once more, its nodes compare again.
            let mut notes = cmd("DEL");
            ["positions", "assigned"].iter().for_each(|what| _ = notes.arg(self.key(what)));
            let _: i64 = self.link.ask(&notes).await?;
            let shards = plan.assigned();
            tracing::info!(shards, "the servers agree; entries that Redis had lost were appended again");
        }
        Ok(())
    }

    /// Whether this node still has the lock, which it keeps then for as long again.
    async fn keeps_lock(&self) -> Result<bool, StoreError> {
        let (key, node) = (self.key("lock"), self.shared.queue.node().0);
        let kept: i64 = self.link.ask(cmd("EVAL").arg(KEEP_LOCK).arg(1).arg(key).arg(node).arg(LOCK_MS)).await?;
        Ok(kept == 1)
    }

    /// Lets all nodes append, if this one still has the lock.
    async fn set_generation(&self) -> Result<bool, StoreError> {
        let (lock, node) = (self.key("lock"), self.shared.queue.node().0);
        let mut command = cmd("EVAL");
        command.arg(SET_GENERATION).arg(2).arg(lock).arg(self.shared.store.keys.generation());
        Ok(self.link.ask::<i64>(command.arg(node).arg(&self.link.run)).await? == 1)
    }

    /// How far each node has read, as it said.
    async fn positions(&self) -> Result<HashMap<NodeId, Positions>, StoreError> {
        let posted = self.all("positions").await?.into_iter();
        let read =
            |(node, text): (String, String)| Some((NodeId(node.parse().ok()?), serde_json::from_str(&text).ok()?));
        Ok(posted.filter_map(read).collect())
    }

    /// Waits until the nodes that were there before have said how far they have read.
    async fn gather(&self) -> Result<(), StoreError> {
        let expected: Vec<NodeId> = self.shared.presence.lock().nodes().map(|(node, ..)| node).collect();
        let waits_for_unknown = self.shared.replicas.lock().is_empty() && self.link.uptime < BEGINS;
        let began = Instant::now();
        loop {
            let posted = self.positions().await?;
            let waited = began.elapsed();
            let all_are_there = expected.iter().all(|node| posted.contains_key(node));
            let is_over = waited >= GATHER || (all_are_there && (!waits_for_unknown || waited >= GATHER_UNKNOWN));
            if is_over || !self.keeps_lock().await? {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Appends again what this node is to append again.
    async fn restore_assigned(&self) -> Result<(), StoreError> {
        let mut done = HashSet::new();
        loop {
            // Each time: it may have been passed on.
            let assigned = self.all("assigned").await?;
            let own = self.shared.queue.node().0.to_string();
            let is_own = |shard: &ShardId| assigned.get(&shard.number().to_string()) == Some(&own);
            let Some(shard) = ShardId::all().find(|shard| is_own(shard) && !done.contains(shard)) else {
                return Ok(());
            };
            self.restore(shard).await?;
            done.insert(shard);
        }
    }

    async fn restore(&self, shard: ShardId) -> Result<(), StoreError> {
        let keys = &self.shared.store.keys;
        let stream = keys.log(shard);
        let last = self.link.last_id(&stream).await?;
        let (missing, position) = match self.shared.replicas.lock().get(&shard) {
            Some(replica) => (replica.after(last), replica.position),
            None => return Ok(()),
        };
        if position <= last {
            return Ok(());
        }
        if let Some(missing) = missing {
            return self.link.append_again(&stream, &missing).await;
        }
        // More is missing than is kept: a snapshot stands for it.
        let bytes = {
            let replicas = self.shared.replicas.lock();
            replicas.get(&shard).map(|replica| snapshot::serialize(&self.shared.hub, shard, replica))
        };
        match bytes {
            Some(Ok(bytes)) => snapshot::begin_again(self.link, keys, shard, position, &bytes).await,
            _ => Ok(()),
        }
    }
}
