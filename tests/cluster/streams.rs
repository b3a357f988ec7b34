//! What nodes append again to a Redis that has lost it: to the stream itself, without servers.

use switchboard::cluster::address::LogAddress;
use switchboard::cluster::entry::{Entry, EntryId};
use switchboard::cluster::store::{Link, Store, StoreError};
use switchboard::core::id::NodeId;

use crate::support::redis::{ask, own_log, redis};

/// More than goes into one request.
const ENTRIES: u64 = 700;

async fn link() -> Link {
    let address: LogAddress = own_log(&redis().address()).parse().expect("an address");
    Store::new(&address).expect("a store").connect(false).await.expect("connected")
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
