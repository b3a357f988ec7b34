//! Wrong passwords and tokens, counted by address: each further one is answered later, a right one at once. The rule
//! has unit tests of its own; these tests hold every service to it.

use std::time::Duration;

use serde_json::json;
use switchboard::auth::throttle::ThrottleOptions;

use crate::support::http::Reply;
use crate::support::packet::Packet;
use crate::support::pair_user::post;
use crate::support::token::{SECRET, token};
use crate::support::{Bare, Client, TestServer, Transport, within};

const HOUR: Duration = Duration::from_secs(3600);
const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

/// Two wrong ones are answered at once; the third is delayed so long, and no more may wait.
fn two_and_then(wait: Duration) -> ThrottleOptions {
    ThrottleOptions { free: 2, step: wait, longest: wait, waiting: 1, ..ThrottleOptions::default() }
}

async fn wrong_at_ws(server: &TestServer) -> Reply {
    let reply = Bare::refused(server, "?userName=eve&password=wrong", &[]).await;
    assert_eq!(reply.status, 401);
    reply
}

/// Connects with a wrong password; the error has not been received yet.
async fn wrong_at_socket_io(server: &TestServer, transport: Transport) -> Client {
    let auth = json!({ "userName": "eve", "password": "wrong" });
    Client::try_connect(server, transport, auth).await.expect("first let in, as the course does")
}

/// The error that a client with a wrong password receives in the end.
async fn refusal(mut client: Client) -> String {
    let error = client.expect("signalingError").await;
    assert_eq!(error["code"], "wrong-password", "{error}");
    assert_eq!(client.next().await, Packet::Disconnected);
    error["message"].as_str().expect("a sentence").to_owned()
}

