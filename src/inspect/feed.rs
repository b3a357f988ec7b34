//! How readers follow the history.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::content::Content;
use super::inspector::Inspector;
use super::ring::Line;

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
    lines: Vec<Arc<String>>,
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
    pub fn read(&self, after: u64, unmasked: bool) -> Batch {
        let _encoding = self.inspector.encoding.lock();
        let (lines, from, lost, last) = {
            let ring = self.inspector.ring.lock();
            let (lines, from, lost) = ring.after(after, MAX_BATCH, MAX_BATCH_BYTES, unmasked);
            (lines, from, lost, ring.last())
        };
        // Not under the ring's lock, for which clients wait.
        let encode = |line| match line {
            Line::Encoded(line) => line,
            Line::Record(record) => Arc::new(record.json(unmasked)),
        };
        let lines: Vec<Arc<String>> = lines.into_iter().map(encode).collect();
        self.inspector.ring.lock().keep_encoded(from, &lines, unmasked);
        // A reader that knows a later record than there is followed another server.
        let last = if lines.is_empty() { last } else { from + lines.len() as u64 - 1 };
        let stop = self.inspector.stop.load(Ordering::Relaxed);
        Batch { lines, is_last: stop > 0 && last >= stop, last, lost }
    }

    /// What there is after the record of this number, as soon as there is something, or after this time.
    pub async fn next(&self, after: u64, unmasked: bool, patience: Duration) -> Batch {
        let added = self.inspector.added.notified();
        let batch = self.read(after, unmasked);
        if !batch.is_empty() || batch.last != after {
            return batch;
        }
        if tokio::time::timeout(patience, added).await.is_ok() {
            tokio::time::sleep(GATHER).await;
        }
        self.read(after, unmasked)
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
        self.lines.is_empty()
    }

    /// One JSON object a line.
    pub fn text(&self) -> String {
        let size = self.lines.iter().map(|line| line.len() + 1).sum();
        let lines = self.lines.iter().flat_map(|line| [line.as_str(), "\n"]);
        lines.fold(String::with_capacity(size), |text, part| text + part)
    }

    /// The reply to `read`: one JSON object.
    pub fn json(&self, header: &Value) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.as_str()).collect();
        let (records, Self { last, lost, .. }) = (lines.join(","), self);
        format!(r#"{{"server":{header},"records":[{records}],"last":{last},"lost":{lost}}}"#)
    }
}
