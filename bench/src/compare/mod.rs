//! Servers side by side, in interleaved rounds.

pub mod page;
pub mod peer;
pub mod plan;
pub mod plot;
pub mod results;
pub mod table;
