//! The services without Socket.IO: rooms at `/ws`, pairs at `/`, and the requests by which pairs are made.

use std::io::Result;

use serde_json::json;

use super::chance::Chance;
use super::line::{Line, Route, request};

const ACTIONS: [&str; 7] = [
    "joining-room",
    "sending-SDP-offer",
    "accepting-SDP-offer",
    "sending-ICE-candidate",
    "leaving-room",
    "joining-roo",
    "",
];
const KINDS: [&str; 6] = ["JOIN_ROOM_REQUEST", "EXIT_ROOM_REQUEST", "OFFER", "ANSWER", "ICE_CANDIDATES", "x"];

/// A text as it may stand in an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Anything at all at `/ws`, under a name that may be too long, with a password that may be wrong.
pub async fn rooms(chance: &mut Chance, route: Route) -> Result<()> {
    let (name, lobby) = (encoded(&chance.name()), encoded(chance.pick(&["", "kitchen", "x"])));
    let password = chance.pick(&["x", "x", "x", "x", "wrong", "%ff", ""]);
    let session = chance.pick(&["", "&session=one", "&session=two"]);
    let path = format!("/ws?userName={name}&password={password}&lobby={lobby}{session}");
    let mut line = Line::web_socket(route, &path).await?;
    for _ in 0..chance.below(100) {
        let room = chance.pick(&["kitchen", "cellar", "attic"]);
        let data = json!({ "offer": chance.value(2), "answer": chance.value(2), "candidate": chance.value(2) });
        let message = match chance.below(10) {
            0 => chance.json(),
            1 => json!({ "action": chance.value(2), "room": chance.value(2), "id": chance.value(4) }).to_string(),
            2 => json!({ "action": "joining-room", "room": chance.name(), "id": chance.number() }).to_string(),
            3 => String::from_utf8_lossy(&chance.bytes(200)).into_owned(),
            _ => json!({ "action": chance.pick(&ACTIONS), "room": room, "to": chance.id(), "data": data }).to_string(),
        };
        line.text(&message).await?;
    }
    line.hear(chance.below(100)).await?;
    line.part(chance).await
}

/// Sends to all others in a room what none of them reads.
pub async fn loud_room(chance: &mut Chance, route: Route) -> Result<()> {
    let mut listeners = Vec::new();
    for number in 0..4 {
        let mut line = Line::web_socket(route, &format!("/ws?userName={number}&password=x&lobby=loud")).await?;
        line.take_little()?;
        line.text(r#"{"action":"joining-room","room":"loud"}"#).await?;
        listeners.push(line);
    }
    let offer = json!({ "action": "sending-SDP-offer", "room": "loud", "data": { "offer": "x".repeat(100_000) } });
    let offer = offer.to_string();
    for _ in 0..chance.below(50) {
        listeners[0].text(&offer).await?;
    }
    for line in listeners {
        line.part(chance).await?;
    }
    Ok(())
}

/// Anything at all at `/`, under an id that others have as well.
pub async fn pairs(chance: &mut Chance, route: Route) -> Result<()> {
    let id = match chance.below(4) {
        0 => encoded(&chance.name()),
        _ => chance.below(20).to_string(),
    };
    let mut line = Line::web_socket(route, &format!("/?userId={id}")).await?;
    for _ in 0..chance.below(60) {
        let label = chance.pick(&["NORMAL_SERVER_PROCESS", "WEBRTC_PROCESS", "x"]);
        let room = format!("room {}", chance.below(20));
        let mut data = json!({ "type": chance.pick(&KINDS), "roomName": room, "userId": chance.value(0) });
        data["otherUserId"] = json!(chance.below(20));
        data["candidatesArray"] = chance.value(3);
        let message = match chance.below(6) {
            0 => chance.json(),
            1 => json!({ "label": chance.value(1), "data": chance.value(3) }).to_string(),
            _ => json!({ "label": label, "data": data }).to_string(),
        };
        line.text(&message).await?;
    }
    line.hear(chance.below(100)).await?;
    line.part(chance).await
}

/// Makes and destroys rooms of two by the dozen, for people who never come.
pub async fn pair_requests(chance: &mut Chance, route: Route) -> Result<()> {
    for _ in 0..chance.below(30) {
        let path = chance.pick(&["/create-room", "/create-room", "/destroy-room"]);
        let body = match chance.below(6) {
            0 => chance.json(),
            1 => String::from_utf8_lossy(&chance.bytes(300)).into_owned(),
            2 => json!({ "roomName": chance.name(), "userId": chance.value(2) }).to_string(),
            _ => json!({ "roomName": format!("room {}", chance.below(20)), "userId": chance.below(20) }).to_string(),
        };
        request(route, &format!("POST {path}"), body.as_bytes()).await?;
    }
    Ok(())
}
