//! Why a node stops.

use thiserror::Error;

use super::header::HeaderError;

/// The node cannot go on.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// It may not join.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// Its state differs from that of the other nodes.
    #[error("the state of shard {0} differs from that of the server that wrote the snapshot: please report this")]
    Diverged(usize),
    /// An entry cannot be read.
    #[error("an entry of shard {0} cannot be read: it is of another version of Switchboard")]
    UnknownEntry(usize),
}
