//! Calls between two peers: open offers, answered calls, their candidates, and calls that go on without the server.
//!
//! ```text
//!   newOffer --> open offer --- newAnswer ---> active call --- hangup, or an end is removed ---> ended
//!                   |                             ^
//!                   +-- cancelled, expired, …     +-- rejoinCall of both ends, after a restart of the server
//! ```

pub mod active_calls;
pub mod candidates;
pub mod fragments;
pub mod offering;
pub mod open_offers;
pub mod peer_calls;
pub mod pending_rejoins;
pub mod presence;
pub mod rejoin;
pub mod state;
