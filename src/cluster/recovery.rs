//! A Redis that was started again, or another one that took its place, may lack entries that nodes have applied.
//!
//! Each process of Redis has a name of its own, the `run_id`. As long as the key of the generation does not hold it, no node
//! appends. The nodes write down how far each of them has read; one of them, which holds a lock, lets the node that is
//! furthest append again what is missing, under the first ids, and then sets the generation.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use redis::cmd;

use super::entry::{Content, Entry, EntryId};
use super::header;
use super::shared::Shared;
use super::snapshot;
use super::store::{Link, StoreError};
use crate::core::id::NodeId;
use crate::hub::shard::ShardId;

/// How long nodes that are expected may take to say how far they have read.
const GATHER: Duration = Duration::from_secs(3);
/// How long a node that has read nothing waits for others that it does not know, while Redis has only just begun: those
/// that were connected to an earlier one come at once.
const GATHER_UNKNOWN: Duration = Duration::from_secs(1);
/// Redis has only just begun within so many seconds.
const BEGINS: u64 = 60;
/// How long the lock is held without a sign of life, in milliseconds.
const LOCK_MS: u64 = 8_000;
/// How long appending again may take.
const RESTORE: Duration = Duration::from_secs(30);
/// How long a node may take to begin, and between entries, before the next one is asked.
const DUTY: Duration = Duration::from_secs(4);
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

type Positions = BTreeMap<usize, EntryId>;

/// The nodes that have read a shard, the furthest first.
type Rank = Vec<(EntryId, NodeId)>;

/// A shard that has to be appended again.
struct Duty {
    rank: Rank,
    /// Which node of the rank is to do it.
    turn: usize,
    /// The last entry that was seen in the stream, and since when.
    last: EntryId,
    since: Instant,
}

impl Duty {
    /// Whether it passes to the next node, since the one that has it does not append: it has ended, perhaps. What only that
    /// one had read is lost.
    fn passes_on(&mut self, last: EntryId, now: Instant) -> bool {
        if last != self.last {
            (self.last, self.since) = (last, now);
        }
        let passes = now.duration_since(self.since) >= DUTY && self.turn + 1 < self.rank.len();
        if passes {
            (self.turn, self.since) = (self.turn + 1, now);
        }
        passes
    }
}

