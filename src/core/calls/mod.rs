//! Calls between two peers: open offers, answered calls, their candidates, and calls that go on without the server.
//!
//! ```text
//!   newOffer --> open offer --- newAnswer ---> active call --- hangup, or an end is removed ---> ended
//!                   |                             ^
//!                   +-- cancelled, expired, …     +-- rejoinCall of both ends, after a restart of the server
//! ```

mod active_calls;
mod candidates;
mod fragments;
mod offering;
mod open_offers;
mod peer_calls;
mod pending_rejoins;
mod presence;
mod rejoin;
pub mod state;
