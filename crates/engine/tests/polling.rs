//! Sessions by long-polling, and the upgrade.

mod support;

use std::time::Duration;

use engineioxide::DisconnectReason;
use engineioxide::config::EngineIoConfig;
use support::{Notified, Server, config, expect_close, expect_text, read_frame, text};
use tokio::io::AsyncWriteExt;

const UNKNOWN_SESSION: &str = r#"{"code":1,"message":"Session ID unknown"}"#;
const BAD_REQUEST: &str = r#"{"code":3,"message":"Bad request"}"#;

#[tokio::test]
async fn messages_are_echoed_at_most_sixteen_at_a_time() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let packets: Vec<String> = (0..20).map(|number| format!("4m{number}")).chain(["bAQID".into()]).collect();
    let reply = server.post(&sid, &packets.join("\u{1e}")).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "ok"));
    assert_eq!(reply.header("content-type"), Some("text/html"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let reply = server.poll(&sid).await;
    assert_eq!(reply.body, packets[..16].join("\u{1e}"));
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=UTF-8"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(server.poll(&sid).await.body, packets[16..].join("\u{1e}"));
}

#[tokio::test]
async fn poll_answer_is_no_larger_than_the_largest_payload() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    for _ in 0..3 {
        server.post(&sid, &format!("4{}", "x".repeat(60_000))).await;
    }
    for _ in 0..3 {
        assert_eq!(server.poll(&sid).await.body.len(), 60_001);
    }
}

#[tokio::test]
async fn two_polls_at_once_end_the_session() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let first = async {
        let reply = server.poll(&sid).await;
        (reply.status, reply.body)
    };
    let second = async {
        loop {
            // The first one may come second.
            let reply = server.poll(&sid).await;
            if reply.status != 200 {
                return reply.status;
            }
        }
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first == (200, "1".into()) || first.0 == 400, "{first:?}");
    assert_eq!(second, 400);
    assert_eq!(server.poll(&sid).await.body, UNKNOWN_SESSION);
    assert_eq!(server.disconnected().await, DisconnectReason::MultipleHttpPollingError);
}

#[tokio::test]
async fn poll_that_is_given_up_ends_the_session() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let mut stream = server.stream().await;
    let request = format!("GET /engine.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    drop(stream);
    assert_eq!(server.disconnected().await, DisconnectReason::TransportError);
    assert_eq!(server.poll(&sid).await.status, 400);
}

#[tokio::test]
async fn body_with_an_unreadable_packet_is_not_acted_on() {
    let mut server = Server::start().await;
    for body in ["", "\u{1e}", "4a\u{1e}", "4a\u{1e}x", "4a\u{1e}b!", "abc", "\u{1e}4a"] {
        let sid = server.open_polling().await;
        assert_eq!(server.post(&sid, body).await.status, 400, "{body}");
        assert_eq!(server.poll(&sid).await.status, 400, "{body}");
        assert!(matches!(server.next().await, Notified::Disconnected(DisconnectReason::PacketParsingError)));
    }
}

#[tokio::test]
async fn packet_that_has_no_meaning_is_ignored() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    for packet in ["0", "3", "5", "6"] {
        assert_eq!(server.post(&sid, packet).await.body, "ok");
    }
    server.post(&sid, "4a").await;
    assert_eq!(server.poll(&sid).await.body, "4a");
}

#[tokio::test]
async fn body_that_is_too_large_ends_the_session() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    assert_eq!(server.post(&sid, &format!("4{}", "x".repeat(100_000))).await.status, 413);
    assert_eq!(server.disconnected().await, DisconnectReason::PacketParsingError);
}

#[tokio::test]
async fn post_that_breaks_off_or_is_binary_ends_the_session() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let path = format!("/engine.io/?EIO=4&transport=polling&sid={sid}");
    let reply = server.request_with("POST", &path, "Content-Type: application/octet-stream\r\n", b"4a").await;
    assert_eq!(reply.status, 400);
    assert_eq!(server.disconnected().await, DisconnectReason::TransportError);
    let sid = server.open_polling().await;
    let mut stream = server.stream().await;
    let head = format!(
        "POST /engine.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n4half"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    drop(stream);
    assert!(matches!(server.next().await, Notified::Disconnected(_)));
}

#[tokio::test]
async fn close_packet_ends_the_session_and_a_waiting_poll() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let (reply, _) = tokio::join!(server.poll(&sid), async {
        // The poll may come first or second: its answer tells.
        tokio::task::yield_now().await;
        server.post(&sid, "1").await
    });
    assert!(reply.body == "6" || reply.status == 400, "{reply:?}");
    assert_eq!(server.disconnected().await, DisconnectReason::TransportClose);
}

#[tokio::test]
async fn session_that_the_server_closed_is_fetched_once_more() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    server.post(&sid, "4a\u{1e}4close").await;
    assert_eq!(server.poll(&sid).await.body, "4a\u{1e}1");
    assert_eq!(server.poll(&sid).await.body, UNKNOWN_SESSION);
    let sid = server.open_polling().await;
    server.post(&sid, "4close").await;
    assert_eq!(server.post(&sid, "4late").await.body, "ok");
    assert_eq!(server.poll(&sid).await.body, "6\u{1e}1");
}

#[tokio::test]
async fn client_that_does_not_answer_a_ping_is_closed() {
    let config = EngineIoConfig {
        ping_interval: Duration::from_millis(50),
        ping_timeout: Duration::from_millis(50),
        ..config()
    };
    let mut server = Server::with(config).await;
    let sid = server.open_polling().await;
    assert_eq!(server.poll(&sid).await.body, "2");
    assert_eq!(server.poll(&sid).await.body, "1");
    assert_eq!(server.disconnected().await, DisconnectReason::HeartbeatTimeout);
}

