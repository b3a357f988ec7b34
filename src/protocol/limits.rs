//! How much of what a client sends is kept, and for how long. The defaults are those of the command line.

use std::time::Duration;

use serde::Serialize;

/// Most nested brackets in a description or candidate. Some JSON readers give up at 128, and the offer object
/// and the event around it need a few.
pub const MAX_DEPTH: usize = 100;

/// Longest user name or lobby, in Unicode scalar values.
pub const MAX_NAME: usize = 64;

/// What one core keeps at most. Sizes are in bytes.
#[derive(Debug, Clone, Serialize)]
pub struct Limits {
    /// Largest description, in bytes.
    pub max_description: usize,
    /// Largest candidate, in bytes.
    pub max_candidate: usize,
    /// Candidates kept for one side of a call.
    pub max_candidates: usize,
    /// Open offers in all; one more and the oldest expires.
    pub max_offers: usize,
    /// Bytes of all open offers; beyond it the oldest expire.
    pub max_offer_bytes: usize,
    /// Calls that one connection may have at once.
    pub max_calls: usize,
    /// Offers in `availableOffers`: the newest ones.
    pub list_offers: usize,
    /// Bytes of the offers in `availableOffers`; one may be larger.
    pub list_bytes: usize,
    /// How long an offer stays open.
    pub offer_ttl: Duration,
    /// Bytes of the candidates of one peer that wait for their descriptions.
    pub max_early_bytes: usize,
    /// How long a candidate waits for the description that it belongs to.
    pub early_ttl: Duration,
    /// How long a peer whose connection broke may be away. Zero: it is removed at once.
    pub grace: Duration,
    /// How long the client may take to return after a proxy passed on a close that may be the proxy's own.
    pub unconfirmed_ttl: Duration,
    /// How long the open offer of a caller that is away is hidden before the others are notified.
    pub hidden_ttl: Duration,
    /// Messages in one replay buffer.
    pub max_replay: usize,
    /// Bytes of these; a single message may be larger.
    pub max_replay_bytes: usize,
    /// How long a message that was sent is kept for a peer that may not have received it: longer than a dead connection
    /// goes unnoticed.
    pub replay_ttl: Duration,
    /// Members of one room.
    pub max_room: usize,
    /// Rooms in all.
    pub max_rooms: usize,
    /// Rooms of which one peer may be a member.
    pub max_rooms_of_one: usize,
    /// Rooms of two made from one address whose makers have not connected.
    pub max_unclaimed: usize,
    /// Peers at `/gst` that have a role, in one lobby.
    pub max_gst_peers: usize,
    /// Bytes of the `meta` of a peer at `/gst`. Those of all producers and consumers of a lobby together are at most
    /// `list_bytes`.
    pub max_meta: usize,
    /// Peers that are away; one more, and the one that is away for longest is removed.
    pub max_away: usize,
}

impl Limits {
    /// How long a room of two waits for its maker to connect.
    pub fn pending_room_ttl(&self) -> Duration {
        self.grace.max(self.early_ttl)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_description: 1_000_000,
            max_candidate: 64 * 1024,
            max_candidates: 256,
            max_offers: 10_000,
            max_offer_bytes: 64 * 1024 * 1024,
            max_calls: 256,
            list_offers: 500,
            list_bytes: 512 * 1024,
            offer_ttl: Duration::from_secs(600),
            max_early_bytes: 1024 * 1024,
            early_ttl: Duration::from_secs(10),
            grace: Duration::from_secs(30),
            unconfirmed_ttl: Duration::from_secs(5),
            hidden_ttl: Duration::from_secs(5),
            max_replay: 512,
            max_replay_bytes: 512 * 1024,
            replay_ttl: Duration::from_secs(60),
            max_room: 16,
            max_rooms: 10_000,
            max_rooms_of_one: 64,
            max_unclaimed: 200,
            max_gst_peers: 1024,
            max_meta: 8 * 1024,
            max_away: 10_000,
        }
    }
}
