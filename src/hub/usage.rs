//! How much all shards hold together: limits of the whole server are checked before a command exists.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::core::command::NodeFull;
use crate::core::state::Core;
use crate::protocol::limits::Limits;

/// What one core holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    offers: usize,
    offer_bytes: usize,
    rooms: usize,
}

impl Usage {
    /// What this core holds now.
    pub fn of(core: &Core) -> Self {
        let (offers, offer_bytes) = core.open_offers();
        Self { offers, offer_bytes, rooms: core.rooms() }
    }
}

/// What all cores hold.
#[derive(Debug, Default)]
pub struct TotalUsage {
    offers: AtomicUsize,
    offer_bytes: AtomicUsize,
    rooms: AtomicUsize,
}

impl TotalUsage {
    /// One core held `before` and holds `after` now.
    pub fn update(&self, before: Usage, after: Usage) {
        for (total, before, after) in [
            (&self.offers, before.offers, after.offers),
            (&self.offer_bytes, before.offer_bytes, after.offer_bytes),
            (&self.rooms, before.rooms, after.rooms),
        ] {
            if after > before {
                total.fetch_add(after - before, Ordering::Relaxed);
            } else if before > after {
                total.fetch_sub(before - after, Ordering::Relaxed);
            }
        }
    }

    /// Of what the server holds as much as it may.
    pub fn full(&self, limits: &Limits) -> NodeFull {
        NodeFull {
            offers: self.offers.load(Ordering::Relaxed) >= limits.max_offers,
            offer_bytes: self.offer_bytes.load(Ordering::Relaxed) >= limits.max_offer_bytes,
            rooms: self.rooms.load(Ordering::Relaxed) >= limits.max_rooms,
        }
    }
}
