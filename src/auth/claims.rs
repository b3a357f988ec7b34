//! What is proven of a client: by its token, or by the back end of `--auth-hook`.

use std::sync::Arc;
use std::time::Duration;

use super::ice_server::BackEndIceServer;
use crate::protocol::name::RoomName;

/// What is proven. What is `None` may be chosen by the client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// The user name. Tokens always have one.
    pub name: Option<String>,
    /// The lobby.
    pub lobby: Option<String>,
    /// The only rooms that the client may enter. Tokens have none.
    pub rooms: Option<Arc<[RoomName]>>,
    /// The ICE servers that it is given, instead of the server's own. Tokens have none.
    pub ice_servers: Option<Arc<[BackEndIceServer]>>,
    /// For how long the back end's answer holds.
    pub ttl: Option<Duration>,
}

impl Claims {
    /// A client of this name, of whom nothing else is proven.
    #[cfg(test)]
    pub(super) fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::default() }
    }
}
