//! The lock of the modules that a model checker runs, which puts its own in this module's place.

pub(crate) use parking_lot::Mutex;
