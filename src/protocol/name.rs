//! Who and which: names chosen by people, ids chosen by the server.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::limits::MAX_NAME;
use super::refusal::{Code, Refusal};

/// A name as a person typed it: at most 64 Unicode scalar values. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UserName(Arc<str>);

impl UserName {
    /// # Errors
    /// `too-large` for a name of more than 64 characters.
    pub fn new(name: &str) -> Result<Self, Refusal> {
        bounded(name, "user name").map(Self)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A group of people who see each other's offers. The empty one is the course's one common list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Lobby(Arc<str>);

impl Lobby {
    /// # Errors
    /// `too-large` for a lobby of more than 64 characters.
    pub fn new(name: &str) -> Result<Self, Refusal> {
        bounded(name, "lobby").map(Self)
    }

    /// The lobby's name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a room is called. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RoomName(Arc<str>);

impl RoomName {
    /// # Errors
    /// `too-large` for a name of more than 64 characters, `bad-payload` for none.
    pub fn new(name: &str) -> Result<Self, Refusal> {
        if name.is_empty() {
            return Err(Refusal::new(Code::BadPayload, "Which room? Give its name as \"room\"."));
        }
        bounded(name, "room name").map(Self)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn bounded(name: &str, what: &str) -> Result<Arc<str>, Refusal> {
    match name.chars().nth(MAX_NAME) {
        None => Ok(name.into()),
        Some(_) => Err(Refusal::new(
            Code::TooLarge,
            format!("This {what} is too long: {MAX_NAME} characters are the most. Choose a shorter one."),
        )),
    }
}

/// One load of a page, under a random name that the page made up: by it the page is known again. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Session(Arc<str>);

impl Session {
    /// # Errors
    /// `too-large` for more than 64 characters.
    pub fn new(name: &str) -> Result<Self, Refusal> {
        bounded(name, "session").map(Self)
    }
}

/// One connection. A peer that comes back has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConnectionId(pub u64);

/// Somebody who is here, or away and expected back: an id of our own, which outlives connections. Never a socket
/// id: whoever knows that can speak as its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(pub u64);

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Somebody's place in one room: what the others there call it. `peerId` on the wire, 16 lower-case hexadecimal
/// digits. Whoever is in two rooms has two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId(pub u64);

impl MemberId {
    /// Reads the wire form; `None` for anything that we never sent.
    pub fn parse(text: &str) -> Option<Self> {
        hexadecimal(text).map(Self)
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for MemberId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One offer, and the call that comes of it. On the wire: 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OfferId(pub u64);

impl OfferId {
    /// Reads the wire form; `None` for anything that we never sent.
    pub fn parse(text: &str) -> Option<Self> {
        hexadecimal(text).map(Self)
    }
}

fn hexadecimal(text: &str) -> Option<u64> {
    let canonical = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    canonical.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

impl fmt::Display for OfferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for OfferId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
