//! STUN and TURN (RFC 8489 and 8656): a codec, and a server as a state machine without I/O.
//!
//! A [`Machine`] serves the clients of one worker. It is given each packet with the time, and calls [`Outside`] for what has
//! to be sent, opened or closed. Machines share [`Quotas`] only, so workers do not wait for each other.
//!
//! Not built: TCP relays (RFC 6062), reserved ports, MESSAGE-INTEGRITY-SHA256.

#![forbid(unsafe_code)]

mod bandwidth;
pub mod client;
pub mod credentials;
mod five_tuple;
mod front;
pub mod machine;
pub mod message;
pub mod nonce;
pub mod own_relays;
pub mod peer_policy;
pub mod quotas;
mod ranges;
mod time;

pub use credentials::rest_credentials;
pub use five_tuple::{Family, FiveTuple, Transport};
pub use front::{Handle, Options, Stats, TurnServer};
pub use machine::{Config, Counters, Delivery, Machine, OnRefusal, OpenError, Outside, RelayId};
pub use message::frame_length;
pub use own_relays::OwnRelays;
pub use peer_policy::{OwnAddresses, PeerPolicy};
pub use quotas::{Limits, Quotas};
pub use time::Time;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
