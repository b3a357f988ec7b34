//! Pairs: the wire of the data channel course, for its existing clients. Rooms of two are made and destroyed by HTTP;
//! who is in one speaks on a WebSocket at `/?userId=N`, in text frames `{label, data: {type, ...}}`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::peer::Peer;
use super::{ServiceState, deny, rooms};
use crate::auth::client_addr::ClientAddr;
use crate::auth::tokens::Claims;
use crate::auth::{AuthError, Credentials};
use crate::core::pair_event::PairMessage;
use crate::core::pairs::{Address, PairCommand, PairId};
use crate::protocol::json::Tree;
use crate::protocol::name::RoomName;
use crate::protocol::refusal::{Code, Refusal};
use crate::refusals;

/// Rooms: who comes, goes and is there.
const ROOMS: &str = "NORMAL_SERVER_PROCESS";
/// What one has for the other.
const WEBRTC: &str = "WEBRTC_PROCESS";

/// The heartbeat of a client that asked for it.
pub(super) const PING: &str = r#"{"label":"NORMAL_SERVER_PROCESS","data":{"type":"PING"}}"#;

/// How one of the two requests is answered: in the course's own words, misspelling included.
struct Answers {
    /// What the log calls it.
    event: &'static str,
    success: &'static str,
    /// What comes with it, if anything does.
    message: Option<&'static str>,
    failure: &'static str,
}

const CREATE: Answers = Answers {
    event: "create-room",
    success: "CHECK_ROOM_RESPONSE_SUCCESS",
    message: None,
    failure: "CHECK_ROOM_RESPONSE_FAILURE",
};
const DESTROY: Answers = Answers {
    event: "destroy-room",
    success: "DESTORY_ROOM_RESPONSE_SUCCESS",
    message: Some("The room is gone."),
    failure: "DESTROY_ROOM_RESPONSE_FAILURE",
};

/// What stands in the address.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Access {
    /// Who one is, on the WebSocket.
    pub user_id: Option<String>,
    password: Option<String>,
    token: Option<String>,
}

/// The course has no password: one is asked for only where one was chosen, or tokens were.
///
/// # Errors
/// `wrong-password`, `wrong-token`.
pub(super) fn check(
    state: &ServiceState,
    client_addr: ClientAddr,
    access: Access,
) -> Result<Option<Claims>, AuthError> {
    let Access { password, token, .. } = access;
    let credentials = Credentials { password, token, ..Credentials::default() };
    state.options.pairs.as_ref().map_or(Ok(None), |authenticator| authenticator.check(client_addr, &credentials))
}

/// Who it is: whoever was proven, else whoever it claims to be. An id is what others reach one by, so that of somebody
/// else is not passed over but refused.
///
/// # Errors
/// `wrong-token` for an id that is not the token's name; what [`PairId::new`] says of a claim.
pub(super) fn user(proof: Option<&Claims>, claimed: &Value) -> Result<PairId, Refusal> {
    let Some(Claims { name, .. }) = proof else { return PairId::new(claimed) };
    if claimed.is_null() {
        return PairId::new(&name.as_str().into());
    }
    let id = PairId::new(claimed)?;
    if id.text().as_str() != name {
        return Err(Refusal::new(
            Code::WrongToken,
            "The userId is not the name in the token: use that, or leave it out.",
        ));
    }
    Ok(id)
}

/// The requests by which rooms are made and destroyed.
pub(super) fn routes() -> Router<Arc<ServiceState>> {
    Router::new().route("/create-room", post(create)).route("/destroy-room", post(destroy))
}

/// The address as the rules of pairs know it.
pub(super) fn address(client_addr: ClientAddr) -> Address {
    Address { exact: client_addr.address().to_string().into(), ip_prefix: client_addr.network().to_string().into() }
}

async fn create(
    State(state): State<Arc<ServiceState>>,
    Query(access): Query<Access>,
    Extension(client_addr): Extension<ClientAddr>,
    body: Bytes,
) -> Response {
    let checked = check(&state, client_addr, access);
    respond(&state, &CREATE, checked, |proof| {
        let (room, body) = room(&body)?;
        state.hub.make_pair(room, user(proof.as_ref(), &body["userId"])?, address(client_addr))
    })
    .await
}

async fn destroy(
    State(state): State<Arc<ServiceState>>,
    Query(access): Query<Access>,
    Extension(client_addr): Extension<ClientAddr>,
    body: Bytes,
) -> Response {
    let checked = check(&state, client_addr, access);
    respond(&state, &DESTROY, checked, |proof| {
        let (room, body) = room(&body)?;
        state.hub.destroy_pair(&room, user(proof.as_ref(), &body["userId"]).ok().as_ref(), &address(client_addr))
    })
    .await
}

