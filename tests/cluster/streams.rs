//! What nodes append again to a Redis that has lost it, and snapshots that stand for more: to the stream itself, without
//! servers.

use switchboard::cluster::address::LogAddress;
use switchboard::cluster::entry::{Entry, EntryId};
use switchboard::cluster::replica::Replica;
use switchboard::cluster::snapshot;
use switchboard::cluster::store::{Keys, Link, Store, StoreError};
use switchboard::core::id::NodeId;
use switchboard::hub::shard::ShardId;

use crate::support::redis::{ask, own_log, redis};

/// More than goes into one request.
const ENTRIES: u64 = 700;

async fn link() -> Link {
    linked().await.0
}

/// A connection, and the names of a log of its own.
async fn linked() -> (Link, Keys) {
    let address: LogAddress = own_log(&redis().address()).parse().expect("an address");
    let store = Store::new(&address).expect("a store");
    (store.connect(false).await.expect("connected"), store.keys)
}

/// A snapshot that can be told from others by the `number` of its last entry.
fn snapshot_of(number: u64) -> (EntryId, Vec<u8>) {
    let position = EntryId { ms: number, number: 0 };
    let mut replica = Replica::default();
    replica.position = position;
    let stored = serde_json::json!({ "replica": replica, "core": switchboard::core::state::Core::default() });
    (position, serde_json::to_vec(&stored).expect("JSON"))
}

/// The last entry of the snapshot that a node which begins would load.
async fn loaded(link: &Link, keys: &Keys, shard: ShardId) -> Option<u64> {
    snapshot::load(link, keys, shard).await.expect("readable").map(|loaded| loaded.replica.position.ms)
}

fn entries() -> Vec<(EntryId, Entry)> {
    let entry = |number| Entry::new(NodeId(1), number, &[String::from("\"Nothing\"")]);
    (1..=ENTRIES).map(|number| (EntryId { ms: number, number: 0 }, entry(number))).collect()
}

async fn ids(link: &Link, stream: &str) -> Vec<u64> {
    let there = link.range(stream, "-", "+", 2 * ENTRIES as usize).await.expect("read");
    there.iter().map(|entry| entry.id.ms).collect()
}

#[tokio::test]
async fn node_goes_on_behind_what_another_one_has_appended_again() {
    let (link, entries) = (link().await, entries());
    for (stream, there) in
        [("streams:none", 0), ("streams:few", 3), ("streams:half", 300), ("streams:all", ENTRIES as usize)]
    {
        link.append_again(stream, &entries[..there]).await.expect("appended");
        // It was looked at when nothing was there.
        link.append_again(stream, &entries).await.expect("appended");
        assert_eq!(ids(&link, stream).await, (1..=ENTRIES).collect::<Vec<_>>(), "{stream}");
    }
}

#[tokio::test]
async fn nodes_that_append_the_same_at_once_leave_nothing_out() {
    let (one, other, entries) = (link().await, link().await, entries());
    let stream = "streams:both";
    let (first, second) = tokio::join!(one.append_again(stream, &entries), other.append_again(stream, &entries[..500]));
    first.expect("appended");
    second.expect("appended");
    assert_eq!(ids(&one, stream).await, (1..=ENTRIES).collect::<Vec<_>>());
}

#[tokio::test]
async fn stream_whose_end_was_deleted_is_reported() {
    let link = link().await;
    let stream = "streams:deleted";
    link.append_again(stream, &entries()).await.expect("appended");
    ask(redis().port, &format!("XTRIM {stream} MAXLEN 0")).expect("trimmed");
    let refused = link.append_again(stream, &entries()).await;
    assert!(matches!(refused, Err(StoreError::Unreadable(_))), "{refused:?}");
}

/// As of a node that stood still while Redis was started again, or of one that wrote the same before.
#[tokio::test]
async fn snapshot_is_named_if_it_is_newer_and_of_an_entry_of_the_stream() {
    let ((link, keys), shard) = (linked().await, ShardId::PAIRS);
    link.append_again(&keys.log(shard), &entries()[..9]).await.expect("appended");
    let steps = [(12, None, None), (5, None, Some(5)), (3, None, Some(5)), (5, None, Some(5)), (8, Some(5), Some(8))];
    for (number, before, named) in steps {
        let (position, bytes) = snapshot_of(number);
        let written = snapshot::write(&link, &keys, shard, position, &bytes).await.expect("Redis answers");
        assert_eq!((written.map(|id| id.ms), loaded(&link, &keys, shard).await), (before, named), "{number}");
    }
}

#[tokio::test]
async fn stream_begins_again_with_a_snapshot_only_before_nodes_agree_and_only_further_on() {
    let ((link, keys), shard) = (linked().await, ShardId::PAIRS);
    let stream = keys.log(shard);
    link.append_again(&stream, &entries()[..3]).await.expect("appended");
    for (number, begins) in [(7, vec![7]), (5, vec![7]), (7, vec![7]), (9, vec![9])] {
        let (position, bytes) = snapshot_of(number);
        snapshot::begin_again(&link, &keys, shard, position, &bytes).await.expect("Redis answers");
        assert_eq!((ids(&link, &stream).await, loaded(&link, &keys, shard).await), (begins.clone(), Some(begins[0])));
    }
    // The nodes agree.
    ask(redis().port, &format!("SET {} {}", keys.generation(), link.run)).expect("set");
    let (position, bytes) = snapshot_of(12);
    snapshot::begin_again(&link, &keys, shard, position, &bytes).await.expect("Redis answers");
    assert_eq!((ids(&link, &stream).await, loaded(&link, &keys, shard).await), (vec![9], Some(9)));
}
