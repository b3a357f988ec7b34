//! The signal by which service managers ask a program to read its files again: SIGHUP. Other systems than Unix have none.
//!
//! A terminal that closes sends it, too, and then ends the program as before.

/// Waits for SIGHUP. A signal that arrives before it waits is kept.
#[derive(Debug)]
pub(crate) struct HangUps {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl HangUps {
    /// From this call on, SIGHUP no longer ends the program, unless it runs in a terminal.
    pub(crate) fn listen() -> Self {
        use std::io::IsTerminal;
        use tokio::signal::unix::{SignalKind, signal};
        let is_in_terminal = std::io::stdin().is_terminal();
        let signal = (!is_in_terminal).then(|| signal(SignalKind::hangup())).and_then(Result::ok);
        Self { signal }
    }

    /// The next SIGHUP.
    pub(crate) async fn next(&mut self) {
        let received = match &mut self.signal {
            Some(signal) => signal.recv().await,
            None => None,
        };
        if received.is_none() {
            std::future::pending().await
        }
    }
}

#[cfg(not(unix))]
impl HangUps {
    /// There is no such signal.
    pub(crate) fn listen() -> Self {
        Self {}
    }

    /// Never resolves.
    pub(crate) async fn next(&mut self) {
        std::future::pending().await
    }
}
