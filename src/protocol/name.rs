//! Names that people choose: of users, lobbies, rooms and page loads. Each at most [`MAX_NAME`] Unicode scalar values.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::limits::MAX_NAME;
use super::refusal::{Code, Refusal};

/// The name of a user, as its person typed it. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
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

/// A group of clients that see each other's offers. The empty one is the course's single list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
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

/// The name of a room. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoomName(Arc<str>);

impl RoomName {
    /// # Errors
    /// `too-large` for a name of more than 64 characters, `bad-payload` for an empty one.
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

/// One load of a page, under a random name that the page chose. A client that returns with the same session is the same
/// peer. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Session(Arc<str>);

impl Session {
    /// # Errors
    /// `too-large` for more than 64 characters.
    pub fn new(name: &str) -> Result<Self, Refusal> {
        bounded(name, "session").map(Self)
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
