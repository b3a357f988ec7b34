//! Reads `auth` of the Socket.IO CONNECT packet: who the client is.

use serde_json::Value;

use super::engine_session::EngineSession;
use crate::auth::{Asker, AuthError, Authenticator, Credentials, Identity};
use crate::core::command::{Newcomer, Purpose};
use crate::hub::peer::Admission;
use crate::protocol::refusal::{Code, Refusal};
use crate::traces::span::Span;

/// A client that is admitted.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// The client's own data, and its rooms.
    pub admission: Admission,
    /// Whether it wants `newOfferWaiting`, too.
    pub aliases: bool,
    /// A notice about its `auth`, sent to the client.
    pub remark: Option<Refusal>,
}

/// For a client that sends its credentials where they do not count.
const IN_QUERY: &str = "Your page sends its name and password (or token) as \"query\", which is not looked at: send them as \
                        \"auth\", io(url, {auth: {userName, password}}).";

/// Reads `{userName, password, token?, lobby?, session?, numbers?, received?, heard?, aliases?}`; some other spellings are
/// understood as well.
///
/// # Errors
/// A wrong password or token; a name, lobby or session that is too long; `unavailable`.
pub async fn read(
    auth: &Value,
    session: &EngineSession,
    asker: &Asker<'_>,
    authenticator: &Authenticator,
) -> Result<Admitted, AuthError> {
    let span = Span::connect("socketio", session.request, &session.trace);
    let admitted = span.around(admit(auth, session.has_credentials_in_query, asker, authenticator)).await;
    span.replied(admitted.as_ref().map_err(|error| &error.refusal));
    admitted
}

/// The same. `in_query`: there are credentials in the address, too.
async fn admit(
    auth: &Value,
    in_query: bool,
    asker: &Asker<'_>,
    authenticator: &Authenticator,
) -> Result<Admitted, AuthError> {
    let given = Credentials::from_auth(auth);
    let proves_nothing = given.password.is_none() && given.token.is_none();
    let Identity { name, lobby, session, rooms, remark } =
        authenticator.admit(asker, &given).await.map_err(|mut error| {
            if in_query && proves_nothing && matches!(error.refusal.code, Code::WrongPassword | Code::WrongToken) {
                error.refusal.message = IN_QUERY.into();
            }
            error
        })?;
    let unread = (in_query && given.user_name.is_none() && given.token.is_none())
        .then(|| Refusal::new(Code::BadPayload, IN_QUERY));
    let attempt = auth["numbers"].as_u64().unwrap_or_default();
    let newcomer = Newcomer {
        name,
        lobby,
        purpose: Purpose::CallsAndRooms,
        session,
        counts: auth["numbers"] == true || attempt > 0,
        attempt,
        received: auth["received"].as_u64(),
        heard: auth["heard"].as_u64(),
    };
    Ok(Admitted {
        admission: Admission { newcomer, rooms },
        aliases: auth["aliases"] == true,
        remark: remark.or(unread),
    })
}
