//! What the server counts. `count`, `counted`, `warn` and `first` count what the server rejects or closes, by
//! reason, and thin out its log lines; `exporter` shows the counts to Prometheus.
//!
//! `hook` counts what comes of questions to a back end. `totals` counts clients, calls, messages and bytes.
//!
//! Counts belong to the process, not to one server of it. Nothing is allocated to count.

mod call_times;
mod counts;
pub(crate) mod exporter;
mod histogram;
pub(crate) mod hook;
mod process;
pub(crate) mod totals;

pub(crate) use self::call_times::{answered, connected, failed, offered};
pub(crate) use self::counts::{count, counted, counted_about, first, shortened, summary, warn};
