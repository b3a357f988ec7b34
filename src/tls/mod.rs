//! HTTPS: which certificate the server presents, how it is replaced while the server runs, and its own certificate
//! authority.

pub(crate) mod acme;
mod authority;
pub mod certificate;
mod constraints;
mod fingerprint;
mod hang_up;
mod leaf;
mod names;
mod options;
mod origin;
mod pair;
mod pem;
mod resolver;
mod state_file;
mod trust;
mod watched_files;

pub use self::acme::AcmeOptions;
pub(crate) use self::hang_up::HangUps;
pub use self::options::TlsOptions;
pub use self::origin::{Origin, OwnAuthority};
