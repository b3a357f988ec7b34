//! `switchboard status`: how a running server and its cluster are, as the listener of its `--metrics` says.
//!
//! - `request`: asks the server.
//! - [`answer`]: what it said, what of it is not well, and how both are printed.
//! - `table`: rows in columns.

pub mod answer;
mod request;
mod table;

pub use self::request::ask;
