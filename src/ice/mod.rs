//! The ICE servers that clients receive: which STUN and TURN servers there are, and credentials for them that expire. And
//! the TURN server of this program itself, which `switchboard-turn` implements.

pub mod client_name;
pub mod ice_servers;
pub mod ice_url;
pub mod inside;
pub mod limits;
pub mod options;
pub mod self_test;
pub mod service;
