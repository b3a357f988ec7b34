//! `switchboard doctor`: what stands in the way of a server with these flags, or of a server that runs elsewhere.
//!
//! Each check looks at one thing, within a time limit, and reports one or more [`Finding`]s: what it saw, and for a problem
//! how to solve it. It sends requests only to this machine and to the hosts that the user names: that of `--public-url` or
//! of the URL argument, and those of the ICE servers that this server lists. It sends the password only to a server on this
//! machine, or by https with a certificate that the system trusts.
//!
//! - [`run`]: which checks there are, and their order.
//! - `report`: findings, and how they are printed.
//! - `port`, `machine`: this machine: the port, the addresses, files, buffers.
//! - `certificate`: the certificate that the server presents.
//! - `route`, `forwarding`: the way from a browser to the server: name, connection, TLS; what a proxy forwards.
//! - `relay`: STUN and TURN.
//! - `client`, `tls`: what these checks, and `switchboard status`, send requests with.

mod certificate;
pub(crate) mod client;
mod forwarding;
mod machine;
mod port;
mod relay;
mod report;
mod route;
mod run;
mod tls;

pub use self::report::{Finding, Report, Status};
pub use self::run::run;
