//! What peers have to be sent again, and how messages are counted in both directions.

use super::command::Newcomer;
use super::deadlines::{Deadlines, Due};
use super::id::PeerId;
use super::replay_buffer::{ReplayBuffer, SequencedEvent};
use super::sessions::Sessions;
use super::time::Timestamp;
use crate::protocol::limits::Limits;
use crate::protocol::server_message::ServerMessage;

impl Sessions {
    /// Takes note of which connection of a peer this is. False if it was begun before one that the peer has made since: a
    /// server that was out of touch may admit a client late, which has gone to another one meanwhile. What such a client
    /// knows is old.
    pub fn accept_attempt(&mut self, id: PeerId, newcomer: &Newcomer) -> bool {
        let Some(peer) = self.peers.get_mut(&id) else { return true };
        let is_newer = newcomer.attempt == 0 || newcomer.attempt > peer.attempt;
        if is_newer {
            peer.attempt = newcomer.attempt;
        }
        is_newer
    }

    /// Begins to count again, in both directions, where a client that returns knows of more messages than this server: what
    /// came in between was lost with other servers or a power cut. The messages that wait for the peer are dropped, since it
    /// would take their numbers for old ones. Whether that was so.
    pub fn recount(&mut self, id: PeerId, newcomer: &Newcomer) -> bool {
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| peer.counts) else { return false };
        let sent = peer.replay_buffer.last();
        let is_behind = newcomer.heard.is_some_and(|heard| heard > peer.heard)
            || newcomer.received.is_some_and(|received| received > sent);
        if is_behind {
            peer.heard = 0;
            peer.replay_buffer = ReplayBuffer::default();
        }
        is_behind
    }

    /// The messages that a peer which returns has missed, with their numbers for one that counts; `None` if not all of
    /// them were kept.
    pub fn missed(&mut self, id: PeerId, received: u64) -> Option<Vec<(Option<u64>, ServerMessage)>> {
        let peer = self.peers.get_mut(&id)?;
        let counts = peer.counts;
        let events = if counts { peer.replay_buffer.after(received)? } else { peer.replay_buffer.take() };
        let number = |number| counts.then_some(number);
        Some(events.into_iter().map(|SequencedEvent { number: n, message, .. }| (number(n), message)).collect())
    }

    /// Keeps a message that may have to be sent again. Returns `Some(number)` if it is sent now as well.
    pub fn keep(
        &mut self,
        to: PeerId,
        message: &ServerMessage,
        now: Timestamp,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) -> Option<Option<u64>> {
        let peer = self.peers.get_mut(&to)?;
        let is_away = peer.is_away();
        if !is_away && !peer.counts {
            return Some(None);
        }
        let number = peer.replay_buffer.keep(message.clone(), now);
        let expiry = || deadlines.add(now.after(limits.replay_ttl), Due::ReplayBuffer(to));
        peer.replay_deadline.get_or_insert_with(expiry);
        let mut is_complete = true;
        while peer.replay_buffer.is_too_full(limits) {
            peer.replay_buffer.drop_oldest();
            is_complete = false;
        }
        if is_away && !is_complete {
            deadlines.add(now, Due::Overflowed(to));
        }
        (!is_away).then_some(Some(number))
    }

    /// Drops the messages of a peer's replay buffer that must have arrived.
    pub fn expire_replay_buffer(&mut self, id: PeerId, now: Timestamp, limits: &Limits, deadlines: &mut Deadlines) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let from = if peer.is_away() {
            now
        } else {
            peer.replay_buffer.drop_stale(now, limits.replay_ttl);
            peer.replay_buffer.oldest().unwrap_or(now)
        };
        // Later than now, even without any time limit: else it would be due again at once.
        let at = from.after(limits.replay_ttl).max(Timestamp(now.0 + 1));
        let next = || deadlines.add(at, Due::ReplayBuffer(id));
        peer.replay_deadline = (!peer.replay_buffer.is_empty()).then(next);
    }
}
