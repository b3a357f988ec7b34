//! Snapshots of shards in Redis: with them a node that begins need not read a stream from its start.
//!
//! A snapshot is a list of chunks, and a key that names it. The key is set when the list is complete, so a reader finds the
//! snapshot before or the new one.

use redis::cmd;
use ring::digest;
use serde::{Deserialize, Serialize};

use super::entry::EntryId;
use super::replica::Replica;
use super::store::{Keys, Link, StoreError};
use crate::core::state::Core;
use crate::hub::order::Hub;
use crate::hub::shard::ShardId;
use crate::random;

/// Bytes of a chunk.
const CHUNK: usize = 1024 * 1024;
/// How long the chunks of a snapshot stay after the next one is there, in seconds.
const LINGER: u64 = 60;

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

/// Writes a snapshot of this position, unless there is a newer one. Returns the position of the one before, behind which the
/// stream can be trimmed.
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
    let key = keys.snapshot(shard);
    let is_newer = |before: &Pointer| before.position >= position;
    if pointer(link, &key).await.is_ok_and(|before| before.as_ref().is_some_and(is_newer)) {
        return Ok(None);
    }
    // Its own list: another node may write a snapshot of the same position.
    let list = format!("{key}:{position}:{:x}", random::id());
    for chunk in bytes.chunks(CHUNK) {
        let _: i64 = link.ask(cmd("RPUSH").arg(&list).arg(chunk)).await?;
        // Until it is named: this node may end before that.
        let _: i64 = link.ask(cmd("EXPIRE").arg(&list).arg(LINGER)).await?;
    }
    // One that cannot be read is replaced.
    let before = match pointer(link, &key).await {
        Err(StoreError::Unreadable(_)) => None,
        before => before?,
    };
    if before.as_ref().is_some_and(is_newer) {
        return Ok(None);
    }
    let _: i64 = link.ask(cmd("PERSIST").arg(&list)).await?;
    let pointer = Pointer { position, digest: digest(bytes), list: list.clone() };
    let pointer = serde_json::to_string(&pointer).unwrap_or_default();
    let _: String = link.ask(cmd("SET").arg(&key).arg(pointer)).await?;
    let Some(before) = before else { return Ok(None) };
    let _: i64 = link.ask(cmd("EXPIRE").arg(&before.list).arg(LINGER)).await?;
    Ok(Some(before.position))
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
