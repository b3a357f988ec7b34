//! The inspector's records, as a program reads them.

use serde_json::Value;
use switchboard::inspect::feed::Reader;

use super::{TestServer, within};

impl TestServer {
    /// The key of the inspector.
    pub fn inspector_key(&self) -> &str {
        &self.inspector.as_ref().expect("the inspector is on").key
    }

    /// The line about the server, and all records.
    pub async fn lines(&self, query: &str) -> Vec<Value> {
        let reply = self.get(&format!("/inspector/events?follow=0&key={}{query}", self.inspector_key())).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.text().lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }

    /// All records.
    pub async fn records(&self) -> Vec<Value> {
        self.lines("").await.split_off(1)
    }

    /// All records, as soon as one of them is such a one.
    pub async fn records_with(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
        let reader = Reader::new(self.inspector.clone().expect("the inspector is on"));
        within(what, async {
            let mut last = 0;
            loop {
                let records = self.records().await;
                if records.iter().any(&is_it) {
                    return records;
                }
                last = reader.next(last, false, '\n', std::time::Duration::from_secs(1)).await.last;
            }
        })
        .await
    }
}

/// The records of this kind.
pub fn of_kind<'a>(records: &'a [Value], kind: &str) -> Vec<&'a Value> {
    records.iter().filter(|record| record["kind"] == kind).collect()
}

/// The only record of this kind with this event.
pub fn the_only<'a>(records: &'a [Value], kind: &str, event: &str) -> &'a Value {
    let found: Vec<_> = of_kind(records, kind).into_iter().filter(|record| record["event"] == event).collect();
    assert_eq!(found.len(), 1, "{kind} of {event}: {records:#?}");
    found[0]
}
