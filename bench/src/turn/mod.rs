//! The TURN server beside coturn: what relaying a packet costs.
//!
//! - [`servers`]: starts a server on a loopback address.
//! - [`batch`]: datagrams sent and received by the dozen, so that the generator costs little.
//! - [`load`]: clients, their peers and the packets between them.
//! - [`memory`]: what an allocation costs in memory.

pub mod batch;
pub mod load;
pub mod memory;
pub mod servers;