#[tokio::test]
async fn handler_that_panics_ends_its_session_and_the_request_is_answered() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    assert_eq!(server.post(&sid, "4panic").await.status, 200);
    assert_eq!(server.disconnected().await, DisconnectReason::TransportError);
}

#[tokio::test]
async fn upgrade_under_traffic_loses_and_doubles_nothing() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let mut stream = server.upgrade(Some(&sid)).await;
    stream.write_all(&text("2probe")).await.expect("sent");
    expect_text(&mut stream, "3probe").await;
    let mut received = Vec::new();
    for number in 0..30 {
        server.post(&sid, &format!("4m{number}")).await;
        if number % 3 == 0 {
            let reply = server.poll(&sid).await;
            assert_eq!(reply.status, 200);
            received.extend(reply.body.split('\u{1e}').filter(|packet| *packet != "6").map(str::to_owned));
        }
    }
    stream.write_all(&text("5")).await.expect("sent");
    while received.len() < 30 {
        let (_, payload) = read_frame(&mut stream).await.expect("a frame");
        received.push(String::from_utf8(payload).expect("text"));
    }
    assert_eq!(received, (0..30).map(|number| format!("4m{number}")).collect::<Vec<_>>());
    for method in ["GET", "POST"] {
        let reply = server.request(method, &format!("/engine.io/?EIO=4&transport=polling&sid={sid}"), b"").await;
        assert_eq!((reply.status, reply.body.as_str()), (400, BAD_REQUEST));
    }
}

#[tokio::test]
async fn poll_that_waits_is_answered_by_a_probe_and_later_ones_soon() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let mut stream = server.upgrade(Some(&sid)).await;
    let (reply, ()) = tokio::join!(server.poll(&sid), async {
        stream.write_all(&text("2probe")).await.expect("sent");
    });
    assert_eq!(reply.body, "6");
    assert_eq!(server.poll(&sid).await.body, "6");
}

#[tokio::test]
async fn upgrade_with_a_wrong_probe_leaves_the_session_polling() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    for wrong in ["2", "3probe", "", "x", "4a"] {
        let mut stream = server.upgrade(Some(&sid)).await;
        stream.write_all(&text(wrong)).await.expect("sent");
        assert_eq!(read_frame(&mut stream).await, Some((8, vec![])), "{wrong}");
        drop(stream);
        server.post(&sid, "4still").await;
        assert_eq!(server.poll(&sid).await.body, "4still");
    }
    let mut stream = server.upgrade(Some(&sid)).await;
    stream.write_all(&[text("2probe"), text("5"), text("4a")].concat()).await.expect("sent");
    expect_text(&mut stream, "3probe").await;
    expect_text(&mut stream, "4a").await;
}

#[tokio::test]
async fn upgrade_that_is_not_gone_on_with_is_given_up() {
    let config = EngineIoConfig { upgrade_timeout: Duration::from_millis(50), ..config() };
    let mut server = Server::with(config).await;
    let sid = server.open_polling().await;
    let mut stream = server.upgrade(Some(&sid)).await;
    assert_eq!(read_frame(&mut stream).await, Some((8, vec![])));
    server.post(&sid, "4still").await;
    assert_eq!(server.poll(&sid).await.body, "4still");
}

#[tokio::test]
async fn second_websocket_of_a_session_is_closed() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let mut stream = server.upgrade(Some(&sid)).await;
    let mut second = server.upgrade(Some(&sid)).await;
    assert_eq!(expect_close(&mut second).await, Some(vec![]));
    stream.write_all(&[text("2probe"), text("5")].concat()).await.expect("sent");
    expect_text(&mut stream, "3probe").await;
    let mut third = server.upgrade(Some(&sid)).await;
    assert_eq!(expect_close(&mut third).await, Some(vec![]));
    stream.write_all(&text("4a")).await.expect("sent");
    expect_text(&mut stream, "4a").await;
}

#[tokio::test]
async fn session_that_ends_during_the_upgrade_closes_its_websocket() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let mut stream = server.upgrade(Some(&sid)).await;
    server.post(&sid, "1").await;
    assert_eq!(read_frame(&mut stream).await, Some((8, vec![])));
}

#[tokio::test]
async fn poll_given_up_behind_the_upgrade_ends_nothing() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let mut stream = server.upgrade(Some(&sid)).await;
    stream.write_all(&text("2probe")).await.expect("sent");
    expect_text(&mut stream, "3probe").await;
    let mut poll = server.stream().await;
    let request = format!("GET /engine.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    poll.write_all(request.as_bytes()).await.expect("sent");
    stream.write_all(&text("5")).await.expect("sent");
    stream.write_all(&text("4a")).await.expect("sent");
    expect_text(&mut stream, "4a").await;
    drop(poll);
    stream.write_all(&text("4b")).await.expect("sent");
    expect_text(&mut stream, "4b").await;
}

#[tokio::test]
async fn replies_that_are_not_fetched_are_bounded_in_bytes() {
    let mut server = Server::start().await;
    let sid = server.open_polling().await;
    let message = format!("4{}", "x".repeat(90_000));
    for _ in 0..10 {
        assert_eq!(server.post(&sid, &message).await.body, "ok");
    }
    let mut fetched = 0;
    for _ in 0..3 {
        fetched += server.poll(&sid).await.body.len();
    }
    server.post(&sid, "4last").await;
    loop {
        let body = server.poll(&sid).await.body;
        fetched += body.len();
        if body.ends_with("4last") {
            break;
        }
    }
    assert!(fetched < 6 * 90_000, "{fetched} bytes waited, where one message may have 100,000");
}
