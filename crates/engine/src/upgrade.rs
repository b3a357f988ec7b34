//! The upgrade of a session from polling to a WebSocket.
//!
//! Invariants:
//! - Of several WebSockets for one session, the first may upgrade it, until it is dropped.
//! - The session of an [`Upgrade`] that is dropped before it is complete goes on polling.

use std::sync::Arc;

use crate::frame::Frame;
use crate::packet;
use crate::queue::Turn;
use crate::session::{Session, Stage};

/// An upgrade in progress.
pub(crate) struct Upgrade(Arc<Session>);

/// The result of a text frame of the client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The client has sent the probe. This frame is the reply.
    Probed(Frame),
    /// The upgrade is complete. The WebSocket has the turn.
    Done(Turn),
}

impl Upgrade {
    /// Begins an upgrade; `None` if another one is in progress or complete.
    pub(crate) fn begin(session: &Arc<Session>) -> Option<Self> {
        session.advance(&[Stage::Polling], Stage::Upgrading).then(|| Self(session.clone()))
    }

    /// Acts on a text frame of the client; `None` if it does not belong to an upgrade.
    pub(crate) fn read(&self, text: &str) -> Option<Step> {
        match text {
            "2probe" => {
                self.0.advance(&[Stage::Upgrading], Stage::Probed);
                self.0.queue.interrupt();
                Some(Step::Probed(Frame::packet(packet::PONG, "probe")))
            }
            // Like the official server, this accepts an upgrade without a probe.
            "5" => self
                .0
                .advance(&[Stage::Upgrading, Stage::Probed], Stage::WebSocket)
                .then(|| Step::Done(self.0.queue.take_over())),
            _ => None,
        }
    }
}

impl Drop for Upgrade {
    fn drop(&mut self) {
        self.0.advance(&[Stage::Upgrading, Stage::Probed], Stage::Polling);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use engineioxide_core::Sid;

    use super::*;
    use crate::backlog::Capacity;
    use crate::session::{DisconnectReason, End, Ending};

    struct Nothing;

    impl End for Nothing {
        fn end(&self, _: Sid, _: DisconnectReason, _: Ending) {}
    }

    fn session() -> Arc<Session> {
        Arc::new(Session::new(Stage::Polling, Capacity { messages: 8, bytes: usize::MAX }, Weak::<Nothing>::new()))
    }

    #[test]
    fn upgrade_packet_completes_the_upgrade() {
        let session = session();
        let upgrade = Upgrade::begin(&session).expect("no other upgrade");
        assert!(Upgrade::begin(&session).is_none());
        assert_eq!(upgrade.read("2probe"), Some(Step::Probed(Frame::packet(packet::PONG, "probe"))));
        assert_eq!(session.stage(), Stage::Probed);
        assert!(matches!(upgrade.read("5"), Some(Step::Done(_))));
        drop(upgrade);
        assert_eq!(session.stage(), Stage::WebSocket);
        assert!(Upgrade::begin(&session).is_none());
    }

    #[test]
    fn upgrade_dropped_leaves_the_session_polling() {
        let session = session();
        let upgrade = Upgrade::begin(&session).expect("no other upgrade");
        upgrade.read("2probe");
        assert_eq!(upgrade.read("4message"), None);
        drop(upgrade);
        assert_eq!(session.stage(), Stage::Polling);
        assert!(Upgrade::begin(&session).is_some());
    }
}
