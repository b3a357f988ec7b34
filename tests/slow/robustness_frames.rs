//! WebSocket frames that violate RFC 6455, on each service that has WebSockets: the server closes that connection,
//! others go on, and nothing is kept.

use std::net::SocketAddr;

use crate::support::bystanders::Bystanders;
use crate::support::frames::{
    BINARY, CLOSE, CONTINUATION, FIN, Frames, MASKED, PING, PONG, Service, TEXT, frame, unmasked,
};
use crate::support::http_server::HttpServer;
use crate::support::{TestServer, UNHURRIED, at_once};

/// What the server may say as it ends a connection that broke the protocol: that it did, that a text is none, that a
/// message is too large. It need not say anything (section 7.1.7).
const REASONS: [u16; 3] = [1002, 1007, 1009];

/// Bytes that no client may send.
fn forbidden() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    for bit in [0x40, 0x20, 0x10] {
        all.push((format!("reserved bit {bit:#x}"), frame(FIN | bit | TEXT, b"2")));
        all.push((format!("reserved bit {bit:#x} of a ping"), frame(FIN | bit | PING, b"")));
    }
    for opcode in (0x3..=0x7).chain(0xb..=0xf) {
        all.push((format!("opcode {opcode:#x}"), frame(FIN | opcode, b"2")));
    }
    for opcode in [TEXT, BINARY, PING, CLOSE] {
        all.push((format!("no mask on opcode {opcode:#x}"), unmasked(FIN | opcode, b"")));
    }
    for (name, text) in [
        ("never", &b"4\xff"[..]),
        ("overlong", b"4\xc0\xaf"),
        ("surrogate", b"4\xed\xa0\x80"),
        ("beyond Unicode", b"4\xf4\x90\x80\x80"),
        ("cut off", b"4\xf0\x9f\x92"),
    ] {
        all.push((format!("UTF-8: {name}"), frame(FIN | TEXT, text)));
    }
    let pieces = |pieces: &[(u8, &[u8])]| pieces.iter().flat_map(|(first, payload)| frame(*first, payload)).collect();
    let long = [b'x'; 126];
    all.extend([
        ("UTF-8: bad in the second piece".into(), pieces(&[(TEXT, b"4"), (FIN | CONTINUATION, b"\xff")])),
        ("a continuation of nothing".into(), frame(FIN | CONTINUATION, b"2")),
        ("a text within a text".into(), pieces(&[(TEXT, b"4"), (FIN | TEXT, b"2")])),
        ("a ping in pieces".into(), frame(PING, b"")),
        ("a close in pieces".into(), frame(CLOSE, b"")),
        ("a ping too long".into(), frame(FIN | PING, &long)),
        ("a pong too long".into(), frame(FIN | PONG, &long)),
        ("a close too long".into(), frame(FIN | CLOSE, &[&1000u16.to_be_bytes()[..], &long].concat())),
        ("a close of one byte".into(), frame(FIN | CLOSE, b"\x03")),
        ("a reason that is no UTF-8".into(), frame(FIN | CLOSE, b"\x03\xe8\xff\xff")),
    ]);
    for length in [1_000_001, u64::from(u32::MAX), u64::MAX >> 1, u64::MAX] {
        let head = [&[FIN | TEXT, MASKED | 127][..], &length.to_be_bytes(), b"mask"].concat();
        all.push((format!("a frame of {length} bytes"), head));
    }
    all
}

async fn send_forbidden(address: SocketAddr, service: Service, name: &str, bytes: &[u8]) {
    let mut eve = Frames::open(address, service).await;
    eve.write(bytes).await;
    let code = eve.expect_end().await;
    assert!(code.is_none_or(|code| REASONS.contains(&code)), "{service:?}: {name} was answered by {code:?}");
}

