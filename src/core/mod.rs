//! The rules: calls, rooms, pairs and the peers that take part in them, as a deterministic state machine.
//!
//! [`Core::apply`](state::Core::apply) takes one [`Command`](command::Command) and gives a [`Reply`](reply::Reply) to its
//! sender and messages to others ([`outgoing`]). A command carries the time and each random id that it needs, so the same
//! commands in the same order give the same state and the same messages: no I/O, no clock, no randomness, no walk through
//! an unordered collection. The whole state can be stored and restored (serde).
//!
//! Five machines own their state and do not know each other: `calls`, `rooms`, `pairs`, `gst` and `sessions`. Each of
//! their verbs gets a `Context`, through which it sends. What has to happen later waits in one queue
//! (`deadlines`).

mod as_list;
pub mod back_end;
mod by_name;
mod calls;
pub mod command;
mod context;
mod counts;
mod deadlines;
mod gst;
pub mod id;
pub mod listing;
pub mod outgoing;
mod pairs;
mod pending_rooms;
mod replay;
mod replay_buffer;
pub mod reply;
mod restart;
mod room;
mod rooms;
mod serving;
mod sessions;
pub mod state;
pub mod time;
