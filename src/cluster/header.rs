//! What all nodes have to agree on: a node that differs does not join.

use std::collections::BTreeMap;

use redis::cmd;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::store::{Keys, Link, StoreError};
use crate::protocol::json::Tree;
use crate::protocol::limits::Limits;

/// Counts up with each change of the form of entries and snapshots.
const FORMAT: u32 = 2;
/// Counts up with each change of what the core does with a command.
const RULES: u32 = 1;

/// The header of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Header {
    format: u32,
    rules: u32,
    /// Each limit as JSON.
    limits: BTreeMap<String, String>,
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
/// A header that differs.
pub async fn agree(link: &Link, keys: &Keys, limits: &Limits, is_first: bool) -> Result<(), HeaderError> {
    let own = own(limits);
    let text = serde_json::to_string(&own).unwrap_or_default();
    let _: Option<String> = link.ask(cmd("SET").arg(keys.header()).arg(&text).arg("NX")).await?;
    let stored: String = link.ask(cmd("GET").arg(keys.header())).await?;
    let stored: Option<Header> = serde_json::from_str(&stored).ok();
    let is_same_version =
        stored.as_ref().is_some_and(|stored| (stored.format, stored.rules) == (own.format, own.rules));
    match stored {
        Some(stored) if stored == own => Ok(()),
        _ if is_first => {
            if !is_same_version {
                delete_state(link, keys).await?;
            }
            let _: String = link.ask(cmd("SET").arg(keys.header()).arg(&text)).await?;
            Ok(())
        }
        Some(stored) if is_same_version => Err(HeaderError::OtherLimits(differences(&stored, &own))),
        _ => Err(HeaderError::OtherVersion),
    }
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
