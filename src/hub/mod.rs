//! Applies commands to the core in one order, and passes on what follows.
//!
//! [`Hub::submit`](order::Hub::submit) takes a lock, applies one command, completes its reply and then queues each
//! message that follows for its receivers, before the next command of the same shard is applied. So every client receives
//! in the order in which things happened, whichever client caused them. Messages to a whole lobby go out in chunks, with
//! the lock released between them ([`subscribers`]).
//!
//! A hub has one core for each of 64 groups of lobbies and one for all pairs, each behind its own lock.

pub mod back_end;
pub mod census;
pub mod directory;
pub mod order;
pub mod outbox;
pub mod peer;
pub mod replica;
pub mod shard;
pub mod shards;
pub mod snapshot;
pub mod subscribers;
pub mod usage;
