//! Who is it that connects? Reads `auth` of the Socket.IO CONNECT packet.

use serde_json::Value;

use crate::admission::{Gate, Identity, text};
use crate::signaling::peer::{Newcomer, Purpose};
use crate::signaling::refusal::Refusal;

/// What comes of a handshake.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Come in.
    Welcome(Guest),
    /// As the course's server does, such a connection is let in first, told why, and closed.
    WrongPassword(Refusal),
}

/// Who comes in.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Who it is.
    pub newcomer: Newcomer,
    /// Whether it wants `newOfferWaiting`, too.
    pub aliases: bool,
}

/// Reads `{userName, password, lobby?, session?, numbers?, received?, aliases?}`; `username` and `passWord` are
/// understood as well.
///
/// # Errors
/// A name, lobby or session that is too long: told as `connect_error`.
pub fn read(auth: &Value, gate: &Gate) -> Result<Entry, Refusal> {
    if let Err(refusal) = gate.check(text(auth, &["password", "passWord"]).as_deref()) {
        return Ok(Entry::WrongPassword(refusal));
    }
    let name = text(auth, &["userName", "username"]);
    let (lobby, session) = (text(auth, &["lobby"]), text(auth, &["session"]));
    let Identity { name, lobby, session } = Identity::new(name.as_deref(), lobby.as_deref(), session.as_deref())?;
    let (counts, received) = (auth["numbers"] == true, auth["received"].as_u64());
    let newcomer = Newcomer { name, lobby, purpose: Purpose::CallsAndRooms, session, counts, received };
    Ok(Entry::Welcome(Guest { newcomer, aliases: auth["aliases"] == true }))
}
