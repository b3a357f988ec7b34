//! How much a client may ask to be kept, and for how long. Defaults are those of the command line.

use std::time::Duration;

/// Most nested brackets in a description or candidate. Some JSON readers give up at 128, and the offer object
/// and the event around it need a few.
pub const MAX_DEPTH: usize = 100;

/// Longest user name or lobby, in Unicode scalar values.
pub const MAX_NAME: usize = 64;

/// What a `Core` keeps at most.
#[derive(Debug, Clone)]
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
    /// Offers listed to a newcomer.
    pub list_offers: usize,
    /// Bytes of the offers listed to a newcomer.
    pub list_bytes: usize,
    /// How long an offer stays open.
    pub offer_ttl: Duration,
    /// How long a candidate waits for the description that it belongs to.
    pub early_ttl: Duration,
    /// How long one whose connection broke is waited for. Zero: not at all.
    pub grace: Duration,
    /// How long the client may take to return after a proxy passed on a close that may be the proxy's own.
    pub unconfirmed_ttl: Duration,
    /// How long the open offer of one who is away stays on the others' screens.
    pub hidden_ttl: Duration,
    /// Things to tell that are kept for one peer.
    pub max_letters: usize,
    /// Bytes of these; a single one may be larger.
    pub max_letter_bytes: usize,
    /// How long something told is kept for one who may not have heard it: longer than a dead connection goes
    /// unnoticed.
    pub letter_ttl: Duration,
    /// Members of one room.
    pub max_room: usize,
    /// Rooms in all.
    pub max_rooms: usize,
    /// Rooms in which one connection may be at once.
    pub max_rooms_of_one: usize,
    /// Rooms of pairs made from one address whose makers have not connected.
    pub max_unclaimed: usize,
    /// Peers who are waited for; beyond it the one who left first is given up.
    pub max_away: usize,
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
            early_ttl: Duration::from_secs(10),
            grace: Duration::from_secs(30),
            unconfirmed_ttl: Duration::from_secs(5),
            hidden_ttl: Duration::from_secs(5),
            max_letters: 512,
            max_letter_bytes: 512 * 1024,
            letter_ttl: Duration::from_secs(60),
            max_room: 16,
            max_rooms: 10_000,
            max_rooms_of_one: 64,
            max_unclaimed: 200,
            max_away: 10_000,
        }
    }
}
