//! Which clients may connect, under which name, and how fast they may send: the same for every transport.

mod authenticator;
pub mod client_addr;
mod credentials;
mod identity;
pub mod jwks;
pub mod key_set;
pub mod rate_limiter;
pub mod same_origin;
pub mod throttle;
pub mod tokens;
mod verifier;

pub use self::authenticator::{AuthError, AuthMethod, Authenticator};
pub use self::credentials::Credentials;
pub use self::identity::Identity;
