//! Which clients may connect, under which name, and how fast they may send: the same for every transport.

mod asker;
mod authenticator;
mod claims;
pub mod client_addr;
mod credentials;
pub mod hook;
pub mod ice_server;
mod identity;
pub mod jwks;
pub mod key_set;
pub mod rate_limiter;
pub mod same_origin;
pub mod throttle;
pub mod tokens;
mod verifier;

pub use self::asker::Asker;
pub(crate) use self::asker::origin;
pub use self::authenticator::{AuthError, AuthMethod, Authenticator};
pub use self::claims::Claims;
pub use self::credentials::Credentials;
pub use self::identity::Identity;
