//! What each verb of a machine gets besides its own arguments.

use super::deadlines::Deadlines;
use super::id::PeerId;
use super::outgoing::{Audience, Outgoing};
use super::sessions::Sessions;
use super::time::Timestamp;
use crate::protocol::limits::Limits;
use crate::protocol::name::{Lobby, UserName};
use crate::protocol::refusal::Refusal;
use crate::protocol::server_message::ServerMessage;

/// The time, the limits, the peers, and the way by which messages go out.
pub struct Context<'a> {
    /// When the command happens.
    pub now: Timestamp,
    /// The limits that hold.
    pub limits: &'a Limits,
    /// The peers.
    pub peers: &'a mut Sessions,
    /// What has to happen later.
    pub deadlines: &'a mut Deadlines,
    /// The messages so far.
    pub out: &'a mut Vec<Outgoing>,
}

impl Context<'_> {
    /// A peer's user name and lobby.
    ///
    /// # Errors
    /// `no-call` for a peer that does not exist, or no longer.
    pub fn identity(&self, peer: PeerId) -> Result<(UserName, Lobby), Refusal> {
        let peer = self.peers.get(peer).ok_or_else(Refusal::gone)?;
        Ok((peer.name.clone(), peer.lobby.clone()))
    }

    /// Sends a message to a peer. For a peer that is away, or that counts, it is kept as well.
    pub fn send(&mut self, to: PeerId, message: ServerMessage) {
        if let Some(number) = self.keep(to, &message) {
            self.out.push(Outgoing { to: Audience::Peer(to, number), message });
        }
    }

    /// Sends a message to several peers: encoded once.
    pub fn send_to_all(&mut self, to: Vec<PeerId>, message: ServerMessage) {
        let peers = to.into_iter().filter_map(|to| Some((to, self.keep(to, &message)?)));
        let peers: Vec<_> = peers.collect();
        if !peers.is_empty() {
            self.out.push(Outgoing { to: Audience::Peers(peers), message });
        }
    }

    /// Sends a message about an open offer to the connected peers that it is for, but for these: all in its lobby that
    /// receive offers, or those of one user name. It is kept for none.
    pub fn publish(&mut self, lobby: Lobby, to: Option<&UserName>, except: Vec<PeerId>, message: ServerMessage) {
        let Some(name) = to else {
            return self.out.push(Outgoing { to: Audience::Lobby { lobby, except }, message });
        };
        let addressees = self.peers.connected_as(&lobby, name).filter(|(peer, _)| !except.contains(peer));
        self.send_unnumbered(addressees.map(|(peer, _)| peer).collect(), message);
    }

    /// Sends a message to these connected peers. It is kept for none.
    pub fn send_unnumbered(&mut self, to: Vec<PeerId>, message: ServerMessage) {
        if !to.is_empty() {
            let to = Audience::Peers(to.into_iter().map(|peer| (peer, None)).collect());
            self.out.push(Outgoing { to, message });
        }
    }

    /// Keeps a message that may have to be sent again. Returns `Some(number)` if it is sent now as well.
    fn keep(&mut self, to: PeerId, message: &ServerMessage) -> Option<Option<u64>> {
        self.peers.keep(to, message, self.now, self.limits, self.deadlines)
    }
}
