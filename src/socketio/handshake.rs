//! Who is it that connects? Reads `auth` of the Socket.IO CONNECT packet.

use serde_json::Value;

use crate::admission::visitor::Visitor;
use crate::admission::{Credentials, Denial, Gate, Identity};
use crate::signaling::peer::{Newcomer, Purpose};
use crate::signaling::refusal::Refusal;

/// Who comes in.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Who it is.
    pub newcomer: Newcomer,
    /// Whether it wants `newOfferWaiting`, too.
    pub aliases: bool,
    /// What it is to be told about its `auth` besides.
    pub remark: Option<Refusal>,
}

/// Reads `{userName, password, token?, lobby?, session?, numbers?, received?, aliases?}`; some other spellings are
/// understood as well.
///
/// # Errors
/// A wrong password or token; a name, lobby or session that is too long.
pub fn read(auth: &Value, visitor: Visitor, gate: &Gate) -> Result<Guest, Denial> {
    let Identity { name, lobby, session, remark } = gate.admit(visitor, &Credentials::from_auth(auth))?;
    let (counts, received) = (auth["numbers"] == true, auth["received"].as_u64());
    let newcomer = Newcomer { name, lobby, purpose: Purpose::CallsAndRooms, session, counts, received };
    Ok(Guest { newcomer, aliases: auth["aliases"] == true, remark })
}
