//! What requests are refused with: status, headers and bodies of the official server.

mod support;

use support::{Reply, Server, expect_close, handshake};
use tokio::io::AsyncWriteExt;

/// Each refusal by the first of the official server's checks that fails.
#[tokio::test]
async fn refusals_have_the_official_code_in_the_official_order() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let cases = [
        ("GET", "", 0, "Transport unknown"),
        ("GET", "transport=abc", 0, "Transport unknown"),
        ("GET", "EIO=3&transport=abc", 0, "Transport unknown"),
        ("POST", "EIO=4", 0, "Transport unknown"),
        ("GET", "EIO=4&transport=polling&sid=abc", 1, "Session ID unknown"),
        ("GET", "EIO=3&transport=polling&sid=AAAAAAAAAAAAAAAA", 1, "Session ID unknown"),
        ("POST", "EIO=4&transport=polling", 2, "Bad handshake method"),
        ("POST", "EIO=3&transport=websocket", 2, "Bad handshake method"),
        ("GET", "EIO=4&transport=websocket", 3, "Bad request"),
        ("GET", "EIO=4&transport=polling&transport=%77ebsocket", 3, "Bad request"),
        ("GET", "EIO=3&transport=polling", 5, "Unsupported protocol version"),
        ("GET", "transport=polling", 5, "Unsupported protocol version"),
        ("GET", &format!("EIO=4&transport=websocket&sid={sid}"), 3, "Bad request"),
        ("GET", &format!("EIO=3&transport=polling&sid={sid}"), 3, "Bad request"),
    ];
    for (method, query, code, message) in cases {
        let reply = server.request(method, &format!("/engine.io/?{query}"), b"").await;
        assert_eq!(reply.status, 400, "{method} {query}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.body, format!(r#"{{"code":{code},"message":"{message}"}}"#), "{method} {query}");
    }
}

#[tokio::test]
async fn open_packet_has_the_official_keys_in_order() {
    let mut server = Server::start().await;
    // An empty id is none.
    let reply = server.get("EIO=4&transport=p%6flling&sid=").await;
    let sid = server.connected().await.id;
    let keys = r#""pingInterval":25000,"pingTimeout":20000,"maxPayload":100000}"#;
    assert_eq!(reply.body, format!(r#"0{{"sid":"{sid}","upgrades":["websocket"],{keys}"#));
}

#[tokio::test]
async fn method_without_meaning_is_refused() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let reply = server.request("PUT", &format!("/engine.io/?EIO=4&transport=polling&sid={sid}"), b"").await;
    assert_eq!((reply.status, reply.body.as_str()), (400, ""));
}

async fn websocket(server: &Server, request: &str) -> Reply {
    let mut stream = server.stream().await;
    stream.write_all(request.as_bytes()).await.expect("sent");
    Reply::read(&mut stream).await
}

#[tokio::test]
async fn websocket_refusals_are_text_and_close_the_connection() {
    let server = Server::start().await;
    let good = handshake("/engine.io/?EIO=4&transport=websocket", "");
    let cases = [
        (good.replace("&transport=websocket", ""), 400, "Transport unknown"),
        (good.replace("EIO=4", "EIO=4&sid=AAAAAAAAAAAAAAAA"), 400, "Session ID unknown"),
        (good.replace("EIO=4", "EIO=3"), 400, "Unsupported protocol version"),
        (good.replace("HTTP/1.1", "HTTP/1.0"), 400, "Bad request"),
        (good.replace("Upgrade: websocket", "Upgrade: h2c"), 400, "Invalid Upgrade header"),
        (good.replace("dGhl", "x"), 400, "Missing or invalid Sec-WebSocket-Key header"),
        (good.replace("Version: 13", "Version: 7"), 400, "Missing or invalid Sec-WebSocket-Version header"),
    ];
    for (request, status, message) in cases {
        let reply = websocket(&server, &request).await;
        assert_eq!((reply.status, reply.body.as_str()), (status, message));
        assert_eq!(reply.header("content-type"), Some("text/html"));
        assert_eq!(reply.header("connection"), Some("close"));
    }
}

#[tokio::test]
async fn websocket_is_accepted_without_extensions() {
    let mut server = Server::start().await;
    let lines = "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: a, b\r\n";
    let mut stream = server.stream().await;
    let request = handshake("/engine.io/?EIO=4&transport=websocket", lines);
    stream.write_all(request.as_bytes()).await.expect("sent");
    let reply = Reply::read_head(&mut stream).await;
    assert_eq!(reply.status, 101);
    assert_eq!(reply.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_eq!(reply.header("sec-websocket-protocol"), Some("a"));
    assert_eq!(reply.header("sec-websocket-extensions"), None);
    server.connected().await.close(engineioxide::DisconnectReason::ClosingServer);
    stream.write_all(&support::frame(0x88, b"")).await.expect("sent");
    expect_close(&mut stream).await.expect("a close frame");
}

#[tokio::test]
async fn path_that_is_not_the_engines_is_not_found() {
    let server = Server::start().await;
    for path in ["/", "/engine.iox", "/other?EIO=4&transport=polling"] {
        assert_eq!(server.request("GET", path, b"").await.status, 404, "{path}");
    }
}
