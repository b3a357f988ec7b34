//! What the hook needs from the flags, and its limits.

use std::time::Duration;

use url::Url;

/// Where the back end is, and how it is asked.
#[derive(Clone)]
pub struct HookOptions {
    /// Where requests go.
    pub url: Url,
    /// Tells the back end that this server asks.
    pub secret: Option<String>,
    /// How long an answer may take, with the time that the question waits.
    pub timeout: Duration,
    /// The limits.
    pub limits: HookLimits,
}

/// The limits. Not flags: only tests change them.
#[derive(Debug, Clone, Copy)]
pub struct HookLimits {
    /// Requests at once.
    pub calls: usize,
    /// Clients that wait for one of them.
    pub waiting: usize,
    /// Clients of one address, of both kinds.
    pub per_address: usize,
    /// Failures in a row after which the back end is not asked
    pub failures: u32,
    /// for this time.
    pub pause: Duration,
}

impl Default for HookLimits {
    fn default() -> Self {
        Self { calls: 32, waiting: 256, per_address: 64, failures: 5, pause: Duration::from_secs(5) }
    }
}
