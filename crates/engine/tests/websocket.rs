//! Sessions by WebSocket.

mod support;

use std::time::Duration;

use engineioxide::DisconnectReason;
use engineioxide::config::EngineIoConfig;
use support::{Notified, Server, config, expect_close, expect_text, frame, read_frame, text};
use switchboard_conn::ConnHandle;
use tokio::io::AsyncWriteExt;

const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;

#[tokio::test]
async fn text_and_binary_of_every_length_class_are_echoed() {
    let mut server = Server::start().await;
    let (mut stream, _) = server.open_websocket().await;
    for size in [0, 1, 124, 125, 126, 65_534, 65_535, 65_536, 99_998] {
        let payload = "x".repeat(size);
        stream.write_all(&text(&format!("4{payload}"))).await.expect("sent");
        expect_text(&mut stream, &format!("4{payload}")).await;
        stream.write_all(&frame(BINARY, payload.as_bytes())).await.expect("sent");
        assert_eq!(read_frame(&mut stream).await, Some((2, payload.into_bytes())));
    }
}

#[tokio::test]
async fn client_that_stops_reading_is_reported_closed_at_once() {
    let mut server = Server::start().await;
    let (stream, socket) = server.open_websocket().await;
    let big = "x".repeat(1_000_000);
    while socket.emit(big.clone()).is_ok() {
        tokio::task::yield_now().await;
    }
    socket.close(DisconnectReason::ClosingServer);
    assert_eq!(server.disconnected().await, DisconnectReason::ClosingServer);
    // What waits for the client is given up after a while, though the client keeps its connection.
    support::within(socket.closed()).await;
    drop(stream);
}

#[test]
fn websocket_of_a_server_that_ends_gets_a_close_frame() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let serving = runtime();
    let mut server = serving.block_on(Server::start());
    runtime().block_on(async {
        let (mut stream, socket) = server.open_websocket().await;
        drop(socket);
        serving.shutdown_background();
        assert_eq!(expect_close(&mut stream).await, Some(vec![]));
    });
}

#[tokio::test]
async fn client_that_does_not_answer_a_ping_is_closed() {
    let config = EngineIoConfig {
        ping_interval: Duration::from_millis(50),
        ping_timeout: Duration::from_millis(50),
        ..config()
    };
    let mut server = Server::with(config).await;
    let (mut stream, _) = server.open_websocket().await;
    expect_text(&mut stream, "2").await;
    stream.write_all(&text("3")).await.expect("sent");
    expect_text(&mut stream, "2").await;
    assert_eq!(expect_close(&mut stream).await, Some(vec![]));
    assert_eq!(server.disconnected().await, DisconnectReason::HeartbeatTimeout);
}

