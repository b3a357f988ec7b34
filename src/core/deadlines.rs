//! Everything that has to happen later, in one queue.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::as_list;
use super::id::PeerId;
use super::time::Timestamp;
use crate::protocol::id::OfferId;
use crate::protocol::name::{Lobby, UserName};

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Due {
    /// An open offer has waited too long.
    OpenOffer(OfferId),
    /// The caller of an open offer has been away for so long that the others are notified.
    HiddenOffer(OfferId),
    /// A peer's early candidates, or some of them, have waited too long for their description.
    EarlyCandidates(PeerId),
    /// One end of a call has waited too long for the other end to rejoin.
    PendingRejoin(OfferId, PeerId),
    /// A peer whose connection was closed by a proxy has not returned: the close was the client's.
    Unconfirmed(PeerId),
    /// A peer has been away for too long.
    Away(PeerId),
    /// A client whose connection broke while it had nothing has not returned: its name is no longer an addressee.
    LostName((Lobby, UserName, PeerId)),
    /// Not all that a peer missed could be kept: it cannot return.
    Overflowed(PeerId),
    /// A peer's replay buffer, or some of it, is so old that it must have arrived.
    ReplayBuffer(PeerId),
    /// Makers of rooms of two have not connected.
    PendingRooms,
}

/// The place of an entry in the queue, by which it is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Deadline {
    at: Timestamp,
    number: u64,
}

/// The queue. Entries of the same time are due in the order in which they were added.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Deadlines {
    #[serde(with = "as_list")]
    queue: BTreeMap<Deadline, Due>,
    next_number: u64,
}

impl Deadlines {
    /// Adds an entry.
    pub fn add(&mut self, at: Timestamp, due: Due) -> Deadline {
        let deadline = Deadline { at, number: self.next_number };
        self.next_number += 1;
        self.queue.insert(deadline, due);
        deadline
    }

    /// Removes an entry. One that was due already is no longer there.
    pub fn cancel(&mut self, deadline: Deadline) {
        self.queue.remove(&deadline);
    }

    /// When the first entry is due.
    pub fn next(&self) -> Option<Timestamp> {
        self.queue.first_key_value().map(|(deadline, _)| deadline.at)
    }

    /// Takes the first entry that is due.
    pub fn pop(&mut self, now: Timestamp) -> Option<Due> {
        let first = self.queue.first_entry()?;
        (first.key().at <= now).then(|| first.remove())
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
