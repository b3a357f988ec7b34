//! Messages on their way out of the core, and who receives them.

use super::id::PeerId;
use crate::protocol::name::Lobby;
use crate::protocol::server_message::ServerMessage;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Who receives it.
    pub to: Audience,
    /// The message.
    pub message: ServerMessage,
}

/// Who receives a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// This peer, with the message's number for a peer that counts.
    Peer(PeerId, Option<u64>),
    /// These peers, each with its own number of the message.
    Peers(Vec<(PeerId, Option<u64>)>),
    /// All peers in a lobby that receive offers, but for these.
    Lobby {
        /// Which lobby.
        lobby: Lobby,
        /// Who does not receive it.
        except: Vec<PeerId>,
    },
}

impl Audience {
    /// Takes out a peer that is named; false if no peer is left.
    pub fn leave_out(&mut self, peer: PeerId) -> bool {
        match self {
            Self::Peer(one, _) => *one != peer,
            Self::Peers(peers) => {
                peers.retain(|(one, _)| *one != peer);
                !peers.is_empty()
            }
            Self::Lobby { .. } => true,
        }
    }
}
