//! Under which name a client is connected.

use super::credentials::Credentials;
use super::tokens::Claims;
use crate::protocol::name::{Lobby, Session, UserName};
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
    /// The client claimed another name or lobby than its token proves: the server sends this and ignores the claim.
    pub remark: Option<Refusal>,
}

impl Identity {
    /// What the token proves comes before what the client claims. A client without a name gets one.
    pub(super) fn new(given: &Credentials, proven: Option<Claims>) -> Result<Self, Refusal> {
        let claimed = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (mut name, mut lobby) = (claimed(&given.user_name), claimed(&given.lobby));
        let mut remark = None;
        if let Some(proven) = proven {
            let differs = |claimed: &Option<String>, proven: &str| claimed.as_ref().is_some_and(|text| text != proven);
            if differs(&name, &proven.name) || proven.lobby.as_ref().is_some_and(|proven| differs(&lobby, proven)) {
                let sentence = "The server uses the name and lobby of your token and ignores the others that you sent.";
                remark = Some(Refusal::new(Code::BadPayload, sentence));
            }
            name = Some(proven.name);
            lobby = proven.lobby.or(lobby);
        }
        let name = match name {
            Some(name) => UserName::new(&name)?,
            None => UserName::new(&format!("guest-{:04X}", random::id() & 0xFFFF))?,
        };
        let session = claimed(&given.session).as_deref().map(Session::new).transpose()?;
        Ok(Self { name, lobby: Lobby::new(&lobby.unwrap_or_default())?, session, remark })
    }
}
