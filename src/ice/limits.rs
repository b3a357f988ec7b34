//! How often a client may ask for ICE servers.

use crate::auth::rate_limiter::RateLimit;

/// Requests of one address; an IPv6 /64 counts as one. A whole classroom may share one address.
pub const REQUESTS: RateLimit = RateLimit { burst: 200, rate: 10 };
/// Addresses that are remembered; beyond it the server forgets the one that asked longest ago.
pub const MAX_ADDRESSES: usize = 10_000;
