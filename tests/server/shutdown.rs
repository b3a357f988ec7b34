//! A stopping server sends `serverClosing` ("Events") and ends in time.

use serde_json::Value;

use crate::support::frames::{Frames, Service};
use crate::support::packet::Packet;
use crate::support::payload::{connected_call, offer};
use crate::support::{Client, TestServer, Transport};

#[tokio::test]
async fn stopping_server_notifies_clients_before_it_closes() {
    let server = TestServer::start(&[]).await;
    let mut clients = Vec::new();
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let mut client = Client::connect_by(&server, transport, "amy").await;
        // Listening from now on: on long-polling a request must be waiting when the server goes down.
        clients.push(tokio::spawn(async move {
            let closing = client.expect("serverClosing").await;
            assert!(closing["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{closing}");
            assert!(closing["retryAfterMs"].as_u64().is_some(), "{closing}");
            // Never `io server disconnect`: after it the official clients do not come back.
            let rest = client.expect_end().await;
            assert!(!rest.contains(&Packet::Disconnected), "{transport:?}: {rest:?}");
        }));
    }
    // Connections are taken in the order in which they come: after these the waiting request has been taken, too.
    for _ in 0..3 {
        server.get("/healthz").await;
    }
    server.stop().await;
    for client in clients {
        client.await.expect("it was notified");
    }
}

#[tokio::test]
async fn server_with_calls_and_offers_stops() {
    let server = TestServer::start(&["--drain", "2s"]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    amy.emit_with_ack("newOffer", offer("open")).await;
    // No client reads any more, and the server must not wait for them for ever.
    server.stop().await;
}

#[tokio::test]
async fn a_stopped_server_takes_no_new_connections() {
    let server = TestServer::start(&[]).await;
    let address = server.address();
    let mut amy = Client::connect(&server, "amy").await;
    assert_eq!(amy.emit_with_ack("test", Value::Null).await, "pong");
    server.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn connect_at_a_stopping_server_ends_so_that_the_client_tries_again() {
    // After any `connect_error` official clients stay away, however often the server is restarted.
    for connect in [
        r#"40{"userName":"bob","password":"x"}"#,
        r#"40/inspector,{"key":"x"}"#,
        r#"40{"userName":"bob","password":"no"}"#,
    ] {
        let server = TestServer::start(&["--drain", "20s"]).await;
        let mut late = Frames::open_with(server.address(), Service::Course, &[]).await;
        let mut amy = Client::connect(&server, "amy").await;
        let stopped = tokio::spawn(server.stop());
        amy.expect_end().await;
        late.say(connect).await;
        let mut said = Vec::new();
        while let Some((_, payload)) = late.next().await {
            said.push(String::from_utf8_lossy(&payload).into_owned());
        }
        assert!(!said.iter().any(|text| text.starts_with('4')), "{connect}: {said:?}");
        stopped.await.expect("it stops");
    }
}