#[tokio::test]
async fn delayed_wrong_password_does_not_delay_the_right_one() {
    for transport in EVERY {
        let server = TestServer::start_with_guesses(two_and_then(HOUR), &["--password", "x"]).await;
        // The two that are answered at once, each by another service: they are counted together.
        assert!(refusal(wrong_at_socket_io(&server, transport).await).await.contains("Wrong password"));
        assert!(wrong_at_ws(&server).await.text().contains("Wrong password"));
        let _waiting = wrong_at_socket_io(&server, transport).await;

        Client::connect_by(&server, transport, "amy").await.expect_silence().await;
        Bare::connect(&server, "amy").await.expect_silence().await;
        Bare::open_path(server.address(), "/?userId=1&password=x").await.close().await;

        assert!(wrong_at_ws(&server).await.text().contains("Too many"));
        assert!(refusal(wrong_at_socket_io(&server, transport).await).await.contains("Too many"));
        let reply = post(&server, "/create-room?password=wrong", r#"{"roomName":"tea","userId":1}"#).await;
        assert!(reply.status == 401 && reply.text().contains("Too many"), "{}", reply.text());
        assert!(Bare::refused_at(&server, "/?userId=1&password=wrong", &[]).await.text().contains("Too many"));
    }
}

#[tokio::test]
async fn client_that_leaves_during_the_delay_still_counts() {
    for transport in EVERY {
        let server = TestServer::start_with_guesses(two_and_then(HOUR), &[]).await;
        for _ in 0..2 {
            wrong_at_ws(&server).await;
        }
        wrong_at_socket_io(&server, transport).await.lose();
        for _ in 0..3 {
            assert!(wrong_at_ws(&server).await.text().contains("Too many"));
        }
    }
}

#[tokio::test]
async fn stopping_server_closes_delayed_clients() {
    for path in
        ["/ws?password=wrong", "/?userId=1&password=wrong", "/create-room?password=wrong", "/gst?password=wrong"]
    {
        let flags = ["--gst", "--password", "x", "--drain", "1h"];
        let server = TestServer::start_with_guesses(two_and_then(HOUR), &flags).await;
        for _ in 0..2 {
            wrong_at_ws(&server).await;
        }
        let ask = || {
            let server = TestServer::elsewhere(server.address());
            tokio::spawn(async move {
                match path.starts_with("/create") {
                    true => post(&server, path, r#"{"roomName":"tea","userId":1}"#).await,
                    false => Bare::refused_at(&server, path, &[]).await,
                }
            })
        };
        // One of the two is delayed. So the other is rejected at once as one too many.
        let (mut one, mut other) = (ask(), ask());
        let (reply, waiting) = tokio::select! {
            reply = &mut one => (reply, other),
            reply = &mut other => (reply, one),
        };
        assert!(reply.expect("a reply").text().contains("Too many"), "{path}");
        server.stop().await;
        let reply = within("the other reply", waiting).await.expect("a reply");
        assert!(reply.status == 401 && reply.text().contains("Wrong password"), "{path}: {}", reply.text());
    }
    for transport in EVERY {
        let server = TestServer::start_with_guesses(two_and_then(HOUR), &["--drain", "1h"]).await;
        for _ in 0..2 {
            wrong_at_ws(&server).await;
        }
        let waiting = wrong_at_socket_io(&server, transport).await;
        assert!(wrong_at_ws(&server).await.text().contains("Too many"));
        server.stop().await;
        drop(waiting);
    }
}

#[tokio::test]
async fn delayed_client_gets_its_error() {
    let options = ThrottleOptions { waiting: 100, ..two_and_then(Duration::from_millis(20)) };
    let server = TestServer::start_with_guesses(options, &["--gst", "--password", "x"]).await;
    for _ in 0..4 {
        assert!(wrong_at_ws(&server).await.text().contains("Wrong password"));
        for transport in EVERY {
            assert!(refusal(wrong_at_socket_io(&server, transport).await).await.contains("Wrong password"));
        }
        for path in ["/create-room?password=wrong", "/destroy-room"] {
            let reply = post(&server, path, r#"{"roomName":"tea","userId":1}"#).await;
            assert!(reply.status == 401 && reply.text().contains("Wrong password"), "{path}: {}", reply.text());
        }
        for path in ["/?userId=1&password=wrong", "/gst?password=wrong"] {
            let reply = Bare::refused_at(&server, path, &[]).await;
            assert!(reply.status == 401 && reply.text().contains("Wrong password"), "{path}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn wrong_tokens_are_counted_alike() {
    let server =
        TestServer::start_with_guesses(two_and_then(Duration::from_millis(20)), &["--jwt-secret", SECRET]).await;
    for transport in EVERY {
        let reason = Client::try_connect(&server, transport, json!({ "token": "wrong" })).await.err().expect("refused");
        assert!(reason["message"].as_str().is_some_and(|text| text.contains("token")), "{reason}");
    }
    let none_waits = ThrottleOptions { waiting: 0, ..two_and_then(HOUR) };
    let server = TestServer::start_with_guesses(none_waits, &["--jwt-secret", SECRET]).await;
    for _ in 0..2 {
        assert!(Bare::refused(&server, "?token=wrong", &[]).await.text().contains("cannot be read"));
    }
    assert!(Bare::refused(&server, "?token=wrong", &[]).await.text().contains("Too many"));
    for transport in EVERY {
        let reason = Client::try_connect(&server, transport, json!({ "token": "wrong" })).await.err().expect("refused");
        assert!(reason["message"].as_str().is_some_and(|text| text.contains("Too many")), "{reason}");
        Client::enter(&server, transport, json!({ "token": token("amy") })).await.expect_silence().await;
    }
}

#[tokio::test]
async fn forwarded_address_counts_from_trusted_proxy_only() {
    let none_waits = ThrottleOptions { waiting: 0, ..two_and_then(HOUR) };
    let from = |address: &'static str| [("X-Forwarded-For", address)];
    let trusting = TestServer::start_with_guesses(none_waits, &["--trust-proxy"]).await;
    for address in ["198.51.100.1", "198.51.100.2", "9.9.9.9, 198.51.100.3", "2001:db8::1"] {
        for _ in 0..2 {
            let reply = Bare::refused(&trusting, "?password=wrong", &from(address)).await;
            assert!(reply.text().contains("Wrong password"), "{address}");
        }
    }
    // What stands before the last address is the sender's own invention; and an IPv6 network is one address.
    for address in ["198.51.100.1", "7.7.7.7, 198.51.100.2", "2001:db8::ffff"] {
        let reply = Bare::refused(&trusting, "?password=wrong", &from(address)).await;
        assert!(reply.text().contains("Too many"), "{address}");
    }
    let other = TestServer::start_with_guesses(none_waits, &[]).await;
    for (address, words) in [("198.51.100.1", "Wrong"), ("198.51.100.2", "Wrong"), ("198.51.100.3", "Too many")] {
        assert!(Bare::refused(&other, "?password=wrong", &from(address)).await.text().contains(words), "{address}");
    }
}
