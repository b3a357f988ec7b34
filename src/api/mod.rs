//! The API for a back end (docs/api.md, deploy/openapi.yaml), on a listener of its own with a token of its own: it lists
//! peers, calls and rooms, disconnects peers, closes rooms and sends events.
//!
//! - `listener`: the listener of `--api`; `operation`: which requests there are; `access`: the token.
//! - `peers`, `calls`, `rooms`, `lobbies`: what is done for each.
//! - `query`, `body`, `cursor`: what a request says; `answer`, `error`: what it gets.

mod access;
mod answer;
mod body;
mod calls;
mod cursor;
mod error;
mod listener;
mod lobbies;
mod operation;
mod peers;
mod query;
mod rooms;
mod state;

pub(crate) use self::listener::ApiListener;
pub use self::operation::Operation;
pub(crate) use self::state::Api;
