//! What the load tool, the floor server and the comparison have in common.
//!
//! # Layout
//!
//! - [`frame`], [`stream`], [`target`]: bytes, sockets, and where they lead: never off this machine.
//! - [`websocket`], [`polling`], [`client`]: one Socket.IO client, written by hand so that it costs little.
//! - [`course`], [`call`]: what is said in a call, and a whole call with its checks.
//! - [`scenario`]: the five things that can be measured.
//! - [`process`], [`figures`]: what a server's process has used, and how figures are printed.
//! - [`turn`]: the TURN server beside coturn.
//! - [`cluster`]: two nodes as one server, beside one node and beside two of Node's.
//! - [`compare`]: servers side by side: the plan, the table, the plots, the page.
//! - [`scale`]: what a cluster of many nodes costs, reckoned.

pub mod call;
pub mod client;
pub mod cluster;
pub mod compare;
pub mod course;
pub mod figures;
pub mod frame;
pub mod polling;
pub mod process;
pub mod scale;
pub mod scenario;
pub mod stream;
pub mod target;
pub mod turn;
pub mod websocket;
