//! Who may come in, and under which name: the same at every door.

pub mod pace;
pub mod visitor;

use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::signaling::name::{Lobby, Session, UserName};
use crate::signaling::refusal::{Code, Refusal};
use crate::store;

/// The one who looks at passwords.
#[derive(Clone, Default)]
pub struct Gate {
    /// The password that must be given; `None` lets everybody in.
    pub password: Option<String>,
}

/// What a connection says of itself.
#[derive(Debug, Clone)]
pub struct Identity {
    /// What its person is called.
    pub name: UserName,
    /// Whose offers and rooms it sees.
    pub lobby: Lobby,
    /// Which load of a page it is, if it says so.
    pub session: Option<Session>,
}

impl Gate {
    /// # Errors
    /// `wrong-password`.
    pub fn check(&self, given: Option<&str>) -> Result<(), Refusal> {
        let given = given.unwrap_or_default().as_bytes();
        // Compared in constant time: how long it takes must not tell how much of it was right.
        match &self.password {
            Some(password) if !bool::from(given.ct_eq(password.as_bytes())) => Err(Refusal::new(
                Code::WrongPassword,
                "Wrong password: send the server's password as \"password\" (the course's is \"x\").",
            )),
            _ => Ok(()),
        }
    }
}

impl Identity {
    /// Who does not say its name gets one.
    ///
    /// # Errors
    /// `too-large` for a name, lobby or session that is too long.
    pub fn new(name: Option<&str>, lobby: Option<&str>, session: Option<&str>) -> Result<Self, Refusal> {
        let name = match name.filter(|name| !name.is_empty()) {
            Some(name) => UserName::new(name)?,
            None => UserName::new(&format!("guest-{:04X}", store::random() & 0xFFFF))?,
        };
        let session = session.filter(|session| !session.is_empty()).map(Session::new).transpose()?;
        Ok(Self { name, lobby: Lobby::new(lobby.unwrap_or_default())?, session })
    }
}

/// The first of these keys of an object that holds a text, or a number as pages with numbered users send.
pub fn text(object: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match &object[*key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
