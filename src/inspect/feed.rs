//! How readers follow the history.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::content::Content;
use super::inspector::Inspector;
use super::record::Record;

/// The version of the records.
const FORMAT: u32 = 1;
/// Records in one batch.
const MAX_BATCH: usize = 500;
/// About as many bytes in one batch, as they are before they are encoded.
const MAX_BATCH_BYTES: usize = 256 * 1024;
/// How long a reader that waits lets further records come, so that many small batches become one.
const GATHER: Duration = Duration::from_millis(40);

/// Somebody who watches. While there is one, pages are served with the probe.
pub struct Reader {
    inspector: Arc<Inspector>,
}

/// Records in their order.
pub struct Batch {
    records: Vec<Arc<Record>>,
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
        })
    }
}

impl Reader {
    /// A new reader.
    pub fn new(inspector: Arc<Inspector>) -> Self {
        inspector.readers.fetch_add(1, Ordering::Relaxed);
        Self { inspector }
    }

    /// What there is after the record of this number.
    pub fn read(&self, after: u64) -> Batch {
        let ring = self.inspector.ring.lock();
        let (records, lost) = ring.after(after, MAX_BATCH, MAX_BATCH_BYTES);
        // A reader that knows a later record than there is followed another server.
        let last = records.last().map_or(ring.last(), |record| record.number);
        Batch { records, last, lost }
    }

    /// What there is after the record of this number, as soon as there is something, or after this time.
    pub async fn next(&self, after: u64, patience: Duration) -> Batch {
        let added = self.inspector.added.notified();
        let batch = self.read(after);
        if !batch.is_empty() || batch.last != after {
            return batch;
        }
        if tokio::time::timeout(patience, added).await.is_ok() {
            tokio::time::sleep(GATHER).await;
        }
        self.read(after)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.inspector.readers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Batch {
    /// Whether it holds no record.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether the server has begun to stop.
    pub fn is_last(&self) -> bool {
        self.records.iter().any(|record| matches!(record.content, Content::Stop))
    }

    /// One JSON object a line.
    pub fn lines(&self, unmasked: bool) -> String {
        self.records.iter().fold(String::new(), |lines, record| lines + &record.json(unmasked) + "\n")
    }

    /// The reply to `read`: one JSON object.
    pub fn json(&self, header: &Value, unmasked: bool) -> String {
        let records: Vec<_> = self.records.iter().map(|record| record.json(unmasked)).collect();
        let (records, Self { last, lost, .. }) = (records.join(","), self);
        format!(r#"{{"server":{header},"records":[{records}],"last":{last},"lost":{lost}}}"#)
    }
}
