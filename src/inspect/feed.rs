//! How readers follow the history.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::content::Content;
use super::encode;
use super::inspector::Inspector;
use super::limits::{MAX_BATCH, PAUSE};

/// The version of the records.
const FORMAT: u32 = 1;
/// About as many bytes as a record has beside its text.
const LINE: usize = 256;
/// How long a reader that waits lets further records come, so that many small batches become one.
const GATHER: Duration = Duration::from_millis(50);

/// A client that reads the history. While there is one, the server sends pages with the probe.
pub struct Reader {
    inspector: Arc<Inspector>,
    /// Whether the last batch was as large as one may be.
    is_behind: AtomicBool,
}

/// Records in their order.
pub struct Batch {
    /// Their JSON objects.
    text: String,
    count: usize,
    /// Whether the server has begun to stop.
    pub is_last: bool,
    /// The number after which to read on.
    pub last: u64,
    /// Records that were dropped before this batch.
    pub lost: u64,
}

impl Inspector {
    /// Whether this is the key of the page.
    pub fn is_key(&self, given: &str) -> bool {
        given.as_bytes().ct_eq(self.key.as_bytes()).into()
    }

    /// Whether this is the key of the probe.
    pub fn is_probe_key(&self, given: &str) -> bool {
        given.as_bytes().ct_eq(self.probe_key.as_bytes()).into()
    }

    /// Empties the history.
    pub fn clear(&self) {
        self.ring.lock().clear();
        self.push(Content::Clear);
    }

    /// What readers receive before the records: about the server.
    pub fn header(&self, unmasked: bool) -> Value {
        let started_at = self.started_at.duration_since(UNIX_EPOCH).unwrap_or_default();
        json!({
            "kind": "server",
            "format": FORMAT,
            "version": env!("CARGO_PKG_VERSION"),
            "startedAt": u64::try_from(started_at.as_millis()).unwrap_or(0),
            "now": self.now() as f64 / 1000.0,
            "masked": !unmasked,
            "folder": self.options.has_folder,
            "chaos": self.options.has_chaos,
            "forceRelay": self.force_relay_until(),
            "iceServers": self.ice_servers.get().map_or(&[][..], Vec::as_slice),
        })
    }
}

impl Reader {
    /// A new reader.
    pub fn new(inspector: Arc<Inspector>) -> Self {
        inspector.readers.fetch_add(1, Ordering::Relaxed);
        Self { inspector, is_behind: AtomicBool::new(false) }
    }

    /// What there is after the record of this number: JSON objects, each followed by `end`.
    pub fn read(&self, after: u64, unmasked: bool, end: char) -> Batch {
        let has_others = self.inspector.readers.load(Ordering::Relaxed) > 1;
        // A second reader waits, and then finds the records encoded.
        let _encoding = has_others.then(|| self.inspector.encoding.lock());
        let (taken, last) = {
            let ring = self.inspector.ring.lock();
            (ring.after(after, MAX_BATCH.0, MAX_BATCH.1, unmasked), ring.last())
        };
        // Not under the ring's lock, for which clients wait.
        let mut text = String::with_capacity(taken.texts.len() + taken.records.len() * LINE);
        let mut encoded: Vec<(u64, Arc<str>)> = Vec::new();
        for record in &taken.records {
            let start = text.len();
            match &record.encoded {
                Some(line) => text.push_str(line),
                None => {
                    encode::record(&mut text, record, &taken.texts[record.text.clone()], unmasked);
                    if has_others {
                        encoded.push((record.number, text[start..].into()));
                    }
                }
            }
            text.push(end);
        }
        if !encoded.is_empty() {
            let mut ring = self.inspector.ring.lock();
            encoded.into_iter().for_each(|(number, line)| ring.keep_encoded(number, line, unmasked));
        }
        let is_full = taken.records.len() == MAX_BATCH.0 || text.len() >= MAX_BATCH.1;
        self.is_behind.store(is_full, Ordering::Relaxed);
        // A reader that knows a later record than there is followed another server.
        let last = taken.records.last().map_or(last, |record| record.number);
        let stop = self.inspector.stop.load(Ordering::Relaxed);
        Batch { text, count: taken.records.len(), is_last: stop > 0 && last >= stop, last, lost: taken.lost }
    }

    /// What there is after the record of this number, as soon as there is something, or after this time.
    pub async fn next(&self, after: u64, unmasked: bool, end: char, patience: Duration) -> Batch {
        if self.is_behind.load(Ordering::Relaxed) {
            // Clients go first: on a server that is busy, the reader misses records rather than slow it down.
            tokio::time::sleep(PAUSE).await;
        }
        let added = self.inspector.added.notified();
        let batch = self.read(after, unmasked, end);
        if !batch.is_empty() || batch.last != after {
            return batch;
        }
        if tokio::time::timeout(patience, added).await.is_ok() {
            tokio::time::sleep(GATHER).await;
        }
        self.read(after, unmasked, end)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.inspector.readers.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.inspector.set_force_relay(false); // No inspector shows any more that it is on.
        }
    }
}

impl Batch {
    /// Whether it holds no record.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Its JSON objects, each followed by the `end` that it was read with.
    pub fn text(self) -> String {
        self.text
    }

    /// The reply to `read`: one JSON object. The batch was read with `,`.
    pub fn json(&self, header: &Value) -> String {
        let (records, Self { last, lost, .. }) = (self.text.trim_end_matches(','), self);
        format!(r#"{{"server":{header},"records":[{records}],"last":{last},"lost":{lost}}}"#)
    }
}
