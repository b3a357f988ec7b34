//! How much a core holds, and of whom.

use std::collections::BTreeSet;

use super::id::{ConnectionId, NodeId, PeerId};
use super::state::Core;
use crate::protocol::id::OfferId;

impl Core {
    /// Whether an open offer is not listed, since its caller is away.
    pub fn is_hidden(&self, id: OfferId) -> bool {
        self.calls.is_hidden(id)
    }

    /// How many open offers there are, and how many bytes they hold.
    pub fn open_offers(&self) -> (usize, usize) {
        (self.calls.open_count(), self.calls.open_bytes())
    }

    /// How many peers are away.
    pub fn away(&self) -> usize {
        self.sessions.away()
    }

    /// How many ends of calls wait for their other end to rejoin.
    pub fn pending_rejoins(&self) -> usize {
        self.calls.pending_rejoins()
    }

    /// How many rooms there are, those of pairs not counted.
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// The nodes to which peers are connected.
    pub fn nodes(&self) -> BTreeSet<NodeId> {
        self.connections().into_iter().map(|(_, connection)| connection.node()).collect()
    }

    /// The peers that are connected, and by which connection.
    pub fn connections(&self) -> Vec<(PeerId, ConnectionId)> {
        let connection = |id| Some((id, self.sessions.get(id)?.connection()?));
        self.sessions.ids().into_iter().filter_map(connection).collect()
    }
}
