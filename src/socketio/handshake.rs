//! Who is it that connects? Reads `auth` of the Socket.IO CONNECT packet.

use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::signaling::name::{Lobby, Session, UserName};
use crate::signaling::refusal::{Code, Refusal};
use crate::store;

/// What a connection says of itself.
#[derive(Debug, Clone)]
pub struct Identity {
    /// What its person is called.
    pub name: UserName,
    /// Whose offers it sees.
    pub lobby: Lobby,
    /// Which load of a page it is, if it says so.
    pub session: Option<Session>,
    /// Whether it counts what it is told and what it says.
    pub counts: bool,
    /// The number of the last thing that it was told on an earlier connection, if there was one.
    pub received: Option<u64>,
    /// Whether it wants `newOfferWaiting`, too.
    pub aliases: bool,
}

/// What comes of a handshake.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Come in.
    Welcome(Identity),
    /// As the course's server does, such a connection is let in first, told why, and closed.
    WrongPassword(Refusal),
}

/// Reads `{userName, password, lobby?, session?, numbers?, received?, aliases?}`; `username` and `passWord` are
/// understood as well.
///
/// # Errors
/// A name, lobby or session that is too long: told as `connect_error`.
pub fn read(auth: &Value, password: Option<&str>) -> Result<Entry, Refusal> {
    if let Some(password) = password {
        let given = text(auth, &["password", "passWord"]).unwrap_or_default();
        // Compared in constant time: how long it takes must not tell how much of it was right.
        if !bool::from(given.as_bytes().ct_eq(password.as_bytes())) {
            return Ok(Entry::WrongPassword(Refusal::new(
                Code::WrongPassword,
                "Wrong password: send the server's password as auth.password (the course's is \"x\").",
            )));
        }
    }
    let name = match text(auth, &["userName", "username"]) {
        Some(name) if !name.is_empty() => UserName::new(&name)?,
        _ => UserName::new(&format!("guest-{:04X}", store::random() & 0xFFFF))?,
    };
    let lobby = Lobby::new(&text(auth, &["lobby"]).unwrap_or_default())?;
    let session = text(auth, &["session"]).filter(|session| !session.is_empty());
    Ok(Entry::Welcome(Identity {
        name,
        lobby,
        session: session.map(|session| Session::new(&session)).transpose()?,
        counts: auth["numbers"] == true,
        received: auth["received"].as_u64(),
        aliases: auth["aliases"] == true,
    }))
}

/// The first of these keys that holds a text, or a number as pages with numbered users send.
fn text(auth: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match &auth[*key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
