//! What comes of the questions to the back end of `--auth-hook`, and how long it takes to answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::histogram::Histogram;
use super::totals::Total;

/// Counter: questions, with the label `outcome`.
const QUESTIONS: &str = "switchboard_auth_hook_requests_total";
/// Gauge: 1 while the back end is not asked.
const OPEN: &str = "switchboard_auth_hook_breaker_open";

/// What came of a question.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    /// The client may connect.
    Admitted,
    /// It may not.
    Refused,
    /// The back end could not be reached, or its answer not be read.
    Failed,
    /// It did not answer in time.
    TimedOut,
    /// It was not asked: too many clients wait.
    Busy,
    /// It was not asked: it has failed too often.
    Open,
}

const NAMES: [&str; 6] = ["admitted", "refused", "failed", "timed-out", "busy", "open"];
static TOTALS: [Total; 6] = [const { Total::new() }; 6];
static IS_OPEN: AtomicBool = AtomicBool::new(false);
static TIMES: Histogram<10> = Histogram::new(
    "switchboard_auth_hook_seconds",
    "How long the back end of --auth-hook took to answer.",
    [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000],
);

/// Counts a question.
pub(crate) fn count(outcome: Outcome) {
    TOTALS[outcome as usize].add(1);
}

/// The back end has answered within this time.
pub(crate) fn record(time: Duration) {
    TIMES.record(time);
}

/// Whether the back end is asked.
pub(crate) fn set_open(is_open: bool) {
    IS_OPEN.store(is_open, Ordering::Relaxed);
}

/// Says what the metrics are.
pub(super) fn describe() {
    ::metrics::describe_counter!(QUESTIONS, "Questions to the back end of --auth-hook, by outcome.");
    ::metrics::describe_gauge!(OPEN, "1 while the back end of --auth-hook is not asked, since it fails.");
}

/// Passes the numbers on.
pub(super) fn report() {
    for (name, total) in NAMES.into_iter().zip(&TOTALS) {
        ::metrics::counter!(QUESTIONS, "outcome" => name).absolute(total.get());
    }
    ::metrics::gauge!(OPEN).set(f64::from(u8::from(IS_OPEN.load(Ordering::Relaxed))));
}

/// The histogram as `/metrics` shows it.
pub(super) fn text() -> String {
    TIMES.text()
}
