//! What a cluster of many nodes costs, reckoned: clients spread over lobbies, lobbies over shards, clients over nodes.
//!
//! - [`costs`]: what was measured.
//! - [`world`]: which clients are where.
//! - [`load`]: what calls cost there.

pub mod costs;
pub mod load;
pub mod random;
pub mod world;
