//! `--auth-hook`: a back end of the operator's decides who may connect, as whom, to which rooms, and with which ICE servers.
//!
//! The server asks by one request for each client that connects. All of it is bounded: how long, how many at once, how many
//! wait, and how often a back end is asked that fails. A client receives `unavailable` where nothing decides about it.

mod answer;
mod breaker;
mod memory;
mod options;
mod places;
mod question;

pub use self::options::{HookLimits, HookOptions};
pub use self::question::{AuthHook, MAX_ANSWER};
