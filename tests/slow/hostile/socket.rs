//! Socket.IO packets: any event with any payload, made-up calls, missing attachments, floods, and clients that never
//! read.

use std::io::Result;

use serde_json::json;

use super::chance::Chance;
use super::line::{BINARY, FIN, Line, Route};

const PATH: &str = "/socket.io/?EIO=4&transport=websocket";
const EVENTS: [&str; 18] = [
    "newOffer",
    "newAnswer",
    "sendIceCandidateToSignalingServer",
    "sendICEToSignalingServer",
    "checkOffers",
    "hangup",
    "cancelOffer",
    "rejoinCall",
    "test",
    "joining-room",
    "sending-SDP-offer",
    "accepting-SDP-offer",
    "sending-ICE-candidate",
    "leaving-room",
    "connect",
    "disconnect",
    "connect_error",
    "__proto__",
];

/// Connects to the lobby of all hostile clients, or to one of its own; with a session, perhaps.
async fn enter(chance: &mut Chance, route: Route) -> Result<Line> {
    let mut line = Line::web_socket(route, PATH).await?;
    let mut auth = json!({ "userName": chance.name(), "password": if chance.one_in(20) { "wrong" } else { "x" } });
    if chance.one_in(3) {
        auth["lobby"] = json!(chance.name());
    }
    if chance.one_in(3) {
        auth["session"] = json!(chance.pick(&["one", "two", "three"]));
        auth["numbers"] = json!(true);
        auth["received"] = json!(chance.below(5));
    }
    if chance.one_in(10) {
        auth = chance.value(3);
    }
    line.text(&format!("40{auth}")).await?;
    Ok(line)
}

/// What an event may carry; `id` is the offer that was received last.
fn payload(chance: &mut Chance, id: &str) -> String {
    let id = if chance.one_in(3) { chance.id() } else { id.to_owned() };
    let description = json!({ "type": "offer", "sdp": "x".repeat(chance.below(3_000)) });
    let payload = match chance.below(8) {
        0 => description,
        1 => json!({ "offerId": id, "offer": description }),
        2 => json!({ "offerId": id, "answer": description }),
        3 => json!({ "offererUserName": chance.name(), "answer": description }),
        4 => json!({ "iceCandidate": chance.value(3), "didIOffer": chance.value(0), "offerId": id }),
        5 => json!({ "iceCandidate": chance.value(3), "didIOffer": chance.one_in(2) }),
        6 => json!({ "offerId": id, "didIOffer": chance.one_in(2), "userName": chance.name(), "key": chance.name() }),
        _ => json!({ "room": chance.name(), "to": id, "offer": description, "answer": 1, "candidate": null }),
    };
    if chance.one_in(5) { chance.json() } else { payload.to_string() }
}

fn event(chance: &mut Chance, id: &str) -> String {
    let ack = if chance.one_in(3) { chance.number().to_string() } else { String::new() };
    let name = if chance.one_in(15) { chance.json() } else { json!(chance.pick(&EVENTS)).to_string() };
    let number = if chance.one_in(4) { format!(",{}", chance.value(1)) } else { String::new() };
    format!("42{ack}[{name},{}{number}]", payload(chance, id))
}

/// Sends any events of the course: offers, answers and candidates of its own and other clients' calls.
pub async fn events(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    let mut id = chance.id();
    for _ in 0..chance.below(150) {
        let packet = event(chance, &id);
        line.text(&packet).await?;
        if chance.one_in(10) {
            let heard = line.hear(chance.below(50)).await?;
            let heard = String::from_utf8_lossy(&heard);
            let last = heard.rsplit(r#""offerId":""#).next().and_then(|rest| rest.split('"').next());
            id = last.unwrap_or_default().to_owned();
        }
    }
    line.part(chance).await
}

/// Valid packets with changes, and unrequested acks.
pub async fn mutated(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    for _ in 0..chance.below(30) {
        let id = chance.id();
        let packet = match chance.below(4) {
            0 => format!("43{}[{}]", chance.below(5), chance.json()),
            1 => format!("4{}{}", chance.below(10), chance.json()),
            2 => format!("42/{},{}", chance.name(), chance.json()),
            _ => event(chance, &id),
        };
        let bytes = if chance.one_in(2) { chance.mutate(packet.into_bytes()) } else { packet.into_bytes() };
        line.frame(FIN | 0x1, &bytes).await?;
    }
    line.hear(chance.below(50)).await?;
    line.part(chance).await
}

/// Announces binary parts, and sends fewer, or more, or something else.
pub async fn attachments(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    let announced = chance.pick(&["0", "1", "2", "10", "100000", "99999999999999999999", "-1", "x"]);
    let number = chance.pick(&["0", "1", "9", "null"]);
    line.text(&format!(r#"45{announced}-["newOffer",{{"sdp":{{"_placeholder":true,"num":{number}}}}}]"#)).await?;
    let size = chance.pick(&[0, 10, 30_000]);
    for _ in 0..chance.below(60) {
        line.frame(FIN | BINARY, &vec![0; size]).await?;
    }
    if chance.one_in(2) {
        line.text("42[\"test\"]").await?;
    }
    line.idle(chance, 1_000).await;
    line.part(chance).await
}

/// A message just under the limit, again and again.
pub async fn large(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    let name = chance.pick(&["newOffer", "newAnswer", "sendIceCandidateToSignalingServer", "nobody knows this"]);
    let frame = format!(r#"421["{name}","{}"]"#, "x".repeat(999_000));
    for _ in 0..=chance.below(7) {
        line.text(&frame).await?;
    }
    line.part(chance).await
}

/// Does nothing but join, under ever new names.
pub async fn rooms(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    let name = chance.id();
    for number in 0..chance.below(70) {
        line.text(&format!(r#"42["joining-room",{{"room":"{name} {number}"}}]"#)).await?;
    }
    line.hear(chance.below(50)).await?;
    line.part(chance).await
}

/// As much as goes, as fast as it goes; the answers are not read.
pub async fn flood(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    let name = chance.pick(&["test", "checkOffers", "newOffer", "hangup", "sendIceCandidateToSignalingServer"]);
    for number in 0..chance.below(3_000) {
        line.text(&format!(r#"42{number}["{name}",{{"iceCandidate":{number},"didIOffer":true}}]"#)).await?;
    }
    line.part(chance).await
}

/// Reads nothing of all that is sent in the lobby.
pub async fn never_reads(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    line.take_little()?;
    for _ in 0..chance.below(20) {
        line.text("421[\"checkOffers\"]").await?;
    }
    line.idle(chance, 5_000).await;
    line.part(chance).await
}
