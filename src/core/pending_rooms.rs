//! Rooms of two whose makers have not connected yet. Any client can make one by a single request, so each counts for the
//! address that it was made from: until its maker connects or the time for that is over, even if it is destroyed before.
//! [`pairs`](super::pairs) decides what becomes of them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::as_list;
use super::time::Timestamp;
use crate::protocol::name::{RoomName, UserName};

/// One of them.
#[derive(Debug, Serialize, Deserialize)]
pub struct PendingRoom {
    /// The room.
    pub room: RoomName,
    /// Its maker.
    pub maker: UserName,
    made: Timestamp,
    ip_prefix: Arc<str>,
}

/// All of them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PendingRooms {
    /// By number, in the order in which they were made.
    #[serde(with = "as_list")]
    rooms: BTreeMap<u64, PendingRoom>,
    next: u64,
    /// The numbers of each maker's, the oldest first.
    #[serde(with = "as_list")]
    of_maker: HashMap<UserName, VecDeque<u64>>,
    /// How many were made from each address.
    #[serde(with = "as_list")]
    from: HashMap<Arc<str>, usize>,
}

impl PendingRooms {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty() && self.of_maker.is_empty() && self.from.is_empty()
    }

    /// How many there are in all.
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// How many were made from this address.
    pub fn made_from(&self, ip_prefix: &str) -> usize {
        self.from.get(ip_prefix).copied().unwrap_or_default()
    }

    /// Adds one and returns its number.
    pub fn add(&mut self, room: RoomName, maker: UserName, ip_prefix: Arc<str>, made: Timestamp) -> u64 {
        self.of_maker.entry(maker.clone()).or_default().push_back(self.next);
        *self.from.entry(ip_prefix.clone()).or_default() += 1;
        self.rooms.insert(self.next, PendingRoom { room, maker, made, ip_prefix });
        self.next += 1;
        self.next - 1
    }

    /// Their maker has connected.
    pub fn claim(&mut self, maker: &UserName) {
        for number in self.of_maker.remove(maker).unwrap_or_default() {
            if let Some(room) = self.rooms.remove(&number) {
                self.discount(&room.ip_prefix);
            }
        }
    }

    /// When the oldest one was made.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.rooms.first_key_value().map(|(_, room)| room.made)
    }

    /// Takes the oldest one, with its number, if it has waited for so long.
    pub fn pop_overdue(&mut self, patience: Duration, now: Timestamp) -> Option<(u64, PendingRoom)> {
        let oldest = self.rooms.first_entry()?;
        if now.since(oldest.get().made) < patience {
            return None;
        }
        let (number, room) = oldest.remove_entry();
        if let Some(numbers) = self.of_maker.get_mut(&room.maker) {
            // The oldest of all is the oldest of its maker's.
            numbers.pop_front();
            if numbers.is_empty() {
                self.of_maker.remove(&room.maker);
            }
        }
        self.discount(&room.ip_prefix);
        Some((number, room))
    }

    fn discount(&mut self, ip_prefix: &Arc<str>) {
        let Some(count) = self.from.get_mut(ip_prefix) else { return };
        *count -= 1;
        if *count == 0 {
            self.from.remove(ip_prefix);
        }
    }
}
