//! The rules: calls, rooms, pairs and the peers that take part in them, as a deterministic state machine.
//!
//! [`Core::apply`](state::Core::apply) takes one [`Command`](command::Command) and gives a [`Reply`](reply::Reply) to its
//! sender and messages to others ([`outgoing`]). A command carries the time and each random id that it needs, so the same
//! commands in the same order give the same state and the same messages: no I/O, no clock, no randomness, no walk through
//! an unordered collection. The whole state can be stored and restored (serde).
//!
//! Four machines own their state and do not know each other: [`calls`], [`rooms`], [`pairs`] and [`sessions`]. Each of
//! their verbs gets a [`Context`](context::Context), through which it sends. What has to happen later waits in one queue
//! ([`deadlines`]).

pub mod as_list;
pub mod calls;
pub mod command;
pub mod context;
pub mod deadlines;
pub mod id;
pub mod outgoing;
pub mod pairs;
pub mod pending_rooms;
pub mod replay_buffer;
pub mod reply;
pub mod rooms;
pub mod sessions;
pub mod state;
pub mod time;
