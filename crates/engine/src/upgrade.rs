//! The upgrade of a session from polling to a WebSocket.
//!
//! Invariants:
//! - Of several WebSockets that come for one session, the first may upgrade it, until it gives up.
//! - An [`Upgrade`] that is dropped before it is done leaves the session with polling.

use std::sync::Arc;

use crate::frame::Frame;
use crate::packet;
use crate::queue::Turn;
use crate::session::{Session, Stage};

/// An upgrade that is under way.
pub(crate) struct Upgrade(Arc<Session>);

/// What follows from a text of the client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A probe came, which this frame answers.
    Probed(Frame),
    /// The session is upgraded; the WebSocket takes from now on.
    Done(Turn),
}

impl Upgrade {
    /// Begins, unless the session is being upgraded or is a WebSocket already.
    pub(crate) fn begin(session: &Arc<Session>) -> Option<Self> {
        session.advance(&[Stage::Polling], Stage::Upgrading).then(|| Self(session.clone()))
    }

    /// Takes a text of the client; `None` if it does not belong to an upgrade.
    pub(crate) fn read(&self, text: &str) -> Option<Step> {
        match text {
            "2probe" => {
                self.0.advance(&[Stage::Upgrading], Stage::Probed);
                self.0.queue.interrupt();
                Some(Step::Probed(Frame::packet(packet::PONG, "probe")))
            }
            // The official server does not ask whether a probe came before.
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
    fn upgrade_is_done_once_the_client_says_so() {
        let session = session();
        let upgrade = Upgrade::begin(&session).expect("none is under way");
        assert!(Upgrade::begin(&session).is_none());
        assert_eq!(upgrade.read("2probe"), Some(Step::Probed(Frame::packet(packet::PONG, "probe"))));
        assert_eq!(session.stage(), Stage::Probed);
        assert!(matches!(upgrade.read("5"), Some(Step::Done(_))));
        drop(upgrade);
        assert_eq!(session.stage(), Stage::WebSocket);
        assert!(Upgrade::begin(&session).is_none());
    }

    #[test]
    fn upgrade_given_up_leaves_the_session_with_polling() {
        let session = session();
        let upgrade = Upgrade::begin(&session).expect("none is under way");
        upgrade.read("2probe");
        assert_eq!(upgrade.read("4message"), None);
        drop(upgrade);
        assert_eq!(session.stage(), Stage::Polling);
        assert!(Upgrade::begin(&session).is_some());
    }
}
