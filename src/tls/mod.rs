//! HTTPS: which certificate the server presents, and its own certificate authority.

mod authority;
pub mod certificate;
mod fingerprint;
mod names;
mod options;
mod origin;
mod pair;
mod pem;
mod resolver;
mod state_file;
mod trust;

pub use self::options::TlsOptions;
pub use self::origin::Origin;
