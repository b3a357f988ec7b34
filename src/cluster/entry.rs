//! Entries of the log, as they are in a stream.
//!
//! An entry is what a node had for a stream at once: one content, or many when the node is busy. It has one field, `e`,
//! with four parts between spaces: the node; the number of the first content among those of that node in this stream,
//! from 1; how many there are; the contents, as a JSON array. Its id, given by Redis, is the time and the place of all.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::core::command::Action;
use crate::core::id::NodeId;
use crate::core::time::Timestamp;

/// The id of an entry: Unix time in milliseconds, and a number within the millisecond. `0-0` is before all entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EntryId {
    /// Unix time in milliseconds.
    pub ms: u64,
    /// Number within the millisecond.
    pub number: u64,
}

impl EntryId {
    /// The time at which the entry happens.
    pub fn time(self) -> Timestamp {
        Timestamp(self.ms)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.number)
    }
}

impl FromStr for EntryId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('-').and_then(|(ms, number)| Some((ms.parse().ok()?, number.parse().ok()?)));
        parts.map(|(ms, number)| Self { ms, number }).ok_or("an id of an entry has the form 1700000000000-0")
    }
}

impl From<EntryId> for String {
    fn from(id: EntryId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for EntryId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// An entry of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The node that appended it.
    pub node: NodeId,
    /// The number of its first content.
    pub first: u64,
    /// How many contents it has.
    pub count: u64,
    text: Arc<str>,
    /// Where the contents begin in the text.
    contents: usize,
}

impl Entry {
    /// An entry of these contents, each as JSON of [`Content`].
    pub fn new(node: NodeId, first: u64, contents: &[String]) -> Self {
        let head = format!("{} {first} {} [", node.0, contents.len());
        let begin = head.len() - 1;
        let size = head.len() + contents.iter().map(|content| content.len() + 1).sum::<usize>();
        let mut text = head;
        text.reserve(size - text.len());
        for (number, content) in contents.iter().enumerate() {
            if number > 0 {
                text.push(',');
            }
            text.push_str(content);
        }
        text.push(']');
        Self { node, first, count: contents.len() as u64, text: text.into(), contents: begin }
    }

    /// As it is in the stream; `None` if this is none.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ' ');
        let mut number = || parts.next()?.parse::<u64>().ok();
        let (node, first, count) = (NodeId(u32::try_from(number()?).ok()?), number()?, number()?);
        let contents = text.len() - parts.next()?.len();
        Some(Self { node, first, count, text: text.into(), contents })
    }

    /// As it is written into the stream.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number of its last content.
    pub fn last(&self) -> u64 {
        self.first.saturating_add(self.count).saturating_sub(1)
    }

    /// What it says.
    ///
    /// # Errors
    /// Contents of another format.
    pub fn contents(&self) -> serde_json::Result<Vec<Content>> {
        serde_json::from_str(&self.text[self.contents..])
    }
}

/// What an entry of a shard says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// A command for the core.
    Command(Action),
    /// A node is lost: its connections are gone, and entries of it that come later do not count.
    NodeLost(NodeId),
    /// All nodes take the digest of their state after this entry. The node that appended it writes a snapshot.
    Checkpoint,
    /// The digest at a checkpoint (SHA-256, hexadecimal), whose snapshot is written.
    Digest {
        /// The checkpoint.
        checkpoint: EntryId,
        /// The digest.
        digest: String,
    },
    /// Nothing: it stands for what a snapshot contains already.
    Nothing,
}

/// What an entry of the stream of nodes says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NodeMessage {
    /// A node is there.
    Heartbeat {
        /// The node.
        node: NodeId,
        /// Its state, for people.
        state: NodeState,
    },
    /// A node has not been heard for too long, or has stopped.
    Lost(NodeId),
}

/// What a node says of itself, for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeState {
    /// The name of its machine, and its port.
    pub name: String,
    /// The version of Switchboard.
    pub version: String,
    /// The shards that it reads.
    pub shards: usize,
    /// Clients that are connected to it.
    pub clients: usize,
    /// For how long, in milliseconds, a command of its clients waits until it is applied.
    pub lag_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_that_is_written_can_be_read() {
        let nothing = serde_json::to_string(&Content::Nothing).expect("JSON");
        let entry = Entry::new(NodeId(7), 3, &[nothing.clone(), nothing]);
        assert_eq!(entry.text(), r#"7 3 2 ["Nothing","Nothing"]"#);
        assert_eq!(Entry::read(entry.text()), Some(entry.clone()));
        assert_eq!(entry.contents().expect("contents"), [Content::Nothing, Content::Nothing]);
        assert_eq!(entry.last(), 4);
        assert!(["", "7", "7 3", "7 3 2", "x 3 2 []", "7 3 -2 []"].iter().all(|text| Entry::read(text).is_none()));
    }

    #[test]
    fn ids_are_in_the_order_of_their_numbers() {
        let ids: Vec<EntryId> = ["9-10", "10-0", "10-2", "10-11"].map(|id| id.parse().expect("an id")).into();
        assert!(ids.is_sorted());
        assert_eq!(ids[3].to_string(), "10-11");
        assert!(["", "7", "7-", "-7", "a-b", "1-2-3"].iter().all(|id| id.parse::<EntryId>().is_err()));
    }
}
