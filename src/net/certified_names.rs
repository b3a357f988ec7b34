//! The names for which the user has given the server a certificate. Their https pages may connect.

use std::sync::Arc;

use parking_lot::RwLock;

/// The names in the certificate of `--cert`, and the domains of `--acme`. All clones change together: the certificate
/// may be replaced while the server runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct CertifiedNames(Arc<RwLock<Vec<String>>>);

impl CertifiedNames {
    /// These names, in lower case.
    pub(crate) fn new(names: Vec<String>) -> Self {
        Self(Arc::new(RwLock::new(names)))
    }

    /// Replaces all names.
    pub(crate) fn replace(&self, names: Vec<String>) {
        *self.0.write() = names;
    }

    /// Whether this is one of them.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.read().iter().any(|known| known == name)
    }
}
