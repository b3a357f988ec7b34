//! The ground floor: calls, names and the rules between them.
//!
//! Plain data and functions. Nothing here reads a socket, waits, or asks for the time: the time and every random
//! id come in as arguments, and each verb returns who is to hear what. So every rule can be tested without a
//! server, and the floors above stay free to change how a message travels.

pub mod active_call;
pub mod candidates;
pub mod disconnected;
pub mod membership;
pub mod offers;
pub mod outgoing;
pub mod pair_event;
pub mod pairs;
pub mod peer;
mod pending_rooms;
pub mod presence;
pub mod rejoin;
pub mod replay_buffer;
pub mod room;
pub mod room_command;
pub mod room_event;
pub mod state;
