//! Engine.IO sessions: crafted addresses, polls and posts that break off, upgrades that go nowhere, sessions by the
//! hundred.

use std::io::Result;

use super::chance::Chance;
use super::line::{Line, Route, request};

const POLLING: &str = "/socket.io/?EIO=4&transport=polling";
const SEPARATOR: &str = "\x1e";

/// Opens a session by polling and gives back the rest of its address.
async fn session(route: Route) -> Result<String> {
    let reply = request(route, &format!("GET {POLLING}"), b"").await?;
    let id = reply.split(r#""sid":""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    Ok(format!("&sid={id}"))
}

async fn post(route: Route, session: &str, body: &[u8]) -> Result<String> {
    request(route, &format!("POST {POLLING}{session}"), body).await
}

/// Addresses that no client writes.
pub async fn crafted_query(chance: &mut Chance, route: Route) -> Result<()> {
    let id = chance.id();
    let sids = ["", "&sid=", "&sid=x", "&sid=%00", "&sid=AAAAAAAAAAAAAAAA&sid=BBBBBBBBBBBBBBBB", id.as_str()];
    for _ in 0..=chance.below(8) {
        let query = format!(
            "EIO={}&transport={}{}{}",
            chance.pick(&["4", "3", "", "99999999999999999999", "4&EIO=4", "%34"]),
            chance.pick(&["polling", "websocket", "webtransport", "", "polling&transport=websocket", "constructor"]),
            chance.pick(&sids),
            chance.pick(&["", "&j=0", "&b64=1", "&t=%ff%fe", "&&&&", "&="]),
        );
        let path = format!("/socket.io/?{query}");
        match chance.below(3) {
            0 => Line::web_socket(route, &path).await?.part(chance).await?,
            1 => drop(request(route, &format!("GET {path}"), b"").await?),
            _ => drop(request(route, &format!("POST {path}"), &chance.bytes(200)).await?),
        }
    }
    Ok(())
}

/// A session by polling that is ill-treated.
pub async fn polls(chance: &mut Chance, route: Route) -> Result<()> {
    let session = session(route).await?;
    post(route, &session, br#"40{"userName":"amy","password":"x"}"#).await?;
    for _ in 0..=chance.below(6) {
        match chance.below(7) {
            0 => drop(post(route, &session, &chance.bytes(2_000)).await?),
            // Two polls at once.
            1 => {
                let poll = format!("GET {POLLING}{session}");
                let _ = tokio::join!(request(route, &poll, b""), request(route, &poll, b""));
            }
            // A body that breaks off.
            2 => {
                let mut line = Line::open(route).await?;
                let head =
                    format!("POST {POLLING}{session} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n");
                line.write(head.as_bytes()).await?;
                line.write(&chance.bytes(100_000)).await?;
                line.part(chance).await?;
            }
            // One as large as it may be, of one packet or of thousands.
            3 => {
                let packet = chance.pick(&["42[\"test\"]", "3", "2", "6", "42[\"checkOffers\",null]"]);
                let body = [packet].repeat(900_000 / 40 / (1 + chance.below(30))).join(SEPARATOR);
                post(route, &session, body.as_bytes()).await?;
            }
            4 => drop(post(route, &session, format!("42[\"newOffer\",\"{}\"]", "x".repeat(990_000)).as_bytes()).await?),
            5 => drop(post(route, &session, b"bAQID\x1eb!!!!\x1e451-[\"newOffer\",{}]\x1eb").await?),
            _ => drop(request(route, &format!("GET {POLLING}{session}"), b"").await?),
        }
    }
    if chance.one_in(2) {
        post(route, &session, format!("41{SEPARATOR}1").as_bytes()).await?;
    }
    Ok(())
}

/// Goes over to WebSocket, or seems to.
pub async fn upgrades(chance: &mut Chance, route: Route) -> Result<()> {
    let session = session(route).await?;
    if chance.one_in(2) {
        post(route, &session, br#"40{"userName":"amy","password":"x"}"#).await?;
    }
    let path = format!("/socket.io/?EIO=4&transport=websocket{session}");
    for _ in 0..=chance.below(3) {
        let mut line = Line::web_socket(route, &path).await?;
        for _ in 0..chance.below(5) {
            let packet =
                chance.pick(&["2probe", "5", "2", "3", "42[\"test\"]", "40{\"password\":\"x\"}", "1", "6", ""]);
            line.text(packet).await?;
        }
        if chance.one_in(3) {
            line.idle(chance, 1_500).await;
        }
        line.hear(chance.below(100)).await?;
        line.part(chance).await?;
    }
    // What comes by polling meanwhile.
    drop(post(route, &session, b"42[\"test\"]").await?);
    Ok(())
}

/// Sessions that are opened and left, some after their CONNECT.
pub async fn sessions(chance: &mut Chance, route: Route) -> Result<()> {
    for _ in 0..chance.below(40) {
        let session = session(route).await?;
        if chance.one_in(2) {
            let (name, lobby) = (chance.id(), chance.id());
            let connect = format!(r#"40{{"userName":"{name}","lobby":"{lobby}","password":"x"}}"#);
            let offer = format!(r#"42["newOffer",{{"type":"offer","sdp":"{}"}}]"#, "x".repeat(chance.below(2_000)));
            let body = [connect.as_str(), offer.as_str()].join(SEPARATOR);
            post(route, &session, body.as_bytes()).await?;
        }
    }
    Ok(())
}
