//! HTTPS: which certificate the server presents, and its own certificate authority.

mod authority;
pub mod certificate;
mod names;
mod options;
mod pem;
mod state_file;

pub use self::options::TlsOptions;
