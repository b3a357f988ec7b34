//! What a page did and received, in its order: JSON lines, so that a run that failed can be looked at and checked again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// A record: what happened, and when, in milliseconds since the start of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub at: u64,
    #[serde(flatten)]
    pub event: Event,
}

/// What happened. A call is named by its caller, since its `offerId` is known later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Event {
    /// The connection works, and the server knows the page, or meets it for the first time.
    Connected { node: usize },
    /// The connection is over. `last`: when the last message came by it.
    Broken { last: u64 },
    /// The server does not know the page any more.
    Forgotten,
    /// The page calls; `to` is empty for an offer to all.
    Calls { call: String, to: String },
    /// The page makes its offer again, of which the server knows nothing: it was away for too long, perhaps.
    CallsAgain { call: String },
    /// The page answers.
    Answers { call: String },
    /// The call is there, as the page knows for sure.
    Begun { call: String },
    /// The offer or the answer had no effect.
    NotBegun { call: String, why: String },
    /// A candidate was sent, the first one as 0.
    Sent { call: String, index: u64 },
    /// The server has acted on it.
    Acknowledged { call: String, index: u64 },
    /// The server has acted on it, or refused it: the acknowledgement was lost with a connection.
    Settled { call: String, index: u64 },
    /// The server has refused it.
    Refused { call: String, index: u64, code: String },
    /// A candidate of the other end came.
    Received { call: String, index: u64 },
    /// The page ends the call.
    HangsUp { call: String },
    /// The server has acted on that.
    HungUp { call: String, ended: u64 },
    /// The other end has ended the call.
    PeerHangup { call: String, reason: String },
    /// The server says that the page has no such call, and never said that it ended.
    Vanished { call: String },
    /// The number of an event was not the next one.
    Gap { expected: u64, number: u64 },
    /// There are no more faults.
    Calm,
    /// The run is over. `call` is empty for a page in no call.
    End { is_connected: bool, call: String },
}

/// The histories of a run, by page.
pub type Histories = BTreeMap<String, Vec<Record>>;

/// Writes a history.
pub struct Writer {
    file: BufWriter<File>,
    start: Instant,
}

impl Writer {
    /// Writes `NAME.jsonl` into this folder.
    pub fn create(folder: &Path, name: &str, start: Instant) -> Self {
        let file = File::create(folder.join(format!("{name}.jsonl"))).expect("writable");
        Self { file: BufWriter::new(file), start }
    }

    /// Now, in milliseconds since the start of the run.
    pub fn now(&self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }

    pub fn record(&mut self, event: Event) {
        let record = Record { at: self.now(), event };
        writeln!(self.file, "{}", serde_json::to_string(&record).expect("it can be written")).expect("writable");
    }

    pub fn close(mut self) {
        self.file.flush().expect("writable");
    }
}

/// Reads the histories of all pages.
pub fn read(folder: &Path) -> Histories {
    let mut histories = Histories::new();
    for entry in std::fs::read_dir(folder).expect("a folder of histories") {
        let path = entry.expect("readable").path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !name.starts_with("page") || path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let lines = BufReader::new(File::open(&path).expect("readable")).lines();
        let record = |line: std::io::Result<String>| serde_json::from_str(&line.expect("readable")).expect("a record");
        histories.insert(name, lines.map(record).collect());
    }
    histories
}

/// How often each kind of event happened.
pub fn counts(histories: &Histories) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for Record { event, .. } in histories.values().flatten() {
        let event = serde_json::to_value(event).expect("it can be written");
        *counts.entry(event["event"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    counts
}
