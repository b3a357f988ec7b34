//! Two nodes as one server: Switchboard's cluster beside one Switchboard, and beside Socket.IO's adapter of Redis streams.

pub mod servers;
pub mod table;
