//! Limits of connections: number, event rate, speed and size (docs/limits.md), on every service.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::packet::Packet;
use crate::support::payload::{CANDIDATE_IN, CANDIDATE_OUT, candidate, connected_call, from_offerer, offered};
use crate::support::wire::Frame;
use crate::support::{Bare, Client, TestServer, Transport, UNHURRIED, within};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];
const UPGRADE: [(&str, &str); 4] = [
    ("Connection", "Upgrade, close"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// Every path by which a client connects, and the status of its reply.
async fn ways_in(server: &TestServer) -> Vec<(u16, String)> {
    let mut replies = Vec::new();
    for (path, headers) in [
        ("/socket.io/?EIO=4&transport=polling", &[][..]),
        ("/socket.io/?EIO=4&transport=websocket", &UPGRADE[..]),
        ("/ws?userName=eve&password=x", &UPGRADE[..]),
        ("/?userId=1", &UPGRADE[..]),
        // A parameter that names an open session in one service means nothing in the others.
        ("/ws?userName=eve&password=x&sid=AAAAAAAAAAAAAAHs", &UPGRADE[..]),
        ("/?userId=1&sid=AAAAAAAAAAAAAAHs", &UPGRADE[..]),
    ] {
        let reply = server.get_with(path, headers).await;
        replies.push((reply.status, reply.text()));
    }
    replies
}

/// Asks for a session until there is one.
async fn until_there_is_a_place(server: &TestServer) {
    let asking = async { while server.get("/socket.io/?EIO=4&transport=polling").await.status != 200 {} };
    within("a free place", asking).await;
}

#[tokio::test]
async fn connection_over_limit_of_its_address_is_rejected_everywhere() {
    let server = TestServer::start(&["--max-connections-per-address", "3"]).await;
    let mut inside = Vec::new();
    for transport in [Transport::WebSocket, Transport::Polling] {
        inside.push(Client::connect_by(&server, transport, "amy").await);
    }
    let bare = Bare::connect(&server, "bob").await;
    for (status, text) in ways_in(&server).await {
        assert_eq!(status, 503);
        assert!(text.contains("too many connections from your address"), "{text}");
    }
    // Connected clients are not disturbed, and pages are served.
    for client in &mut inside {
        assert_eq!(client.emit_with_ack("test", Value::Null).await, "pong");
    }
    assert_eq!(server.get("/").await.status, 200);
    drop(bare);
    until_there_is_a_place(&server).await;
}

#[tokio::test]
async fn connection_over_total_limit_is_rejected_everywhere() {
    let server = TestServer::start(&["--max-connections", "1"]).await;
    let amy = Client::connect(&server, "amy").await;
    for (status, text) in ways_in(&server).await {
        assert_eq!(status, 503);
        assert!(text.contains("as many connections as it takes"), "{text}");
    }
    amy.close().await;
    until_there_is_a_place(&server).await;
}

#[tokio::test]
async fn abandoned_polling_session_frees_its_connection_slot() {
    let flags = ["--max-connections", "1", "--ping-interval", "200ms", "--ping-timeout", "200ms"];
    let server = TestServer::start(&flags).await;
    let amy = Client::connect_by(&server, Transport::Polling, "amy").await;
    assert_eq!(ways_in(&server).await[0].0, 503);
    amy.lose();
    until_there_is_a_place(&server).await;
}

#[tokio::test]
async fn session_without_connect_frees_its_connection_slot() {
    let server = TestServer::start(&["--max-connections", "1", "--connect-timeout", "5s"]).await;
    assert_eq!(server.get("/socket.io/?EIO=4&transport=polling").await.status, 200);
    assert_eq!(server.get("/socket.io/?EIO=4&transport=polling").await.status, 503);
    until_there_is_a_place(&server).await;
}

#[tokio::test]
async fn client_with_wrong_password_frees_its_connection_slot() {
    for transport in [Transport::WebSocket, Transport::Polling] {
        let server = TestServer::start(&["--max-connections", "1"]).await;
        let auth = json!({ "userName": "eve", "password": "wrong" });
        let mut eve = Client::try_connect(&server, transport, auth).await.expect("let in at first");
        eve.expect("signalingError").await;
        assert_eq!(eve.next().await, Packet::Disconnected);
        until_there_is_a_place(&server).await;
    }
}

/// Whether the server ends this connection, whatever it says before.
async fn expect_end(mut stream: TcpStream) -> String {
    let mut rest = Vec::new();
    within("the end of the connection", stream.read_to_end(&mut rest)).await.ok();
    String::from_utf8_lossy(&rest).into_owned()
}

#[tokio::test]
async fn request_slower_than_connect_timeout_is_closed() {
    let server = TestServer::start(&["--connect-timeout", "200ms"]).await;
    let heads = [
        "",
        "G",
        "GET / HTTP/1.1\r\nHost: localhost\r\n",
        "\u{16}",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
        // A whole request, and then no second one.
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        // A body that stands still.
        "POST /create-room HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
        "POST /socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n4",
    ];
    for head in heads {
        let mut stream = server.stream().await;
        stream.write_all(head.as_bytes()).await.expect("the server listens");
        expect_end(stream).await;
    }
}

/// A proxy closes the connections that it keeps for later requests; a server that does so first loses a request that is on
/// its way, and the proxy replies 502.
#[tokio::test]
async fn connection_that_a_trusted_proxy_keeps_outlives_the_time_limit() {
    const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let [proxied, direct] =
        [&["--trust-proxy"][..], &[]].map(|flags| [flags, &["--connect-timeout", "200ms"]].concat());
    let (proxied, direct) = (TestServer::start(&proxied).await, TestServer::start(&direct).await);
    let (mut kept, mut closed) = (proxied.stream().await, direct.stream().await);
    for stream in [&mut kept, &mut closed] {
        stream.write_all(REQUEST).await.expect("the server listens");
    }
    let mut reply = vec![0; 4096];
    let length = within("a reply", kept.read(&mut reply)).await.expect("a reply");
    assert!(reply[..length].starts_with(b"HTTP/1.1 200 "));
    // By then the time is over for both.
    expect_end(closed).await;
    kept.write_all(REQUEST).await.expect("the server listens");
    let length = within("another reply", kept.read(&mut reply)).await.expect("a reply");
    assert!(reply[..length].starts_with(b"HTTP/1.1 200 "));
}

#[tokio::test]
async fn polling_body_that_stalls_is_given_up() {
    let server = TestServer::start(&["--connect-timeout", "500ms"]).await;
    let amy = Client::connect_by(&server, Transport::Polling, "amy").await;
    let sid = amy.handshake["sid"].as_str().expect("a session id");
    let mut stream = server.stream().await;
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
    let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n4");
    stream.write_all(head.as_bytes()).await.expect("the server listens");
    expect_end(stream).await;
}

/// A request that asks for another protocol, and gets none, does not exempt what follows it from the limit.
#[tokio::test]
async fn head_after_a_refused_upgrade_counts_as_unfinished() {
    let server = TestServer::start(&["--max-message", "1KB", "--connect-timeout", "10m"]).await;
    for transport in ["polling", "websocket"] {
        let mut stream = server.stream().await;
        let path = format!("/socket.io/?EIO=4&transport={transport}&sid=AAAAAAAAAAAAAAHs");
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("the server listens");
        let mut reply = [0; 12];
        stream.read_exact(&mut reply).await.expect("a reply");
        assert_eq!(&reply, b"HTTP/1.1 400");
        let half = format!("GET / HTTP/1.1\r\nX-Long: {}", "x".repeat(40_000));
        stream.write_all(half.as_bytes()).await.ok();
        expect_end(stream).await;
    }
}

/// Offers of 100 kB to a client that does not read them, until it is closed; the other client receives all of them.
#[tokio::test]
async fn client_that_does_not_read_is_closed_for_queued_bytes() {
    let server = TestServer::start(&[&UNHURRIED[..], &["--reconnect-grace", "0s"]].concat()).await;
    for transport in EVERY {
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect(&server, "amy").await;
        let mut deaf = Client::connect_by(&server, transport, "deaf").await;
        offered(&mut deaf, &mut bob, "of one who does not read").await;
        // The kernel takes some megabytes; then one waits; then it is enough. It is far less than 1,024 messages.
        let large = json!("x".repeat(100_000));
        let mut gone = false;
        for _ in 0..400 {
            amy.emit("newOffer", large.clone()).await;
            loop {
                let event = bob.next_event().await;
                gone = gone || event.name == "offerWithdrawn" && event.payload["offererUserName"] == "deaf";
                if event.name == "newOfferAwaiting" {
                    break;
                }
            }
            if gone {
                break;
            }
        }
        assert!(gone, "{transport:?}: it still waits");
    }
}

#[tokio::test]
async fn client_that_reads_receives_more_than_the_queue_holds() {
    const FLAGS: [&str; 4] = ["--max-queue-bytes", "4KB", "--event-burst", "100000"];
    for transport in EVERY {
        let server = TestServer::start(&FLAGS).await;
        let mut caller = Client::connect_by(&server, transport, "amy").await;
        let mut answerer = Client::connect_by(&server, transport, "bob").await;
        let mut waiting = Client::connect_by(&server, transport, "zoe").await;
        connected_call(&mut caller, &mut answerer).await;
        offered(&mut waiting, &mut caller, "of zoe").await;
        answerer.expect("newOfferAwaiting").await;
        for number in 0..60 {
            caller.emit(CANDIDATE_OUT, from_offerer(candidate(number))).await;
            assert_eq!(answerer.expect(CANDIDATE_IN).await, candidate(number), "{transport:?}");
            assert_eq!(caller.emit_with_ack("test", Value::Null).await, "pong", "{transport:?}");
            caller.emit("newAnswer", Value::Null).await;
            caller.expect_error("newAnswer", "bad-payload").await;
            caller.emit("checkOffers", Value::Null).await;
            assert_eq!(caller.expect("availableOffers").await.as_array().map(Vec::len), Some(1));
        }
    }
}

/// What the list of offers takes on the wire is far more than the descriptions in it.
#[tokio::test]
async fn polling_client_that_fetches_no_lists_is_closed() {
    let server = TestServer::start(&["--max-queue-bytes", "64KiB"]).await;
    let mut callers = Vec::new();
    for number in 0..50 {
        // 64 characters, six bytes each in JSON.
        let name = format!("{}{number:02}", "\u{1}".repeat(62));
        let mut caller = Client::connect(&server, &name).await;
        caller.emit_with_ack("newOffer", json!("x")).await;
        callers.push(caller);
    }
    let mut deaf = Client::connect_by(&server, Transport::Polling, "deaf").await;
    deaf.send_all(&vec![Frame::from("42[\"checkOffers\"]"); 100]).await;
    // A hundred lists of 25 kB would wait by now.
    let closed = deaf.try_send(Frame::from("42[\"test\"]")).await;
    assert!(closed.is_err(), "2.5 MB wait for it, and 64 KiB may");
}
