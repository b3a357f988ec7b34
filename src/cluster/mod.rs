//! Several servers as one: they apply the commands of one log, in Redis or Valkey, in the order of that log.
//!
//! ```text
//! transport -> Hub::submit -> Queue -> writer ---> stream of the shard ---> reader -> Hub::apply_entry -> clients
//!                                                  (one for each shard)       at every node, for its own clients
//! ```
//!
//! A node appends what its clients send ([`writer`]), and reads the streams of the shards in which it has clients
//! ([`reader`]). The core is deterministic (docs/decisions/0011-deterministic-core.md), so all readers of a stream hold the
//! same state, and each sends its own clients what follows. docs/cluster.md describes the rest: nodes that are lost
//! ([`presence`]), snapshots ([`snapshot`]), and a Redis that has lost entries ([`recovery`]).

pub mod address;
pub mod applier;
pub mod batch;
pub mod entry;
pub mod error;
pub mod header;
pub mod node;
pub mod plan;
pub mod presence;
pub mod queue;
pub mod raw_entry;
pub mod reader;
pub mod recovery;
pub mod replica;
pub mod shared;
pub mod snapshot;
pub mod status;
pub mod store;
pub mod writer;
