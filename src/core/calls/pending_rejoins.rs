//! The ends of calls that have sent `rejoinCall`, and whose other end has not.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::core::as_list;
use crate::core::deadlines::Deadline;
use crate::core::id::PeerId;
use crate::protocol::call::Role;
use crate::protocol::id::OfferId;
use crate::protocol::name::{Lobby, UserName};
use crate::protocol::reason::DisconnectReason;

/// One end of a call that the server does not know, which waits for the other end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingRejoin {
    /// Its peer.
    pub peer: PeerId,
    /// The peer's lobby.
    pub lobby: Lobby,
    /// Which end it is.
    pub role: Role,
    /// The user name of the other end.
    pub other: UserName,
    /// A secret of the two ends.
    pub key: Arc<str>,
    /// How the call ended meanwhile, if it did: for the other end, should that come.
    pub ended: Option<DisconnectReason>,
    /// Until when it waits.
    pub deadline: Deadline,
}

/// All of them, by call. Several peers may claim to know a call: the key tells which two belong together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PendingRejoins {
    #[serde(with = "as_list")]
    ends: HashMap<OfferId, Vec<PendingRejoin>>,
    count: usize,
}

impl PendingRejoins {
    /// The user name that this peer waits for in this call.
    pub fn awaited_by(&self, id: OfferId, peer: PeerId) -> Option<&UserName> {
        let ends = self.ends.get(&id)?;
        ends.iter().find(|end| end.peer == peer && end.ended.is_none()).map(|end| &end.other)
    }

    /// Marks the end that this peer holds as over; false if it holds none. It is kept until it is due.
    pub fn end(&mut self, id: OfferId, peer: PeerId, reason: DisconnectReason) -> bool {
        let ends = self.ends.get_mut(&id);
        let end = ends.and_then(|ends| ends.iter_mut().find(|end| end.peer == peer && end.ended.is_none()));
        end.map(|end| end.ended = Some(reason)).is_some()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.count == 0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Adds one.
    pub fn add(&mut self, id: OfferId, end: PendingRejoin) {
        self.ends.entry(id).or_default().push(end);
        self.count += 1;
    }

    /// Takes the first end of a call that fits.
    pub fn take(&mut self, id: OfferId, fits: impl Fn(&PendingRejoin) -> bool) -> Option<PendingRejoin> {
        let ends = self.ends.get_mut(&id)?;
        let end = ends.iter().position(fits).map(|place| ends.remove(place));
        if ends.is_empty() {
            self.ends.remove(&id);
        }
        self.count -= usize::from(end.is_some());
        end
    }
}
