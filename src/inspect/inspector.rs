//! The inspector: the history, who reads it, and its keys.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::chaos::{Chaos, Fate, Switches};
use super::content::Content;
use super::force_relay::ForceRelay;
use super::limits::MAX_ADDRESSES;
use super::options::InspectorOptions;
use super::ring::Ring;
use crate::core::id::PeerId;
use crate::protocol::call::IceCandidate;
use crate::protocol::name::Lobby;
use crate::protocol::server_message::ServerMessage;
use crate::random;

/// The history and its readers.
pub struct Inspector {
    /// Opens the page to its holder: 128 random bits.
    pub key: String,
    /// With this key the probe may report, and nothing else.
    pub probe_key: String,
    /// What the flags say.
    pub options: InspectorOptions,
    /// Disturbs calls on purpose, if the flags allow that.
    pub chaos: Option<Chaos>,
    force_relay: ForceRelay,
    /// The schemes of the ICE servers that clients receive: `stun`, `turn` (RFC 7064, RFC 7065).
    pub(super) ice_servers: OnceLock<Vec<String>>,
    pub(super) start: Instant,
    pub(super) started_at: SystemTime,
    pub(super) ring: Mutex<Ring>,
    /// Held while records are encoded: a second reader then finds them encoded.
    pub(super) encoding: Mutex<()>,
    /// Wakes readers that wait for the next record.
    pub(super) added: Notify,
    pub(super) readers: AtomicUsize,
    /// The number of the record by which the server stops; 0 before.
    pub(super) stop: AtomicU64,
    /// Pages with the probe that are connected, and the number of the next one.
    pub(super) pages: (AtomicUsize, AtomicUsize),
    addresses: Mutex<HashMap<IpAddr, u32>>,
}

impl Inspector {
    /// An empty one, with new keys.
    pub(super) fn new(options: InspectorOptions) -> Self {
        Self {
            key: random::hex_key(),
            probe_key: random::hex_key(),
            options,
            chaos: options.has_chaos.then(Chaos::default),
            force_relay: ForceRelay::default(),
            ice_servers: OnceLock::new(),
            start: Instant::now(),
            started_at: SystemTime::now(),
            ring: Mutex::default(),
            encoding: Mutex::default(),
            added: Notify::new(),
            readers: AtomicUsize::new(0),
            stop: AtomicU64::new(0),
            pages: Default::default(),
            addresses: Mutex::default(),
        }
    }

    /// Whether it has a reader.
    pub fn is_watched(&self) -> bool {
        self.readers.load(Ordering::Relaxed) > 0
    }

    /// Switches on or off that pages which are opened from now on use the relay only.
    pub fn set_force_relay(&self, is_on: bool) {
        if self.force_relay.set(is_on, Instant::now()) || is_on {
            self.push(Content::ForceRelay { is_on });
        }
    }

    /// Whether a page that is opened now uses the relay only.
    pub fn forces_relay(&self) -> bool {
        self.is_watched() && self.force_relay.until(Instant::now()).is_some()
    }

    /// When that ends by itself, in milliseconds since the start; `None` while it is off.
    pub(super) fn force_relay_until(&self) -> Option<u64> {
        let until = self.force_relay.until(Instant::now())?;
        u64::try_from(until.saturating_duration_since(self.start).as_millis()).ok()
    }

    /// Notes the URLs of the ICE servers that clients receive. Readers learn the schemes only.
    pub fn note_ice_servers<'a>(&self, urls: impl IntoIterator<Item = &'a str>) {
        let mut schemes: Vec<_> = urls.into_iter().filter_map(|url| Some(url.split_once(':')?.0.to_owned())).collect();
        schemes.sort_unstable();
        schemes.dedup();
        let _ = self.ice_servers.set(schemes); // The list is the same as long as the server runs.
    }

    /// Microseconds since the start.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) fn push(&self, content: Content) -> u64 {
        self.push_with(content, "")
    }

    /// Adds a record with a text.
    pub(super) fn push_with(&self, content: Content, text: &str) -> u64 {
        let number = {
            let mut ring = self.ring.lock();
            // Within the lock: the records are in the order of their times.
            ring.push(self.now(), content, text)
        };
        if self.is_watched() {
            self.added.notify_waiters();
        }
        number
    }

    /// The number of an address: the same one each time, without saying the address.
    pub(super) fn number_of(&self, address: Option<IpAddr>) -> u32 {
        let Some(address) = address else { return 0 };
        let mut addresses = self.addresses.lock();
        let next = addresses.len();
        if next >= MAX_ADDRESSES {
            return addresses.get(&address).copied().unwrap_or(0);
        }
        *addresses.entry(address).or_insert(u32::try_from(next).unwrap_or(0) + 1)
    }

    /// Sets the switches of a lobby, or with `None` switches them off. False without `--chaos`, or if they are set in too many
    /// lobbies.
    pub fn set_chaos(&self, lobby: Lobby, switches: Option<Switches>) -> bool {
        self.chaos.as_ref().is_some_and(|chaos| chaos.set(lobby, switches, |record| self.report(record)))
    }

    /// Keeps a client away for some time, once its connection is cut. False without `--chaos`, or if there is no such
    /// client.
    pub fn keep_away(&self, client: PeerId, time: Duration) -> bool {
        self.chaos.as_ref().is_some_and(|chaos| chaos.keep_away(client, time, |record| self.report(record)))
    }

    /// What becomes of a message to a client.
    pub(super) fn fate(&self, to: PeerId, message: &ServerMessage) -> Fate {
        let chaos = self.chaos.as_ref();
        chaos.map_or(Fate::Send, |chaos| chaos.fate(to, message, |record| self.report(record)))
    }

    /// Takes out the candidates that are lost on their way to a client.
    pub(super) fn strip(&self, to: PeerId, candidates: &mut Vec<IceCandidate>) {
        if let Some(chaos) = &self.chaos {
            chaos.strip(to, candidates, |record| self.report(record));
        }
    }

    fn report(&self, record: String) {
        self.push_with(Content::Chaos, &record);
    }
}
