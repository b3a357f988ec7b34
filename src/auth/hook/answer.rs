//! The back end's answer: `{userName, lobby, rooms, iceServers, ttl}`, all of them optional, or a refusal.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde::Deserialize;

use crate::auth::claims::Claims;
use crate::auth::ice_server::BackEndIceServer;
use crate::net::http_client::Reply;
use crate::protocol::name::{Lobby, RoomName, UserName};

/// Most rooms and ICE servers of one answer, and URLs of one ICE server.
const MAX_ROOMS: usize = 1_000;
const MAX_ICE_SERVERS: usize = 32;
/// Most characters of a refusal that the client receives.
const MAX_SENTENCE: usize = 200;
/// For a refusal without a sentence.
const REFUSED: &str = "You may not connect: the service that decides about it says no.";

/// What a back end has decided.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The client may connect.
    Admit(Claims),
    /// It may not, and receives this sentence.
    Refuse(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    user_name: Option<String>,
    lobby: Option<String>,
    rooms: Option<Vec<String>>,
    ice_servers: Option<Vec<BackEndIceServer>>,
    ttl: Option<f64>,
}

#[derive(Deserialize)]
struct Refused {
    message: String,
}

/// Reads what came back.
///
/// # Errors
/// In words: it is no answer. The words hold nothing of it.
pub(super) fn read(reply: &Reply) -> Result<Decision, String> {
    match reply.status {
        StatusCode::OK => admitted(&reply.body).map(Decision::Admit),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(Decision::Refuse(sentence(&reply.body))),
        status => Err(format!("it replied {status}")),
    }
}

fn admitted(body: &[u8]) -> Result<Claims, String> {
    // serde would take a list for an object, too.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let body: Body = serde_json::from_slice(body)
        .ok()
        .filter(|_| is_object)
        .ok_or("its answer is not {userName, lobby, rooms, iceServers, ttl}")?;
    let name = body.user_name.filter(|name| !name.is_empty());
    let is_long = |what| move |_| format!("the {what} in its answer is too long");
    name.as_deref().map(UserName::new).transpose().map_err(is_long("userName"))?;
    body.lobby.as_deref().map(Lobby::new).transpose().map_err(is_long("lobby"))?;
    let named = |rooms: Vec<String>| rooms.iter().map(|room| RoomName::new(room)).collect::<Result<Arc<[_]>, _>>();
    let rooms = body.rooms.map(named).transpose();
    let rooms = rooms.map_err(|_| "a room in its answer has no name, or one that is too long")?;
    if rooms.as_ref().is_some_and(|rooms| rooms.len() > MAX_ROOMS) {
        return Err(format!("its answer has more than {MAX_ROOMS} rooms"));
    }
    let ttl = body.ttl.map(Duration::try_from_secs_f64).transpose().map_err(|_| "the ttl in its answer is no time")?;
    let ice_servers: Option<Arc<[_]>> = body.ice_servers.map(Into::into);
    if !ice_servers.iter().flat_map(|servers| servers.iter()).all(is_ice_server)
        || ice_servers.as_ref().is_some_and(|servers| servers.len() > MAX_ICE_SERVERS)
    {
        return Err(format!("the iceServers in its answer are not up to {MAX_ICE_SERVERS} STUN and TURN servers"));
    }
    Ok(Claims { name, lobby: body.lobby, rooms, ice_servers, ttl })
}

fn is_ice_server(server: &BackEndIceServer) -> bool {
    let schemes = ["stun:", "stuns:", "turn:", "turns:"];
    let is_url = |url: &String| schemes.iter().any(|scheme| url.starts_with(scheme));
    (1..=MAX_ICE_SERVERS).contains(&server.urls.len()) && server.urls.iter().all(is_url)
}

/// The sentence that a refused client receives: one line, of bounded length.
fn sentence(body: &[u8]) -> String {
    let said = serde_json::from_slice::<Refused>(body).map(|refused| refused.message).unwrap_or_default();
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|character| !character.is_control()).take(MAX_SENTENCE).collect();
    if line.is_empty() { REFUSED.to_owned() } else { line }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::HeaderMap;
    use serde_json::{Value, json};

    use super::*;

    fn answer(status: u16, body: &str) -> Result<Decision, String> {
        let status = StatusCode::from_u16(status).expect("a status");
        read(&Reply { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) })
    }

    fn admitted(body: &Value) -> Claims {
        match answer(200, &body.to_string()) {
            Ok(Decision::Admit(claims)) => claims,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn answer_may_have_all_of_it_or_nothing() {
        assert_eq!(admitted(&json!({})), Claims::default());
        assert_eq!(admitted(&json!({ "userName": "", "lobby": null, "more": [1] })), Claims::default());
        let all = admitted(&json!({
            "userName": "ann", "lobby": "blue", "rooms": ["tea"], "ttl": 1.5,
            "iceServers": [{ "urls": "stun:a.example" }, { "urls": ["turn:b"], "username": "u", "credential": "c" }],
        }));
        assert_eq!((all.name.as_deref(), all.lobby.as_deref()), (Some("ann"), Some("blue")));
        assert_eq!(all.ttl, Some(Duration::from_millis(1500)));
        assert_eq!(all.rooms.expect("rooms")[0].as_str(), "tea");
        let servers = all.ice_servers.expect("servers");
        assert_eq!((servers[0].urls[0].as_str(), servers[1].credential.as_deref()), ("stun:a.example", Some("c")));
        assert_eq!(admitted(&json!({ "rooms": [] })).rooms.expect("a list").len(), 0);
    }

    #[test]
    fn refusal_is_one_line_of_bounded_length() {
        let refused = |status, body: &str| match answer(status, body) {
            Ok(Decision::Refuse(sentence)) => sentence,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(403, r#"{"message":"Not  yet:\n wait\u0007.", "code":"x"}"#), "Not yet: wait.");
        let long = json!({ "message": "ü".repeat(1000) }).to_string();
        assert_eq!(refused(401, &long), "ü".repeat(MAX_SENTENCE));
        for body in ["", "no", "{}", r#"{"message":""}"#, r#"{"message":7}"#] {
            assert_eq!(refused(403, body), REFUSED);
        }
    }

    #[test]
    fn what_is_no_answer_decides_nothing() {
        for status in [201, 204, 301, 302, 400, 404, 429, 500, 503] {
            assert!(answer(status, "{}").is_err(), "{status}");
        }
        for body in [
            json!([]),
            json!("ann"),
            json!([null, null, null, null, null]),
            json!({ "userName": 7 }),
            json!({ "userName": "x".repeat(65) }),
            json!({ "lobby": "x".repeat(65) }),
            json!({ "rooms": "tea" }),
            json!({ "rooms": [""] }),
            json!({ "rooms": vec!["a"; 1001] }),
            json!({ "ttl": -1 }),
            json!({ "ttl": "1h" }),
            json!({ "iceServers": {} }),
            json!({ "iceServers": [{}] }),
            json!({ "iceServers": [{ "urls": [] }] }),
            json!({ "iceServers": [{ "urls": "https://a.example" }] }),
            json!({ "iceServers": [{ "urls": [7] }] }),
            json!({ "iceServers": vec![json!({ "urls": "stun:a" }); 33] }),
        ] {
            let error = answer(200, &body.to_string()).expect_err("no answer");
            assert!(!error.contains("xxx"), "{error}");
        }
        assert!(answer(200, "").is_err());
    }
}