fn rank(positions: HashMap<NodeId, Positions>) -> BTreeMap<usize, Rank> {
    let mut ranks: BTreeMap<usize, Rank> = BTreeMap::new();
    for (node, positions) in positions {
        for (shard, position) in positions {
            ranks.entry(shard).or_default().push((position, node));
        }
    }
    ranks.values_mut().for_each(|rank| rank.sort_unstable_by(|one, other| other.cmp(one)));
    ranks
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

    /// Says how far this node has read.
    async fn post(&self) -> Result<(), StoreError> {
        let positions: Positions =
            self.shared.replicas.lock().iter().map(|(shard, replica)| (shard.number(), replica.position)).collect();
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
        let ranks = rank(self.gather().await?);
        let mut duties = BTreeMap::new();
        for shard in ShardId::all() {
            let Some(rank) = ranks.get(&shard.number()) else { continue };
            let last = self.link.last_id(&self.shared.store.keys.log(shard)).await?;
            if rank.first().is_some_and(|(position, _)| *position > last) {
                let duty = Duty { rank: rank.clone(), turn: 0, last, since: Instant::now() };
                self.assign(shard, &duty).await?;
                duties.insert(shard, duty);
            }
        }
        let (began, assigned) = (Instant::now(), duties.len());
        let missing = loop {
            self.restore_assigned().await?;
            self.hold_lock().await?;
            let restored = self.all("restored").await?;
            duties.retain(|shard, _| !restored.contains_key(&shard.number().to_string()));
            if duties.is_empty() || began.elapsed() >= RESTORE {
                break duties.len();
            }
            for (shard, duty) in &mut duties {
                let last = self.link.last_id(&self.shared.store.keys.log(*shard)).await?;
                if duty.passes_on(last, Instant::now()) {
                    self.assign(*shard, duty).await?;
                }
            }
            tokio::time::sleep(POLL).await;
        };
        if missing > 0 {
            tracing::error!("{missing} shards have lost what their last servers had read");
        }
        let Shared { store, hub, .. } = self.shared;
        header::restore(self.link, &store.keys, hub.limits()).await?;
        // Should this process of Redis become the master once more, its nodes compare again.
        let mut notes = cmd("DEL");
        ["positions", "assigned", "restored"].iter().for_each(|what| _ = notes.arg(self.key(what)));
        let _: i64 = self.link.ask(&notes).await?;
        let set = cmd("SET").arg(store.keys.generation()).arg(&self.link.run).to_owned();
        let _: String = self.link.ask(&set).await?;
        tracing::info!(shards = assigned, "the servers agree; entries that Redis had lost were appended again");
        Ok(())
    }

    /// Makes the next node of a rank responsible for a shard.
    async fn assign(&self, shard: ShardId, duty: &Duty) -> Result<(), StoreError> {
        let Some((_, node)) = duty.rank.get(duty.turn) else { return Ok(()) };
        self.put("assigned", shard.number().to_string(), node.0.to_string()).await
    }

    async fn hold_lock(&self) -> Result<(), StoreError> {
        let _: i64 = self.link.ask(cmd("PEXPIRE").arg(self.key("lock")).arg(LOCK_MS)).await?;
        Ok(())
    }

    /// How far each node has read. Waits for those that were there before.
    async fn gather(&self) -> Result<HashMap<NodeId, Positions>, StoreError> {
        let expected: Vec<NodeId> = self.shared.presence.lock().nodes().map(|(node, ..)| node).collect();
        let waits_for_unknown = self.shared.replicas.lock().is_empty() && self.link.uptime < BEGINS;
        let began = Instant::now();
        loop {
            let posted = self.all("positions").await?;
            let posted: HashMap<NodeId, Positions> = posted
                .into_iter()
                .filter_map(|(node, text)| Some((NodeId(node.parse().ok()?), serde_json::from_str(&text).ok()?)))
                .collect();
            let waited = began.elapsed();
            let all_are_there = expected.iter().all(|node| posted.contains_key(node));
            if waited >= GATHER || (all_are_there && (!waits_for_unknown || waited >= GATHER_UNKNOWN)) {
                return Ok(posted);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Appends again what this node is to append again.
    async fn restore_assigned(&self) -> Result<(), StoreError> {
        let assigned = self.all("assigned").await?;
        if assigned.is_empty() {
            return Ok(());
        }
        let (own, restored) = (self.shared.queue.node().0.to_string(), self.all("restored").await?);
        for shard in ShardId::all() {
            let number = shard.number().to_string();
            if assigned.get(&number) == Some(&own) && !restored.contains_key(&number) {
                self.restore(shard).await?;
                self.put("restored", number, own.clone()).await?;
            }
        }
        Ok(())
    }

    async fn restore(&self, shard: ShardId) -> Result<(), StoreError> {
        let keys = &self.shared.store.keys;
        let stream = keys.log(shard);
        let last = self.link.last_id(&stream).await?;
        let (missing, position) = match self.shared.replicas.lock().get(&shard) {
            Some(replica) => (replica.after(last), replica.position),
            None => return Ok(()),
        };
        if let Some(missing) = missing {
            return self.link.append_again(&stream, &missing).await;
        }
        // More is missing than is kept: a snapshot stands for it.
        let bytes = {
            let replicas = self.shared.replicas.lock();
            replicas.get(&shard).map(|replica| snapshot::serialize(&self.shared.hub, shard, replica))
        };
        if let Some(Ok(bytes)) = bytes {
            snapshot::write(self.link, keys, shard, position, &bytes).await?;
        }
        let nothing = serde_json::to_string(&Content::Nothing).unwrap_or_default();
        let entry = Entry::new(NodeId(0), 0, &[nothing]);
        self.link.append_again(&stream, &[(position, entry)]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(ms: u64) -> EntryId {
        EntryId { ms, number: 0 }
    }

    #[test]
    fn duty_passes_to_the_node_that_is_next_if_the_first_is_silent() {
        let [one, two, three] = [1, 2, 3].map(NodeId);
        let positions = [(one, id(5)), (two, id(9)), (three, id(7))];
        let positions = positions.map(|(node, position)| (node, Positions::from([(0, position)])));
        let rank = rank(HashMap::from(positions)).remove(&0).expect("a shard");
        assert_eq!(rank, [(id(9), two), (id(7), three), (id(5), one)]);
        let start = Instant::now();
        let mut duty = Duty { rank, turn: 0, last: id(3), since: start };
        assert!(!duty.passes_on(id(3), start + DUTY / 2), "it has some time");
        assert!(!duty.passes_on(id(4), start + DUTY), "it appends");
        assert!(duty.passes_on(id(4), start + 2 * DUTY));
        assert_eq!(duty.rank[duty.turn].1, three);
        assert!(duty.passes_on(id(4), start + 3 * DUTY));
        assert!(!duty.passes_on(id(4), start + 4 * DUTY), "there is no other");
    }
}
