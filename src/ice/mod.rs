//! The ICE servers that clients receive: which STUN and TURN servers there are, and credentials for them that expire.

pub mod client_name;
pub mod ice_servers;
pub mod limits;
