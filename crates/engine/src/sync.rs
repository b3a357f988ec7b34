//! The mutex of the modules that `tests/queue_model.rs` checks. The model checker replaces this module by its own.

pub(crate) use parking_lot::Mutex;
