//! What the server counts. `count`, `warn`, `warn_about` and `first` count what the server rejects or closes, by
//! reason, and thin out its log lines; `exporter` shows the counts to Prometheus.
//!
//! Counts belong to the process, not to one server of it. A count is taken per rejection, never
//! per message.

mod counts;
pub(crate) mod exporter;

pub(crate) use self::counts::{count, first, shortened, summary, warn, warn_about};
