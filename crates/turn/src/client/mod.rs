//! A small TURN client for self-tests and tests: no refreshes, one allocation, one peer's answer at a time.

mod error;
mod turn;
mod wire;

pub use error::ClientError;
pub use turn::{Client, binding};