#[tokio::test]
async fn first_ping_comes_after_the_interval() {
    let config = EngineIoConfig { ping_interval: Duration::from_millis(300), ..config() };
    let mut server = Server::with(config).await;
    let opened = tokio::time::Instant::now();
    let (mut stream, _) = server.open_websocket().await;
    expect_text(&mut stream, "2").await;
    assert!(opened.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn server_closes_by_a_close_frame_without_a_packet() {
    let mut server = Server::start().await;
    let (mut stream, socket) = server.open_websocket().await;
    socket.emit("last").expect("a place");
    socket.close(DisconnectReason::ClosingServer);
    expect_text(&mut stream, "4last").await;
    assert_eq!(expect_close(&mut stream).await, Some(vec![]));
    assert_eq!(server.disconnected().await, DisconnectReason::ClosingServer);
}

#[tokio::test]
async fn close_frame_is_answered_and_its_code_is_known() {
    let mut server = Server::start().await;
    for (payload, code) in [(&b""[..], 1005), (b"\x03\xe9", 1001), (b"\x0f\xa0bye", 4000)] {
        let (mut stream, socket) = server.open_websocket().await;
        let conn = ConnHandle::of(&socket.req_parts.extensions).expect("a handle").clone();
        assert_eq!(conn.close_code(), None);
        // What comes behind it counts no more.
        stream.write_all(&[frame(CLOSE, payload), text("4late")].concat()).await.expect("sent");
        assert_eq!(expect_close(&mut stream).await.as_deref(), Some(payload));
        assert!(matches!(server.next().await, Notified::Disconnected(DisconnectReason::TransportClose)));
        assert_eq!(conn.close_code(), Some(code));
    }
}

#[tokio::test]
async fn connection_that_breaks_off_is_no_close() {
    let mut server = Server::start().await;
    for begun in [&b""[..], &[0x81], &text("4half")[..5], &frame(0x01, b"4")] {
        let (mut stream, _) = server.open_websocket().await;
        stream.write_all(begun).await.expect("sent");
        drop(stream);
        assert_eq!(server.disconnected().await, DisconnectReason::TransportError);
    }
}

#[tokio::test]
async fn frame_that_breaks_the_protocol_is_answered_by_its_code() {
    let mut server = Server::start().await;
    let cases = [
        (vec![0x81, 0x01, b'2'], 1002),
        (frame(0xc1, b"2"), 1002),
        (frame(0x83, b""), 1002),
        (frame(0x80, b"2"), 1002),
        (frame(0x09, b""), 1002),
        (frame(PING, &[0; 126]), 1002),
        ([frame(0x01, b"4"), frame(0x81, b"4")].concat(), 1002),
        (frame(CLOSE, b"\x03"), 1002),
        (frame(CLOSE, b"\x03\xee"), 1002),
        (frame(CLOSE, b"\x03\xe8\xff"), 1007),
        (frame(0x81, b"4\xff"), 1007),
        (text(&"x".repeat(100_001)), 1009),
        (frame(0x01, b"4").into_iter().chain(frame(0x00, &[b'x'; 60_000]).repeat(2)).collect(), 1009),
    ];
    for (bytes, code) in cases {
        let (mut stream, _) = server.open_websocket().await;
        stream.write_all(&bytes).await.expect("sent");
        assert_eq!(expect_close(&mut stream).await, Some(u16::to_be_bytes(code).to_vec()), "{:?}", &bytes[..2]);
        assert_eq!(server.disconnected().await, DisconnectReason::TransportError);
    }
}

#[tokio::test]
async fn packet_without_a_type_ends_its_session() {
    let mut server = Server::start().await;
    for packet in ["", "7", "x", "b", "\u{1e}"] {
        let (mut stream, _) = server.open_websocket().await;
        stream.write_all(&text(packet)).await.expect("sent");
        assert_eq!(expect_close(&mut stream).await, Some(vec![]), "{packet}");
        assert_eq!(server.disconnected().await, DisconnectReason::PacketParsingError);
    }
}

#[tokio::test]
async fn packet_that_has_no_meaning_is_ignored() {
    let mut server = Server::start().await;
    let (mut stream, _) = server.open_websocket().await;
    for packet in ["0", "3", "5", "6", "4a"] {
        stream.write_all(&text(packet)).await.expect("sent");
    }
    expect_text(&mut stream, "4a").await;
}

#[tokio::test]
async fn ping_from_the_client_ends_the_session() {
    let mut server = Server::start().await;
    let (mut stream, _) = server.open_websocket().await;
    stream.write_all(&text("2")).await.expect("sent");
    assert_eq!(expect_close(&mut stream).await, Some(vec![]));
    assert_eq!(server.disconnected().await, DisconnectReason::TransportError);
}

#[tokio::test]
async fn close_packet_ends_the_session_as_the_clients_will() {
    let mut server = Server::start().await;
    let (mut stream, _) = server.open_websocket().await;
    stream.write_all(&text("1")).await.expect("sent");
    assert_eq!(read_frame(&mut stream).await, Some((8, vec![])));
    assert_eq!(server.disconnected().await, DisconnectReason::TransportClose);
}

#[tokio::test]
async fn handler_that_panics_ends_its_session_only() {
    let mut server = Server::start().await;
    let (mut other, _) = server.open_websocket().await;
    let (mut stream, _) = server.open_websocket().await;
    stream.write_all(&text("4panic")).await.expect("sent");
    assert_eq!(expect_close(&mut stream).await, Some(vec![]));
    assert_eq!(server.disconnected().await, DisconnectReason::TransportError);
    other.write_all(&text("4a")).await.expect("sent");
    expect_text(&mut other, "4a").await;
}

#[tokio::test]
async fn cut_connection_ends_without_another_word() {
    let mut server = Server::start().await;
    let (mut stream, socket) = server.open_websocket().await;
    ConnHandle::of(&socket.req_parts.extensions).expect("a handle").cut();
    assert_eq!(read_frame(&mut stream).await, None);
    assert_eq!(server.disconnected().await, DisconnectReason::TransportError);
    assert!(socket.emit("late").is_err());
}

#[tokio::test]
async fn conn_handle_puts_shared_text_and_counts_bytes() {
    let mut server = Server::start().await;
    let (mut stream, socket) = server.open_websocket().await;
    let conn = ConnHandle::of(&socket.req_parts.extensions).expect("a handle").clone();
    let before = conn.bytes_written();
    conn.put("2[\"shared\"]".into(), 1_000).expect("a place");
    expect_text(&mut stream, "42[\"shared\"]").await;
    stream.write_all(&text("4a")).await.expect("sent");
    expect_text(&mut stream, "4a").await;
    assert_eq!(conn.bytes_read(), 1);
    assert_eq!(conn.bytes_written() - before, 2 + 12 + 2 + 2);
    assert_eq!(conn.waiting(), switchboard_conn::Waiting::default());
}

#[tokio::test]
async fn websocket_ping_is_answered_between_fragments() {
    let mut server = Server::start().await;
    let (mut stream, _) = server.open_websocket().await;
    let parts = [frame(0x01, b"4a"), frame(PING, b"p"), frame(0x00, b""), frame(0x80, b"b")];
    stream.write_all(&parts.concat()).await.expect("sent");
    assert_eq!(read_frame(&mut stream).await, Some((10, b"p".to_vec())));
    expect_text(&mut stream, "4ab").await;
}

#[tokio::test]
async fn event_right_behind_connect_waits_for_the_reply() {
    let mut server = Server::start().await;
    let (mut stream, _) = server.open_websocket().await;
    stream.write_all(&[text("40/x,{}"), text("42/x,[]"), frame(BINARY, b"part")].concat()).await.expect("sent");
    expect_text(&mut stream, "40/x,{}").await;
    expect_text(&mut stream, "42/x,[]").await;
    assert_eq!(read_frame(&mut stream).await, Some((2, b"part".to_vec())));
    let mut texts = Vec::new();
    while texts.len() < 3 {
        if let Notified::Text(text) = server.next().await {
            texts.push(text);
        }
    }
    assert_eq!(texts, ["0/x,{}", "reply", "2/x,[]"]);
}
