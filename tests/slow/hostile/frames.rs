//! Invalid WebSocket frames, to every service that has WebSockets.

use std::io::Result;

use super::chance::Chance;
use super::line::{BINARY, CONTINUATION, FIN, Line, Route, TEXT, head};

const SERVICES: [&str; 3] = ["/socket.io/?EIO=4&transport=websocket", "/ws?userName=amy&password=x", "/?userId=7"];

/// Opens a WebSocket to some service; to Socket.IO it sends CONNECT, perhaps.
async fn enter(chance: &mut Chance, route: Route) -> Result<Line> {
    let service = chance.pick(&SERVICES);
    let mut line = Line::web_socket(route, service).await?;
    if service == SERVICES[0] && !chance.one_in(4) {
        line.text(r#"40{"userName":"amy","password":"x"}"#).await?;
    }
    Ok(line)
}

/// Frames that the protocol forbids.
pub async fn forbidden(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    match chance.below(9) {
        // Reserved bits and codes.
        0 => line.frame(FIN | (1 + chance.below(7) as u8) << 4 | TEXT, b"2").await?,
        1 => line.frame(FIN | chance.pick(&[3, 7, 11, 15]), b"x").await?,
        // Without a mask.
        2 => {
            let mut bytes = head(FIN | TEXT, 0, 1);
            bytes.push(b'2');
            line.write(&bytes).await?;
        }
        // Text that is none.
        3 => line.frame(FIN | TEXT, &[0xff, 0xfe, 0xc0, 0x80]).await?,
        // A continuation of nothing; a new message within one.
        4 => line.frame(FIN | CONTINUATION, b"x").await?,
        5 => {
            line.frame(TEXT, b"42[\"te").await?;
            line.frame(FIN | TEXT, b"42[\"test\"]").await?;
        }
        // Control frames that are too long, or in pieces.
        6 => line.frame(FIN | 0x9, &chance.bytes(1_000)).await?,
        7 => line.frame(0x8, &[]).await?,
        // Closing with nonsense.
        _ => line.frame(FIN | 0x8, &chance.bytes(4)).await?,
    }
    line.hear(chance.below(200)).await?;
    line.part(chance).await
}

/// Says that much is coming, and sends little of it.
pub async fn lengths(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    let length = chance.pick(&[999_999, 1_000_000, 1_000_001, 1 << 31, u64::MAX >> 1, u64::MAX]);
    let code = chance.pick(&[TEXT, BINARY, CONTINUATION]);
    let mut bytes = head(FIN | code, 0x80, length);
    bytes.extend([0; 4]);
    bytes.extend(chance.bytes(50_000));
    line.write(&bytes).await?;
    line.idle(chance, 2_000).await;
    line.part(chance).await
}

/// A message in pieces that never ends: tiny ones, or large ones, or pings in between.
pub async fn fragments(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    let size = chance.pick(&[0, 1, 100, 60_000]);
    line.frame(chance.pick(&[TEXT, BINARY]), b"4").await?;
    for _ in 0..chance.below(3_000) {
        line.frame(CONTINUATION, &vec![b'x'; size]).await?;
        if chance.one_in(10) {
            line.frame(FIN | 0x9, b"ping").await?;
        }
    }
    line.part(chance).await
}

/// Pings as fast as it goes, the pongs not read.
pub async fn pings(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    let payload = chance.bytes(125);
    for _ in 0..chance.below(5_000) {
        line.frame(FIN | 0x9, &payload).await?;
    }
    line.part(chance).await
}

/// Valid frames with a few bits changed.
pub async fn mutated(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = enter(chance, route).await?;
    for _ in 0..=chance.below(10) {
        let text = chance.pick(&["42[\"test\"]", "{\"action\":\"joining-room\",\"room\":\"x\"}", "2", "3"]);
        let mut frame = head(FIN | TEXT, 0x80, text.len() as u64);
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        line.write(&chance.mutate(frame)).await?;
    }
    line.hear(chance.below(100)).await?;
    line.part(chance).await
}
