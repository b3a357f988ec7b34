//! What all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::ApiError;
use crate::auth::Authenticator;
use crate::cluster::node::Node;
use crate::core::back_end::{BackEndRequest, Effect};
use crate::core::id::{ConnectionId, PeerId};
use crate::core::listing::PeerEntry;
use crate::hub::order::Hub;
use crate::hub::shard::ShardId;
use crate::protocol::name::Lobby;

/// The API.
pub(crate) struct Api {
    /// The calls and rooms.
    pub(crate) hub: Arc<Hub>,
    /// This server's part of the cluster, if it is in one.
    pub(crate) node: Option<Node>,
    /// Whether the server accepts calls.
    pub(crate) ready: Arc<AtomicBool>,
    /// Who may use it.
    pub(crate) authenticator: Authenticator,
}

impl Api {
    /// Whether the server knows what it is asked about: not before it has joined its cluster, nor while it stops.
    pub(super) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// Does what a back end asks for.
    pub(super) async fn serve(&self, shard: ShardId, request: BackEndRequest) -> Result<(), ApiError> {
        match self.hub.serve(shard, request).await? {
            Effect::Done => Ok(()),
            Effect::NoSuchPeer => Err(ApiError::no_such_peer()),
            Effect::NoSuchRoom => Err(ApiError::no_such_room()),
            Effect::Away => Err(ApiError::away()),
            Effect::WithoutEvents => Err(ApiError::without_events()),
        }
    }

    /// A peer by the id in a path, and its shard. In a cluster, a server reads the shards in which it has clients; another one
    /// if the request names the peer's lobby.
    pub(super) async fn peer(&self, id: &str, lobby: Option<Lobby>) -> Result<(ShardId, PeerEntry), ApiError> {
        let id = PeerId::parse(id).ok_or_else(ApiError::no_such_peer)?;
        if let Some(found) = self.hub.find_peer(id) {
            return Ok(found);
        }
        if let Some(lobby) = lobby {
            let shard = ShardId::of(&lobby);
            self.hub.read(shard).await?;
            let peer = self.hub.with_core(shard, |core| core.peer(id)).ok_or_else(ApiError::no_such_peer)?;
            return Ok((shard, peer));
        }
        let unread = ShardId::all().filter(|shard| !self.hub.reads(*shard)).count();
        Err(if unread == 0 { ApiError::no_such_peer() } else { ApiError::elsewhere(unread, &self.node_of(id)) })
    }

    /// The server to which a peer connected first, for people.
    fn node_of(&self, id: PeerId) -> String {
        let node = ConnectionId(id.0).node().to_string();
        let nodes = self.node.as_ref().map(|node| node.status().nodes).unwrap_or_default();
        match nodes.into_iter().find(|other| other.node == node) {
            Some(known) => format!("{} (node {node})", known.state.name),
            None => format!("node {node}, which has stopped"),
        }
    }
}
