//! The list of ICE servers for a client, as `RTCPeerConnection` takes it (W3C WebRTC, section 4.2.4).

use std::time::Duration;

use serde::Serialize;

use super::client_name::ClientNames;
use crate::auth::client_addr::ClientAddr;

/// Makes the lists of all clients.
pub struct IceServers {
    ttl: Duration,
    names: ClientNames,
}

/// What one client receives.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IceServerList {
    /// Empty if none are configured.
    pub ice_servers: Vec<IceServer>,
    /// For how many seconds the credentials are valid.
    pub ttl: u64,
}

/// A member of `RTCConfiguration.iceServers`.
#[derive(Debug, Serialize)]
pub struct IceServer {
    /// STUN or TURN URLs (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// TURN: when the credential expires, a colon, and the client's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// TURN: the password of that user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl IceServers {
    /// No ICE server.
    pub fn new() -> Self {
        Self { ttl: Duration::from_secs(3600), names: ClientNames::default() }
    }

    /// The list for the client whose token proves this name.
    pub fn for_user(&self, _name: &str) -> IceServerList {
        IceServerList { ice_servers: Vec::new(), ttl: self.ttl.as_secs() }
    }

    /// The list for a client without a token: its credentials do not contain the name that it claims.
    pub fn for_guest(&self, client_addr: ClientAddr, user_name: &str) -> IceServerList {
        self.for_user(&self.names.of(client_addr, user_name))
    }
}

impl Default for IceServers {
    fn default() -> Self {
        Self::new()
    }
}
