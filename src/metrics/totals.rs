//! Totals since the start of the process, and how many of something there are. Each is one atomic number: counting
//! allocates nothing, whether the numbers are served or not.

use std::sync::atomic::{AtomicU64, Ordering};

/// One number, in a cache line of its own: threads that count different things do not slow each other down.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Total(AtomicU64);

impl Total {
    pub(super) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// So many more.
    pub(crate) fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    /// The number.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// One more for as long as the value exists.
    pub(crate) fn enter(&'static self) -> Present {
        self.add(1);
        Present(self)
    }
}

/// Something that is counted while it exists.
#[derive(Debug)]
pub(crate) struct Present(&'static Total);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Clients of one service: how many there are, and what they have sent.
#[derive(Debug)]
pub(crate) struct Service {
    /// The label.
    pub(crate) name: &'static str,
    /// Clients that are connected.
    pub(crate) clients: Total,
    /// Messages that they have sent and that were not too many.
    pub(crate) messages: Total,
}

impl Service {
    const fn new(name: &'static str) -> Self {
        Self { name, clients: Total::new(), messages: Total::new() }
    }
}

/// Socket.IO.
pub(crate) static SOCKETIO: Service = Service::new("socketio");
/// Rooms by bare WebSocket.
pub(crate) static ROOMS: Service = Service::new("rooms");
/// The data channel course.
pub(crate) static PAIRS: Service = Service::new("pairs");
/// `/gst`.
pub(crate) static GST: Service = Service::new("gst");
/// All of them.
pub(super) static SERVICES: [&Service; 4] = [&SOCKETIO, &ROOMS, &PAIRS, &GST];

/// Offers that were accepted.
pub(crate) static OFFERED: Total = Total::new();
/// Offers that an answer made a call of.
pub(crate) static ANSWERED: Total = Total::new();
/// Calls that have become a connection between two browsers, as their pages report.
pub(crate) static CONNECTED: Total = Total::new();
/// Those of them that go through a relay, as their pages report.
pub(crate) static RELAYED: Total = Total::new();
/// Calls for which the browsers found no way to each other, as their pages report.
pub(crate) static FAILED: Total = Total::new();
/// Offers that the client declined to which they were made.
pub(crate) static DECLINED: Total = Total::new();
/// Offers and calls that a client ended by an event.
pub(crate) static ENDED: Total = Total::new();

/// Documents of `--jwt-jwks` that were fetched.
pub(crate) static KEYS_FETCHED: Total = Total::new();
/// Those that could not be fetched, or not be used.
pub(crate) static KEYS_NOT_FETCHED: Total = Total::new();
/// TLS handshakes that succeeded.
pub(crate) static HANDSHAKES: Total = Total::new();
/// Bytes that came over the network, with the encryption.
pub(crate) static RECEIVED_BYTES: Total = Total::new();
/// Bytes that were sent over the network, with the encryption.
pub(crate) static SENT_BYTES: Total = Total::new();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn present_counts_until_it_is_dropped() {
        static ROOM: Total = Total::new();
        let (one, other) = (ROOM.enter(), ROOM.enter());
        assert_eq!(ROOM.get(), 2);
        drop(one);
        assert_eq!(ROOM.get(), 1);
        drop(other);
        assert_eq!(ROOM.get(), 0);
    }
}
