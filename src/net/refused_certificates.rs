//! Clients that refuse the server's certificate, and do not think better of it.
//!
//! A browser whose person went past the warning refuses the certificate on each new connection all the same, and connects again
//! at once with the exception (seen in Chromium 156). That is no fault, so a refusal is passed on only if no TLS connection
//! of the same address follows soon.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

/// How soon a connection has to follow.
const PATIENCE: Duration = Duration::from_secs(1);
/// Addresses that are waited for at the same time.
const MAX_WAITING: usize = 1_000;

/// Passes on the refusals that count.
pub(super) struct RefusedCertificates {
    waiting: Mutex<HashSet<IpAddr>>,
    report: Box<dyn Fn(IpAddr) + Send + Sync>,
}

impl RefusedCertificates {
    /// Passes them on to `report`.
    pub(super) fn new(report: impl Fn(IpAddr) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::default(), report: Box::new(report) })
    }

    /// A client at this address has refused the certificate.
    pub(super) fn refused(self: &Arc<Self>, address: IpAddr) {
        let is_new = {
            let mut waiting = self.waiting.lock();
            waiting.len() < MAX_WAITING && waiting.insert(address)
        };
        if is_new {
            let all = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                if all.waiting.lock().remove(&address) {
                    (all.report)(address);
                }
            });
        }
    }

    /// A client at this address has accepted the certificate.
    pub(super) fn accepted(&self, address: IpAddr) {
        self.waiting.lock().remove(&address);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn refusal_counts_unless_a_connection_follows() {
        let (sender, mut reported) = mpsc::unbounded_channel();
        let refused = RefusedCertificates::new(move |address| sender.send(address).expect("a receiver"));
        let address = |last| IpAddr::from([192, 0, 2, last]);
        for last in [1, 2, 2, 3] {
            refused.refused(address(last));
        }
        refused.accepted(address(1));
        // In the order of the refusals: the first one would come first.
        assert_eq!(reported.recv().await, Some(address(2)));
        assert_eq!(reported.recv().await, Some(address(3)));
        assert!(refused.waiting.lock().is_empty());
    }
}
