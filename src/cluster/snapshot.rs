//! Snapshots of shards in Redis: with them a node that begins need not read a stream from its start.
//!
//! A snapshot is a list of chunks, and a key that names it. The key is set when the list is complete, so a reader finds the
//! snapshot before or the new one. It always names a snapshot of an entry that the stream holds: a node that was given up may
//! come late with one that the others know nothing of.

use redis::cmd;
use ring::digest;
use serde::{Deserialize, Serialize};

use super::entry::{Content, Entry, EntryId};
use super::replica::Replica;
use super::store::{Keys, Link, StoreError};
use crate::core::id::NodeId;
use crate::core::state::Core;
use crate::hub::order::Hub;
use crate::hub::shard::ShardId;
use crate::random;

/// Bytes of a chunk.
const CHUNK: usize = 1024 * 1024;
/// How long the chunks of a snapshot stay after the next one is there, in seconds.
const LINGER: u64 = 60;

/// Names the snapshot of the entry `ARGV[2]`, whose chunks are the list `KEYS[3]`, by setting `KEYS[1]` to `ARGV[1]`: if the
/// stream `KEYS[2]` holds that entry, and `KEYS[1]` names none that is as new. Gives what it named before.
const NAME: &str = "
local function is_newer(id, other)
  local ms, number = string.match(id, '(%d+)-(%d+)')
  local other_ms, other_number = string.match(other, '(%d+)-(%d+)')
  if tonumber(ms) ~= tonumber(other_ms) then return tonumber(ms) > tonumber(other_ms) end
  return tonumber(number) > tonumber(other_number)
end
local before = redis.call('GET', KEYS[1])
local is_read, named = pcall(cjson.decode, before or '')
if is_read and named.position and not is_newer(ARGV[2], named.position) then return false end
if #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then return false end
redis.call('PERSIST', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1])
return before
";
/// The stream `KEYS[2]` begins again with the entry `ARGV[3]` of the id `ARGV[2]`, and `KEYS[1]` names the snapshot of it: as
/// long as the nodes have not agreed yet, that is, `KEYS[4]` is not `ARGV[4]`, and the stream does not go further.
const BEGIN_AGAIN: &str = "
if redis.call('GET', KEYS[4]) == ARGV[4] then return 0 end
if redis.pcall('XADD', KEYS[2], ARGV[2], 'e', ARGV[3]).err then return 0 end
redis.call('XTRIM', KEYS[2], 'MAXLEN', 1)
redis.call('PERSIST', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1])
return 1
";

/// What a key names.
#[derive(Debug, Serialize, Deserialize)]
struct Pointer {
    position: EntryId,
    digest: String,
    list: String,
}

#[derive(Serialize)]
struct Stored<'a> {
    replica: &'a Replica,
    core: &'a Core,
}

/// A snapshot that was read.
#[derive(Debug, Deserialize)]
pub struct Loaded {
    /// How far it goes.
    pub replica: Replica,
    /// The state.
    pub core: Core,
}

/// The state of a shard, the same bytes at each node that has read as far.
///
/// # Errors
/// Those of serde_json.
pub fn serialize(hub: &Hub, shard: ShardId, replica: &Replica) -> serde_json::Result<Vec<u8>> {
    hub.with_core(shard, |core| serde_json::to_vec(&Stored { replica, core }))
}

