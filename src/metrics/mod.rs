//! What the server counts. `count`, `counted`, `warn` and `first` count what the server rejects or closes, by
//! reason, and thin out its log lines; `exporter` shows the counts to Prometheus.
//!
//! Counts belong to the process, not to one server of it. A count is taken per rejection, never
//! per message.

mod counts;
pub(crate) mod exporter;

pub(crate) use self::counts::{count, counted, counted_about, first, shortened, summary, warn};
