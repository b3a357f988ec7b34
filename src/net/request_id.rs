//! The number of a request, by which the log's lines about it and about the connection that it opens are found. Not a span: a
//! number costs nothing until there is a line to write.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::Extensions;

/// Counted from 1 on since the start of the process; 0 for a request without a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestId(pub u64);

impl RequestId {
    /// The next one.
    pub(super) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// That of a request with these extensions.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or_default()
    }
}
