//! What the queue keeps of what was appended, and for whom.

use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::json;

use super::*;
use crate::core::id::PeerId;
use crate::hub::order::Hub;
use crate::hub::shards::{Address, Numbers};
use crate::inspect::recorder::Recorder;
use crate::protocol::client_message::ClientMessage;
use crate::protocol::limits::Limits;
use crate::protocol::name::RoomName;
use crate::protocol::pair::{ClientLocation, PairId};

fn new() -> (Arc<Queue>, Hub) {
    let queue = Arc::new(Queue::new());
    (queue.clone(), Hub::with_log(Limits::default(), Recorder::default(), queue))
}

/// A request is made, and its client does not go on waiting.
fn request(hub: &Hub) {
    let location = ClientLocation { address: "192.0.2.1".into(), ip_prefix: "192.0.2.1".into() };
    let (room, id) = (RoomName::new("tea").expect("a name"), PairId::new(&json!(1)).expect("an id"));
    assert!(hub.make_pair(room, id, location).now_or_never().is_none());
}

/// A client sends something by a connection.
fn send(hub: &Hub, connection: ConnectionId) {
    let address = Address { shard: ShardId::PAIRS, peer: PeerId(1), connection };
    hub.submit(address, Numbers::default(), Ok(ClientMessage::Test), |_| {});
}

fn sequences(batches: impl IntoIterator<Item = Batch>) -> Vec<u64> {
    let pending = batches.into_iter().flat_map(|batch| batch.pending);
    pending.flat_map(|pending| (pending.first..).take(pending.contents.len())).collect()
}

#[test]
fn what_is_appended_and_not_applied_is_appended_again_in_order() {
    let (queue, hub) = new();
    (0..3).for_each(|_| request(&hub));
    assert_eq!(sequences([queue.next_batch()]), [1, 2, 3]);
    assert!(queue.take_sent(ShardId::PAIRS, 2, 1).iter().all(Option::is_some));
    request(&hub);
    queue.append_content(ShardId::PAIRS, Content::Checkpoint);
    let begun = queue.next_batch();
    request(&hub);
    assert_eq!(sequences(queue.unapplied(vec![begun])), [1, 3, 4, 5]);
    assert_eq!(sequences([queue.next_batch()]), [6], "comes after it");
}

#[test]
fn what_an_earlier_node_had_begun_is_not_appended_again() {
    let (queue, hub) = new();
    request(&hub);
    let begun = queue.next_batch();
    assert_eq!(queue.begin_again().len(), 1);
    assert_eq!(queue.unapplied(vec![begun]).len(), 0);
}

#[test]
fn message_by_a_connection_of_an_earlier_node_has_no_effect() {
    let (queue, hub) = new();
    let before = queue.connection_id();
    send(&hub, before);
    assert_eq!(queue.begin_again().len(), 0, "its client is not told: it sends it again");
    send(&hub, before);
    assert_eq!(queue.next_batch().pending.len(), 0);
    send(&hub, queue.connection_id());
    assert_eq!(queue.next_batch().pending.len(), 1);
}
