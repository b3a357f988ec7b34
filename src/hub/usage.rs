//! How much the shards hold: limits of the whole server.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::core::command::{NodeFull, Oldest};
use crate::core::state::Core;
use crate::protocol::limits::Limits;

/// What one core holds, or all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Offers that wait for an answer.
    pub offers: usize,
    /// Bytes in them.
    pub offer_bytes: usize,
    /// Rooms.
    pub rooms: usize,
    /// Peers whose connection broke and that may come back.
    pub away: usize,
    rejoins: usize,
}

impl Usage {
    /// What this core holds now.
    pub fn of(core: &Core) -> Self {
        let (offers, offer_bytes) = core.open_offers();
        Self { offers, offer_bytes, rooms: core.rooms(), away: core.away(), rejoins: core.pending_rejoins() }
    }

    /// Whether there is more of anything than there was `before`.
    pub fn exceeds(self, before: Self) -> bool {
        let Self { offers, offer_bytes, rooms: _, away, rejoins: _ } = self;
        offers > before.offers || offer_bytes > before.offer_bytes || away > before.away
    }

    /// Of what the server holds as much as it may.
    pub fn full(self, limits: &Limits) -> NodeFull {
        NodeFull { rooms: self.rooms >= limits.max_rooms, rejoins: self.rejoins >= limits.max_away }
    }

    /// What the server holds too much of.
    pub fn excess(self, limits: &Limits) -> Option<Excess> {
        let excess = |oldest, count| Some(Excess { oldest, count });
        match self {
            _ if self.offers > limits.max_offers => excess(Oldest::OpenOffer, |part| part.offers),
            _ if self.offer_bytes > limits.max_offer_bytes => excess(Oldest::OpenOffer, |part| part.offer_bytes),
            _ if self.away > limits.max_away => excess(Oldest::AwayPeer, |part| part.away),
            _ => None,
        }
    }
}

/// What the server holds too much of.
pub struct Excess {
    /// What is dropped.
    pub oldest: Oldest,
    /// How much of it a part of the server holds.
    pub count: fn(Usage) -> usize,
}

/// A usage that can be read without the lock of a shard.
#[derive(Debug, Default)]
pub struct SharedUsage {
    offers: AtomicUsize,
    offer_bytes: AtomicUsize,
    rooms: AtomicUsize,
    away: AtomicUsize,
    rejoins: AtomicUsize,
}

impl SharedUsage {
    /// The usage now.
    pub fn get(&self) -> Usage {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        Usage {
            offers: of(&self.offers),
            offer_bytes: of(&self.offer_bytes),
            rooms: of(&self.rooms),
            away: of(&self.away),
            rejoins: of(&self.rejoins),
        }
    }

    /// A core held `before` and holds `after` now.
    pub fn update(&self, before: Usage, after: Usage) {
        if before == after {
            return;
        }
        for (total, before, after) in [
            (&self.offers, before.offers, after.offers),
            (&self.offer_bytes, before.offer_bytes, after.offer_bytes),
            (&self.rooms, before.rooms, after.rooms),
            (&self.away, before.away, after.away),
            (&self.rejoins, before.rejoins, after.rejoins),
        ] {
            // Wraps where it falls: the sum of all differences is never negative.
            total.fetch_add(after.wrapping_sub(before), Ordering::Relaxed);
        }
    }
}
