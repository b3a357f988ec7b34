//! A value that may be replaced while the server runs: all clones change together.

use std::sync::Arc;

use parking_lot::RwLock;

/// The value. Read where a client connects, not for each message.
#[derive(Debug, Clone, Default)]
pub struct Changing<T>(Arc<RwLock<T>>);

impl<T: Clone> Changing<T> {
    /// This value, until another one is set.
    pub fn new(value: T) -> Self {
        Self(Arc::new(RwLock::new(value)))
    }

    /// The value now.
    pub fn get(&self) -> T {
        self.0.read().clone()
    }

    /// What `look` finds in the value now.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.0.read())
    }

    /// Replaces the value.
    pub(crate) fn set(&self, value: T) {
        *self.0.write() = value;
    }
}
