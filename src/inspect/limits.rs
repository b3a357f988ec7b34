//! What the inspector keeps and takes at most. `docs/limits.md` has a row for each; a test compares them.

use std::time::Duration;

use crate::auth::rate_limiter::RateLimit;

/// Records that are kept.
pub const MAX_RECORDS: usize = 10_000;
/// Bytes of their texts.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Pages with the probe that may report at once.
pub const MAX_PAGES: usize = 256;
/// Longest frame of reports, in bytes.
pub const MAX_FRAME: usize = 64 * 1024;
/// How fast a page may report.
pub const REPORT_RATE: RateLimit = RateLimit { burst: 1_000, rate: 200 };
/// Records in one batch for a reader, and about as many bytes.
pub const MAX_BATCH: (usize, usize) = (500, 256 * 1024);
/// How long a reader waits that has received a whole batch.
pub const PAUSE: Duration = Duration::from_millis(100);
/// Addresses that get a number of their own. All others have the number 0.
pub const MAX_ADDRESSES: usize = 1_000;
/// After this time all switches of chaos are off.
pub const CHAOS_LASTS: Duration = Duration::from_secs(600);
/// Lobbies in which switches are set.
pub const MAX_LOBBIES: usize = 100;
/// Longest delay of a message.
pub const MAX_DELAY: Duration = Duration::from_secs(60);
/// Longest time for which a client is kept away.
pub const MAX_AWAY: Duration = Duration::from_secs(120);
