//! Input that no service expects: bytes, half requests, odd requests, invalid TLS, connections that close at once.

use std::io::Result;

use super::chance::Chance;
use super::line::{Line, Route};

const PATHS: [&str; 12] = [
    "/",
    "/socket.io/",
    "/socket.io/socket.io.js",
    "/ws",
    "/create-room",
    "/room/x",
    "/api/qr.svg?text=x",
    "/healthz",
    "/%2e%2e/%2e%2e/etc/passwd",
    "//",
    "*",
    "http://localhost/ws?userName=x",
];

/// Bytes that mean nothing, in pieces.
pub async fn bytes(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = Line::open(route).await?;
    for _ in 0..=chance.below(10) {
        line.write(&chance.bytes(8_000)).await?;
    }
    line.hear(chance.below(200)).await?;
    line.part(chance).await
}

/// A request that stops somewhere, and goes or stays.
pub async fn half_a_request(chance: &mut Chance, route: Route) -> Result<()> {
    let path = chance.pick(&PATHS);
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n{}",
        "x".repeat(999)
    );
    let mut line = Line::open(route).await?;
    line.write(&request.as_bytes()[..chance.below(request.len())]).await?;
    if chance.one_in(2) {
        line.idle(chance, 3_000).await;
    }
    line.part(chance).await
}

/// A whole request, but what a request.
pub async fn odd_request(chance: &mut Chance, route: Route) -> Result<()> {
    let methods = ["GET", "POST", "PUT", "OPTIONS", "CONNECT", "HEAD", "BREW", "get", ""];
    let mut request = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", chance.pick(&methods), chance.pick(&PATHS));
    for number in 0..chance.pick(&[0, 3, 90, 3_000]) {
        request += &format!("X-{number}: {}\r\n", "v".repeat(chance.below(60)));
    }
    request += chance.pick(&[
        "Content-Length: 5\r\n\r\nhello",
        "Content-Length: 99999999999999999999\r\n\r\nx",
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        "Expect: 100-continue\r\nContent-Length: 900000\r\n\r\n",
        "Range: bytes=0-,0-,0-,0-\r\nIf-None-Match: \"\r\n\r\n",
        "Origin: null\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
    ]);
    let bytes = if chance.one_in(2) { chance.mutate(request.into_bytes()) } else { request.into_bytes() };
    let mut line = Line::open(route).await?;
    // Several at once, perhaps, before the first reply is read.
    for _ in 0..=chance.below(3) {
        line.write(&bytes).await?;
    }
    line.hear(chance.below(300)).await?;
    line.part(chance).await
}

/// The first byte of a TLS handshake, and what follows is none.
pub async fn broken_tls(chance: &mut Chance, route: Route) -> Result<()> {
    let mut line = Line::open(route).await?;
    let length = chance.pick(&[0, 1, 512, 16_384, 65_535]) as u16;
    let mut record = vec![0x16, 0x03, chance.pick(&[0, 1, 3, 4, 255])];
    record.extend(length.to_be_bytes());
    // The kind of a ClientHello, and a length that need not be true.
    record.extend([0x01, 0x00]);
    record.extend((chance.below(65_536) as u16).to_be_bytes());
    record.extend(chance.bytes(4_000));
    line.write(&record).await?;
    if chance.one_in(2) {
        line.idle(chance, 3_000).await;
    }
    line.hear(chance.below(100)).await?;
    line.part(chance).await
}

/// Comes and is gone, many times.
pub async fn vanish(chance: &mut Chance, route: Route) -> Result<()> {
    for _ in 0..chance.below(50) {
        Line::open(route).await?.part(chance).await?;
    }
    Ok(())
}