/// SHA-256, hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a snapshot of this position, unless there is a newer one, or the stream does not hold that entry. Returns the
/// position of the one before, behind which the stream can be trimmed.
///
/// # Errors
/// Redis cannot be reached, or refuses.
pub async fn write(
    link: &Link,
    keys: &Keys,
    shard: ShardId,
    position: EntryId,
    bytes: &[u8],
) -> Result<Option<EntryId>, StoreError> {
    let (key, stream) = (keys.snapshot(shard), keys.log(shard));
    let is_newer = |before: &Pointer| before.position >= position;
    if pointer(link, &key).await.is_ok_and(|before| before.as_ref().is_some_and(is_newer)) {
        return Ok(None);
    }
    let pointer = store(link, &key, position, bytes).await?;
    let mut naming = cmd("EVAL");
    naming.arg(NAME).arg(3).arg(&key).arg(stream).arg(&pointer.list);
    let before: Option<String> = link.ask(naming.arg(text(&pointer)).arg(position.to_string())).await?;
    // One that could not be read is replaced.
    let Some(before) = before.and_then(|before| serde_json::from_str::<Pointer>(&before).ok()) else {
        return Ok(None);
    };
    let _: i64 = link.ask(cmd("EXPIRE").arg(&before.list).arg(LINGER)).await?;
    Ok(Some(before.position))
}

/// Begins a stream again at this position, with a snapshot for all that came before, while the nodes do not agree yet. Nodes
/// that have read less load it: what they have read is not in the stream any more.
///
/// # Errors
/// Redis cannot be reached, or refuses.
pub async fn begin_again(
    link: &Link,
    keys: &Keys,
    shard: ShardId,
    position: EntryId,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let (key, stream) = (keys.snapshot(shard), keys.log(shard));
    let pointer = store(link, &key, position, bytes).await?;
    let nothing = serde_json::to_string(&Content::Nothing).unwrap_or_default();
    let entry = Entry::new(NodeId(0), 0, &[nothing]);
    let mut beginning = cmd("EVAL");
    beginning.arg(BEGIN_AGAIN).arg(4).arg(&key).arg(stream).arg(&pointer.list).arg(keys.generation());
    beginning.arg(text(&pointer)).arg(position.to_string()).arg(entry.text()).arg(&link.run);
    link.ask::<i64>(&beginning).await?;
    Ok(())
}

/// Stores the chunks, which nothing names yet.
async fn store(link: &Link, key: &str, position: EntryId, bytes: &[u8]) -> Result<Pointer, StoreError> {
    // Its own list: another node may write a snapshot of the same position.
    let list = format!("{key}:{position}:{:x}", random::id());
    for chunk in bytes.chunks(CHUNK) {
        let _: i64 = link.ask(cmd("RPUSH").arg(&list).arg(chunk)).await?;
        // Until it is named: this node may end before that.
        let _: i64 = link.ask(cmd("EXPIRE").arg(&list).arg(LINGER)).await?;
    }
    Ok(Pointer { position, digest: digest(bytes), list })
}

fn text(pointer: &Pointer) -> String {
    serde_json::to_string(pointer).unwrap_or_default()
}

/// Reads the last snapshot of a shard.
///
/// # Errors
/// Redis cannot be reached; [`StoreError::Unreadable`]: a snapshot that is not whole, or of another form.
pub async fn load(link: &Link, keys: &Keys, shard: ShardId) -> Result<Option<Loaded>, StoreError> {
    let Some(pointer) = pointer(link, &keys.snapshot(shard)).await? else { return Ok(None) };
    let chunks: Vec<Vec<u8>> = link.ask(cmd("LRANGE").arg(&pointer.list).arg(0).arg(-1)).await?;
    let bytes = chunks.concat();
    if digest(&bytes) != pointer.digest {
        return Err(StoreError::Unreadable("the snapshot is not whole"));
    }
    let loaded: Loaded =
        serde_json::from_slice(&bytes).map_err(|_| StoreError::Unreadable("the snapshot has another form"))?;
    Ok(Some(Loaded { replica: loaded.replica.resume(), ..loaded }))
}

async fn pointer(link: &Link, key: &str) -> Result<Option<Pointer>, StoreError> {
    let pointer: Option<String> = link.ask(cmd("GET").arg(key)).await?;
    let read = |pointer: String| serde_json::from_str(&pointer);
    pointer.map(read).transpose().map_err(|_| StoreError::Unreadable("the key of the snapshot has another form"))
}
