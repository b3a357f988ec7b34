//! The list of ICE servers for a client, as `RTCPeerConnection` takes it (W3C WebRTC, section 4.2.4).

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use switchboard_turn::rest_credentials;

use super::client_name::ClientNames;
use super::inside::InsideUrls;
use super::options::IceOptions;
use crate::auth::client_addr::ClientAddr;
use crate::auth::ice_server::BackEndIceServer;

/// Makes the lists of all clients.
pub struct IceServers {
    /// STUN servers of others.
    stun: Vec<String>,
    /// TURN servers of others.
    turn: Vec<String>,
    inside: Option<InsideUrls>,
    secret: String,
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

impl IceServerList {
    /// The list that the back end gives a client, for this time.
    pub fn given(servers: &[BackEndIceServer], ttl: Duration) -> Self {
        let server = |server: &BackEndIceServer| {
            let BackEndIceServer { urls, username, credential } = server.clone();
            IceServer { urls, username, credential }
        };
        Self { ice_servers: servers.iter().map(server).collect(), ttl: ttl.as_secs().max(1) }
    }
}

impl IceServers {
    /// The servers of these options, and the one inside. `secret` is the one by which the TURN servers check credentials.
    pub fn new(options: &IceOptions, secret: String, inside: Option<InsideUrls>) -> Self {
        let urls = |is_turn: bool| {
            options.outside.iter().filter(|url| url.is_turn() == is_turn).map(ToString::to_string).collect()
        };
        Self { stun: urls(false), turn: urls(true), inside, secret, ttl: options.ttl, names: ClientNames::default() }
    }

    /// For how long credentials are valid.
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// The one inside, if it is on.
    pub fn inside(&self) -> Option<&InsideUrls> {
        self.inside.as_ref()
    }

    /// The list for the client whose token proves this name. `reached` is the address of this machine to which the client
    /// is connected, if it is known.
    pub fn for_user(&self, name: &str, reached: Option<IpAddr>) -> IceServerList {
        let mut ice_servers = Vec::new();
        if !self.stun.is_empty() {
            ice_servers.push(IceServer { urls: self.stun.clone(), username: None, credential: None });
        }
        let inside = self.inside.as_ref().map(|inside| inside.urls(reached));
        for urls in inside.into_iter().chain((!self.turn.is_empty()).then(|| self.turn.clone())) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let (username, credential) = rest_credentials(self.secret.as_bytes(), name, (now + self.ttl).as_secs());
            ice_servers.push(IceServer { urls, username: Some(username), credential: Some(credential) });
        }
        IceServerList { ice_servers, ttl: self.ttl.as_secs() }
    }

    /// The list for a client without a token: its credentials do not contain the name that it claims.
    pub fn for_guest(&self, client_addr: ClientAddr, user_name: &str, reached: Option<IpAddr>) -> IceServerList {
        self.for_user(&self.names.of(client_addr, user_name), reached)
    }
}