#[tokio::test]
async fn frame_violating_the_protocol_closes_its_connection_only() {
    let server = TestServer::start(&["--gst"]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for service in Service::ALL {
        for (name, bytes) in forbidden() {
            send_forbidden(server.address(), service, &name, &bytes).await;
        }
        bystanders.call_again().await;
    }
}

#[tokio::test]
async fn a_frame_that_breaks_the_protocol_leaves_nothing() {
    let http_server = HttpServer::open(&["--gst", "--reconnect-grace", "0s"]).await;
    for service in Service::ALL {
        for (name, bytes) in forbidden() {
            send_forbidden(http_server.address, service, &name, &bytes).await;
        }
    }
    http_server.expect_empty().await;
}

#[tokio::test]
async fn close_frame_with_each_code_is_answered_and_closes() {
    let http_server = HttpServer::open(&["--gst", "--reconnect-grace", "0s"]).await;
    for service in Service::ALL {
        for code in [0, 999, 1000, 1001, 1004, 1005, 1006, 1011, 1015, 2999, 3000, 4000, 4999, 5000, u16::MAX] {
            for reason in ["", "bye", &"x".repeat(123)] {
                let mut eve = Frames::open(http_server.address, service).await;
                let payload = [&code.to_be_bytes()[..], reason.as_bytes()].concat();
                eve.write(&frame(FIN | CLOSE, &payload)).await;
                // What comes after a close frame counts no more.
                eve.write(&frame(FIN | TEXT, br#"4278["test"]"#)).await;
                let answer = eve.expect_end().await;
                // These may never be on the wire (section 7.4.1).
                assert!(!matches!(answer, Some(1004..=1006 | 1015)), "{service:?}: {code} was answered by {answer:?}");
            }
        }
        let mut eve = Frames::open(http_server.address, service).await;
        eve.write(&frame(FIN | CLOSE, b"")).await;
        eve.expect_end().await;
    }
    http_server.expect_empty().await;
}

#[tokio::test]
async fn pings_and_pongs_without_end_cost_nothing_but_their_answers() {
    let server = TestServer::start(&[&UNHURRIED[..], &["--gst"]].concat()).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for service in Service::ALL {
        let mut eve = Frames::open(server.address(), service).await;
        let flood = [frame(FIN | PING, &[b'x'; 125]), frame(FIN | PONG, b"nobody asked")].concat().repeat(5_000);
        // It may be closed for it, or not be listened to for a while; if not, its last ping is answered.
        if eve.write(&flood).await && eve.write(&frame(FIN | PING, b"last")).await {
            while eve.next().await.is_some_and(|answer| answer != (PONG, b"last".to_vec())) {}
        }
        bystanders.call_again().await;
    }
}

#[tokio::test]
async fn tiny_pieces_without_end_are_stopped_at_the_largest_message() {
    let server = TestServer::start(&["--gst", "--max-message", "20kB"]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for service in Service::ALL {
        let mut eve = Frames::open(server.address(), service).await;
        let mut sent = 1;
        let mut taken = eve.write(&frame(TEXT, b"4")).await;
        while taken && sent < 40_000 {
            taken = eve.write(&frame(CONTINUATION, b"x").repeat(100)).await;
            sent += 100;
        }
        assert!(matches!(eve.expect_end().await, None | Some(1009)), "{service:?}");
        bystanders.call_again().await;
    }
}

#[tokio::test]
async fn empty_fragments_with_a_ping_between_are_one_message() {
    let server = TestServer::start(&["--gst"]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for service in Service::ALL {
        let mut eve = Frames::open(server.address(), service).await;
        eve.write(&frame(TEXT, b"")).await;
        for _ in 0..1_000 {
            eve.write(&frame(CONTINUATION, b"")).await;
        }
        eve.write(&frame(FIN | PING, b"between")).await;
        // The server's own pings come when they come.
        while eve.next().await.expect("a pong") != (PONG, b"between".to_vec()) {}
        let rest = if service == Service::Course { "3" } else { "nonsense" };
        eve.write(&frame(FIN | CONTINUATION, rest.as_bytes())).await;
        eve.settle().await;
    }
    bystanders.call_again().await;
}

#[tokio::test]
async fn a_frame_that_never_ends_is_given_up_and_leaves_nothing() {
    let flags = ["--gst", "--reconnect-grace", "0s", "--ping-interval", "300ms", "--ping-timeout", "300ms"];
    let http_server = HttpServer::open(&flags).await;
    at_once(Service::ALL, async |service| {
        let mut half = Frames::open(http_server.address, service).await;
        half.write(&[FIN | TEXT, MASKED | 125, 1, 2, 3, 4, 5]).await;
        let mut open = Frames::open(http_server.address, service).await;
        open.write(&frame(TEXT, b"4")).await;
        tokio::join!(half.expect_end(), open.expect_end());
    })
    .await;
    http_server.expect_empty().await;
}

#[tokio::test]
async fn connections_that_are_reset_leave_nothing() {
    let http_server = HttpServer::open(&["--gst", "--reconnect-grace", "0s"]).await;
    for service in Service::ALL {
        for bytes in
            [&[][..], &[FIN | TEXT], &[FIN | TEXT, MASKED | 126, 0xff], &frame(TEXT, b"4"), &frame(FIN | CLOSE, b"")]
        {
            let mut eve = Frames::open(http_server.address, service).await;
            eve.write(bytes).await;
            eve.reset();
        }
    }
    http_server.expect_empty().await;
}

#[tokio::test]
async fn frames_that_come_together_with_the_request_are_not_lost() {
    let server = TestServer::start(&["--gst"]).await;
    for service in Service::ALL {
        let hello = frame(FIN | TEXT, br#"40{"userName":"eve","password":"x"}"#);
        let mut eve = Frames::open_with(server.address(), service, &hello).await;
        let mut answer = eve.next_text().await;
        if service == Service::Gst {
            assert!(answer.contains("welcome"), "{answer}");
            answer = eve.next_text().await;
        }
        let expected = if service == Service::Course { "40{" } else { "bad-payload" };
        assert!(answer.contains(expected), "{service:?}: {answer}");
        eve.settle().await;
    }
}