async fn respond(
    state: &ServiceState,
    answers: &Answers,
    checked: Result<Option<Claims>, AuthError>,
    act: impl FnOnce(Option<Claims>) -> Result<(), Refusal>,
) -> Response {
    let refuse = |status, Refusal { message, .. }: Refusal| {
        (status, Json(json!({ "data": { "type": answers.failure, "message": message } }))).into_response()
    };
    let proof = match checked {
        Ok(proof) => proof,
        Err(error) => {
            let (status, refusal) = deny(state, None, error).await;
            return refuse(status, refusal);
        }
    };
    let log = |Refusal { code, message }: &Refusal| {
        refusals::refused_at_entry(None, answers.event, code.name(), message);
    };
    match act(proof).inspect_err(log) {
        Ok(()) => Json(Frame { label: None, data: Success { r#type: answers.success, message: answers.message } })
            .into_response(),
        Err(refusal) if refusal.code == Code::WrongToken => refuse(StatusCode::UNAUTHORIZED, refusal),
        Err(refusal) => refuse(StatusCode::BAD_REQUEST, refusal),
    }
}

/// The room that a request is about, and all that it says, whatever it calls itself.
fn room(body: &[u8]) -> Result<(RoomName, Value), Refusal> {
    let bad = || Refusal::new(Code::BadPayload, "The request takes JSON: {\"roomName\", \"userId\"}.");
    let Tree(body) = serde_json::from_slice(body).map_err(|_| bad())?;
    let name = RoomName::new(body["roomName"].as_str().ok_or_else(bad)?)?;
    Ok((name, body))
}

#[derive(Deserialize)]
struct Message {
    label: String,
    data: Tree,
}

#[derive(Serialize)]
struct Frame<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'static str>,
    data: T,
}

#[derive(Serialize)]
struct Success {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

/// Whether this is the answer to a ping.
pub(super) fn is_pong(text: &str) -> bool {
    if text.len() > rooms::LONGEST_PONG {
        return false;
    }
    let Some(Message { label, data: Tree(data) }) = rooms::object(text) else { return false };
    label == ROOMS && data["type"] == "PONG"
}

/// Does what a client said; false if it meant nothing at all.
pub(super) fn hear(peer: &Peer, address: &Address, text: &str) -> bool {
    let sentence = "This means nothing here: send {\"label\", \"data\": {\"type\", ...}} as JSON text.";
    let nonsense = Refusal::new(Code::BadPayload, sentence);
    let Some(Message { label, data: Tree(data) }) = rooms::object(text) else {
        peer.log_refusal("(no label and data)", &nonsense);
        peer.outbox.send(refused(&nonsense));
        return false;
    };
    let room = || match data["roomName"].as_str() {
        Some(name) => RoomName::new(name),
        None => Err(Refusal::new(Code::BadPayload, "Which room? Give its name as roomName.")),
    };
    let kind = data["type"].as_str().unwrap_or_default();
    let command = match (label.as_str(), kind) {
        (ROOMS, "JOIN_ROOM_REQUEST") => {
            room().map(|room| PairCommand::Join(room, data.get("userId").cloned(), address.clone()))
        }
        (ROOMS, "EXIT_ROOM_REQUEST") => room().map(PairCommand::Exit),
        (WEBRTC, "OFFER" | "ANSWER" | "ICE_CANDIDATES") => {
            PairId::new(&data["otherUserId"]).map(|to| PairCommand::Relay(to, text.into()))
        }
        _ => {
            peer.log_refusal("(no known type)", &nonsense);
            peer.outbox.send(refused(&nonsense));
            return false;
        }
    };
    let answer = |refusal: &Refusal| {
        peer.log_refusal(kind, refusal);
        match kind {
            "JOIN_ROOM_REQUEST" => failed(refusal),
            _ => refused(refusal),
        }
    };
    match command {
        Ok(command) => peer.hub.in_pair(peer.speaker(), command, |outcome| {
            if let Some(Err(refusal)) = outcome {
                peer.outbox.send(answer(&refusal));
            }
        }),
        Err(refusal) => peer.outbox.send(answer(&refusal)),
    }
    true
}

/// News on this wire.
pub(super) fn message(message: &PairMessage) -> String {
    match message {
        PairMessage::Relayed(frame) => frame.to_string(),
        message => rooms::encode(&Frame { label: Some(ROOMS), data: message }),
    }
}

/// Why something had no effect: the course has no word for it, and its pages pass over what they do not know.
pub(super) fn refused(refusal: &Refusal) -> String {
    let Refusal { code, message } = refusal;
    rooms::encode(&Frame {
        label: Some(ROOMS),
        data: json!({ "type": "SIGNALING_ERROR", "code": code, "message": message }),
    })
}

fn failed(Refusal { message, .. }: &Refusal) -> String {
    rooms::encode(&Frame {
        label: Some(ROOMS),
        data: json!({ "type": "JOIN_ROOM_RESPONSE_FAILURE", "message": message }),
    })
}
