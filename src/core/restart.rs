//! What a process leaves to the next one, and how that begins with it.

use serde::{Serialize, Serializer};

use super::calls::state::Calls;
use super::command::{ConnectionEnd, Taken};
use super::context::Context;
use super::deadlines::Deadlines;
use super::gst::Gst;
use super::pairs::Pairs;
use super::rooms::Rooms;
use super::sessions::{Peer, Sessions};
use super::state::{Core, Step};
use crate::protocol::reason::DisconnectReason;
use crate::protocol::room::RoomEvent;

impl Core {
    /// Without calls: what a snapshot is taken of that may be old when it is used ([`Taken::Before`]).
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_rooms<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { rooms, sessions, deadlines, .. } = self;
        let (calls, pairs, gst) = (Calls::default(), Pairs::default(), Gst::default());
        Parts { calls: &calls, rooms, pairs: &pairs, gst: &gst, sessions, deadlines }.serialize(serializer)
    }
}

/// The wire form of a [`Core`], of parts that need not belong together.
#[derive(Serialize)]
struct Parts<'a> {
    calls: &'a Calls,
    rooms: &'a Rooms,
    pairs: &'a Pairs,
    gst: &'a Gst,
    sessions: &'a Sessions,
    deadlines: &'a Deadlines,
}

impl Step<'_> {
    /// All connections are gone with the process that had them, at the same moment. The grace begins, also for
    /// peers that were away already.
    pub(super) fn restart(&mut self, taken: Taken) {
        if taken == Taken::Before {
            *self.calls = Calls::default();
            self.ctx.peers.forget_calls();
        }
        self.lose(|_| true);
    }

    /// The connections of these peers are gone, at the same moment. The grace begins.
    pub(super) fn lose(&mut self, is_lost: impl Fn(&Peer) -> bool) {
        let (mut connected, mut gone) = (Vec::new(), Vec::new());
        for id in self.ctx.peers.ids() {
            let Context { now, limits, peers, deadlines, .. } = &mut self.ctx;
            let Some(peer) = peers.get(id).filter(|peer| is_lost(peer)) else { continue };
            let has_anything = peer.has_missed() || self.calls.has(id) || self.rooms.has(id);
            if !has_anything || !peer.may_return(limits) {
                gone.push(id);
                continue;
            }
            if !peer.is_away() {
                connected.push(id);
            }
            peers.begin_grace(id, *now, limits, deadlines);
        }
        // Now that none is connected: what follows is kept for each of them.
        for id in connected {
            self.calls.peer_lost(&mut self.ctx, id);
            self.rooms.notify(&mut self.ctx, id, RoomEvent::UserLost);
            self.rooms.update_hosts(&mut self.ctx, id);
        }
        for id in gone {
            match self.ctx.peers.get(id).and_then(Peer::connection) {
                Some(connection) => _ = self.disconnect(id, connection, ConnectionEnd::Broken),
                None => self.remove(id, DisconnectReason::Lost),
            }
        }
        self.drop_excess();
    }
}
