//! What all nodes have to agree on: a node that differs does not join.

use std::collections::BTreeMap;

use redis::cmd;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::store::{Keys, Link, StoreError};
use crate::protocol::json::Tree;
use crate::protocol::limits::Limits;

/// Counts up with each change of the form of entries and snapshots.
const FORMAT: u32 = 4;
/// Counts up with each change of what the core does with a command.
const RULES: u32 = 3;

/// For how long no other node replaces a header that was replaced, in milliseconds: until the others know the node that did.
const LOCK_MS: u64 = 3_000;

/// The header of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Header {
    format: u32,
    rules: u32,
    /// Each limit as JSON.
    limits: BTreeMap<String, String>,
}

impl Header {
    fn is_same_version(&self, other: &Self) -> bool {
        (self.format, self.rules) == (other.format, other.rules)
    }
}

/// This node cannot join.
#[derive(Debug, Error)]
pub enum HeaderError {
    /// The nodes that are there run another version.
    #[error("the other servers of this cluster run another version of Switchboard: stop them all, then start this one")]
    OtherVersion,
    /// The nodes that are there have other limits.
    #[error("the other servers of this cluster have other limits ({0}): start all of them with the same flags")]
    OtherLimits(String),
    /// The log cannot be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Compares the header with this node's, or writes it. `is_first`: no other node is there; then the header is replaced,
/// and what another version has stored is deleted.
///
/// # Errors
/// A header that differs. [`StoreError::Busy`]: another node writes it; what other nodes there are has to be found out again.
pub async fn agree(link: &Link, keys: &Keys, limits: &Limits, is_first: bool) -> Result<(), HeaderError> {
    let own = own(limits);
    // Also where the header is right already: others that begin now know nothing of this node yet.
    let has_lock = is_first && lock(link, keys).await?;
    let text = stored(link, keys).await?;
    let header = text.as_deref().map(|text| serde_json::from_str::<Header>(text).ok());
    match header {
        Some(Some(header)) if header == own => Ok(()),
        Some(Some(header)) if !is_first && header.is_same_version(&own) => {
            Err(HeaderError::OtherLimits(differences(&header, &own)))
        }
        Some(_) if !is_first => Err(HeaderError::OtherVersion),
        _ if !has_lock && !lock(link, keys).await? => Err(StoreError::Busy.into()),
        None => replace(link, keys, &own, text, false).await,
        Some(header) => {
            let is_other_version = header.is_none_or(|header| !header.is_same_version(&own));
            replace(link, keys, &own, text, is_other_version).await
        }
    }
}

/// Writes this node's header in place of this one. Of several nodes that begin at once, one does.
async fn replace(
    link: &Link,
    keys: &Keys,
    own: &Header,
    before: Option<String>,
    deletes_state: bool,
) -> Result<(), HeaderError> {
    if stored(link, keys).await? != before {
        return Err(StoreError::Busy.into());
    }
    if deletes_state {
        delete_state(link, keys).await?;
    }
    let text = serde_json::to_string(own).unwrap_or_default();
    let _: String = link.ask(cmd("SET").arg(keys.header()).arg(text)).await?;
    Ok(())
}

/// Whether this node may write the header now.
async fn lock(link: &Link, keys: &Keys) -> Result<bool, StoreError> {
    let mut lock = cmd("SET");
    lock.arg(keys.header_lock()).arg(1).arg("NX").arg("PX").arg(LOCK_MS);
    Ok(link.ask::<Option<String>>(&lock).await?.is_some())
}

async fn stored(link: &Link, keys: &Keys) -> Result<Option<String>, StoreError> {
    link.ask(cmd("GET").arg(keys.header())).await
}

/// Writes the header where Redis has lost it. The nodes have agreed on it before.
///
/// # Errors
/// Redis cannot be reached.
pub async fn restore(link: &Link, keys: &Keys, limits: &Limits) -> Result<(), StoreError> {
    let text = serde_json::to_string(&own(limits)).unwrap_or_default();
    let _: Option<String> = link.ask(cmd("SET").arg(keys.header()).arg(&text).arg("NX")).await?;
    Ok(())
}

fn own(limits: &Limits) -> Header {
    let limits = serde_json::to_string(limits).unwrap_or_default();
    let limits: Option<Tree> = serde_json::from_str(&limits).ok();
    let limits = limits.iter().filter_map(|Tree(limits)| limits.as_object()).flatten();
    let limits = limits.map(|(name, value)| (name.clone(), value.to_string())).collect();
    Header { format: FORMAT, rules: RULES, limits }
}

fn differences(stored: &Header, own: &Header) -> String {
    let differ = own.limits.iter().filter(|(name, value)| stored.limits.get(*name) != Some(value));
    differ.map(|(name, _)| name.replace('_', "-")).collect::<Vec<_>>().join(", ")
}

async fn delete_state(link: &Link, keys: &Keys) -> Result<(), StoreError> {
    let mut command = cmd("DEL");
    for shard in crate::hub::shard::ShardId::all() {
        command.arg(keys.log(shard)).arg(keys.snapshot(shard));
    }
    let _: i64 = link.ask(&command).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_that_differs_is_named() {
        let [one, other] = [Limits::default(), Limits { max_room: 3, ..Limits::default() }].map(|limits| own(&limits));
        assert_eq!(differences(&one, &other), "max-room");
    }
}
