//! Under which name a client is connected.

use std::sync::Arc;

use super::claims::Claims;
use super::credentials::Credentials;
use crate::protocol::name::{Lobby, RoomName, Session, UserName};
use crate::protocol::refusal::{Code, Refusal};
use crate::random;

/// What identifies a client that may connect.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The user name.
    pub name: UserName,
    /// The lobby whose offers and rooms the client sees.
    pub lobby: Lobby,
    /// Identifies one load of a page, where the page sends it.
    pub session: Option<Session>,
    /// The only rooms that it may enter, where that is proven.
    pub rooms: Option<Arc<[RoomName]>>,
    /// The client claimed another name or lobby than is proven: the server sends this and ignores the claim.
    pub remark: Option<Refusal>,
}

impl Identity {
    /// What is proven comes before what the client claims. A client without a name gets one.
    pub(super) fn new(given: &Credentials, proven: Option<Claims>) -> Result<Self, Refusal> {
        let claimed = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (mut name, mut lobby) = (claimed(&given.user_name), claimed(&given.lobby));
        let (mut remark, mut rooms) = (None, None);
        if let Some(proven) = proven {
            let differs = |claimed: &Option<String>, proven: &str| claimed.as_ref().is_some_and(|text| text != proven);
            let other =
                |claimed, proven: &Option<String>| proven.as_ref().is_some_and(|proven| differs(claimed, proven));
            if other(&name, &proven.name) || other(&lobby, &proven.lobby) {
                let sentence =
                    "The server uses the name and lobby that are proven for you and ignores the others that you sent.";
                remark = Some(Refusal::new(Code::BadPayload, sentence));
            }
            (name, lobby) = (proven.name.or(name), proven.lobby.or(lobby));
            rooms = proven.rooms;
        }
        let name = match name {
            Some(name) => UserName::new(&name)?,
            None => UserName::new(&format!("guest-{:04X}", random::id() & 0xFFFF))?,
        };
        let session = claimed(&given.session).as_deref().map(Session::new).transpose()?;
        Ok(Self { name, lobby: Lobby::new(&lobby.unwrap_or_default())?, session, rooms, remark })
    }
}
