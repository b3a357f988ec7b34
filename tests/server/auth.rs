//! Which clients the Socket.IO service accepts, and under which name ("Handshake").

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::packet::Packet;
use crate::support::payload::{offer, offered};
use crate::support::wire::web_socket;
use crate::support::{Client, TestServer, Transport, within};

const ALL: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

/// Connects with a wrong password and receives what the course's pages receive: `connect`, the reason, the end.
async fn is_turned_away(server: &TestServer, transport: Transport, auth: Value) {
    let mut client = Client::try_connect(server, transport, auth).await.expect("first let in, as the course does");
    let error = client.expect("signalingError").await;
    assert_eq!(error["code"], "wrong-password", "{error}");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("password")), "{error}");
    assert_eq!(client.next().await, Packet::Disconnected);
}

async fn is_let_in(server: &TestServer, auth: Value) {
    let mut client = Client::connect_as(server, auth).await;
    client.expect_silence().await;
}

/// The name under which `client` is known to the others.
async fn name_of(client: &mut Client, listener: &mut Client) -> String {
    let object = offered(client, listener, "offer").await;
    object["offererUserName"].as_str().expect("a name is text").to_owned()
}

#[tokio::test]
async fn handshake_contains_the_configured_limits() {
    let server = TestServer::start(&[]).await;
    for transport in ALL {
        let handshake = Client::open(&server, transport).await.handshake;
        assert_eq!(handshake["pingInterval"], 25_000);
        assert_eq!(handshake["pingTimeout"], 20_000);
        assert_eq!(handshake["maxPayload"], 1_000_000);
        let upgrades = if transport == Transport::WebSocket { json!([]) } else { json!(["websocket"]) };
        assert_eq!(handshake["upgrades"], upgrades, "{transport:?}");
    }
}

#[tokio::test]
async fn course_password_is_accepted_on_every_transport() {
    let server = TestServer::start(&[]).await;
    for transport in ALL {
        let mut client = Client::connect_by(&server, transport, "amy").await;
        client.expect_silence().await;
    }
}

#[tokio::test]
async fn wrong_password_gets_reason_then_disconnect_on_all_transports() {
    let server = TestServer::start(&[]).await;
    for transport in ALL {
        is_turned_away(&server, transport, json!({ "userName": "amy", "password": "y" })).await;
    }
}

#[tokio::test]
async fn missing_password_is_rejected() {
    let server = TestServer::start(&[]).await;
    for auth in [json!({ "userName": "amy" }), json!({}), json!({ "userName": "amy", "password": null })] {
        is_turned_away(&server, Transport::WebSocket, auth).await;
    }
}

#[tokio::test]
async fn malformed_auth_is_rejected_and_others_go_on() {
    let server = TestServer::start(&[]).await;
    let mut other = Client::connect(&server, "other").await;
    for auth in ["", "{\"password\":7}", "[\"x\"]", "\"x\"", "42", "true", "{\"password\":[\"x\"]}"] {
        let mut client = Client::open(&server, Transport::WebSocket).await;
        client.send_raw(&format!("40{auth}")).await;
        let end = client.next_or_end().await;
        if let Some(Packet::Connected(_)) = end {
            assert_eq!(client.expect("signalingError").await["code"], "wrong-password", "auth {auth:?}");
            assert_eq!(client.next().await, Packet::Disconnected, "auth {auth:?}");
        } else {
            // What is no legal CONNECT packet at all may also end the connection.
            assert!(matches!(end, None | Some(Packet::Refused(_))), "auth {auth:?} got {end:?}");
        }
    }
    other.expect_silence().await;
}

#[tokio::test]
async fn client_with_wrong_password_receives_no_offers() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit_with_ack("newOffer", offer("amy's")).await;
    // No availableOffers, though there is an offer: the reason comes first, and then the end.
    is_turned_away(&server, Transport::WebSocket, json!({ "userName": "eve", "password": "y" })).await;
}

#[tokio::test]
async fn client_with_wrong_password_has_no_effect() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut eve = Client::open(&server, Transport::WebSocket).await;
    eve.send_raw(r#"40{"userName":"eve","password":"y"}"#).await;
    assert!(matches!(eve.next().await, Packet::Connected(_)));
    // Right after `connect`, and again after the error: then the connection is closed, too.
    let new_offer = r#"42["newOffer",{"type":"offer","sdp":"eve's"}]"#;
    eve.try_send(new_offer.into()).await.ok();
    while eve.next().await != Packet::Disconnected {}
    eve.try_send(new_offer.into()).await.ok();
    eve.expect_end().await;

    amy.emit("checkOffers", Value::Null).await;
    assert_eq!(amy.expect("availableOffers").await, json!([]));
    amy.expect_silence().await;
}

#[tokio::test]
async fn auth_keys_in_other_spellings_are_accepted() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect_as(&server, json!({ "username": "amy", "passWord": "x" })).await;
    assert_eq!(name_of(&mut amy, &mut bob).await, "amy");
    is_turned_away(&server, Transport::WebSocket, json!({ "username": "amy", "passWord": "y" })).await;
}

#[tokio::test]
async fn password_flag_sets_the_password() {
    let server = TestServer::start(&["--password", "sesame"]).await;
    is_let_in(&server, json!({ "userName": "amy", "password": "sesame" })).await;
    for wrong in ["x", "", "sesam", "sesame ", "Sesame"] {
        is_turned_away(&server, Transport::WebSocket, json!({ "userName": "amy", "password": wrong })).await;
    }
}

#[tokio::test]
async fn server_without_password_accepts_every_client() {
    let server = TestServer::start(&["--no-password"]).await;
    for auth in [json!({ "userName": "amy" }), json!({ "userName": "amy", "password": "anything" }), json!({})] {
        is_let_in(&server, auth).await;
    }
    let mut bare = Client::open(&server, Transport::WebSocket).await;
    bare.send_raw("40").await;
    assert!(matches!(bare.next().await, Packet::Connected(_)), "no auth at all");
    bare.expect_silence().await;
}

#[tokio::test]
async fn client_without_name_is_a_guest() {
    let server = TestServer::start(&[]).await;
    let mut listener = Client::connect(&server, "listener").await;
    let mut names = Vec::new();
    for _ in 0..2 {
        let mut guest = Client::connect_as(&server, json!({ "password": "x" })).await;
        names.push(name_of(&mut guest, &mut listener).await);
        guest.disconnect().await;
        listener.expect("offerWithdrawn").await;
    }
    for name in &names {
        let number = name.strip_prefix("guest-").unwrap_or_else(|| panic!("{name} is no guest's name"));
        assert_eq!(number.chars().count(), 4, "{name}");
    }
    assert_ne!(names[0], names[1]);
}

#[tokio::test]
async fn user_name_over_64_characters_is_rejected_with_reason() {
    let server = TestServer::start(&[]).await;
    let mut listener = Client::connect(&server, "listener").await;
    // Characters are Unicode scalar values, not bytes.
    for letter in ["a", "é", "🎈"] {
        let name = letter.repeat(64);
        let mut longest = Client::connect_as(&server, json!({ "userName": name, "password": "x" })).await;
        assert_eq!(name_of(&mut longest, &mut listener).await, name);
        longest.disconnect().await;
        listener.expect("offerWithdrawn").await;

        let auth = json!({ "userName": letter.repeat(65), "password": "x" });
        for transport in ALL {
            let reason = Client::try_connect(&server, transport, auth.clone()).await.err().expect("refused");
            assert!(reason["message"].as_str().is_some_and(|text| text.contains("64")), "{reason}");
        }
    }
}

#[tokio::test]
async fn user_name_may_be_used_twice() {
    let server = TestServer::start(&[]).await;
    let mut first = Client::connect(&server, "amy").await;
    let mut second = Client::connect(&server, "amy").await;
    assert_eq!(name_of(&mut first, &mut second).await, "amy");
    first.expect_silence().await;
}

#[tokio::test]
async fn client_with_wrong_password_that_stays_is_closed() {
    let server = TestServer::start(&[]).await;
    let auth = json!({ "userName": "amy", "password": "wrong" });
    let mut client = Client::try_connect(&server, Transport::WebSocket, auth).await.expect("let in at first");
    client.expect("signalingError").await;
    assert_eq!(client.next().await, Packet::Disconnected);
    client.expect_end().await;
}

/// Opens a session whose address bears `query`, sends this CONNECT, and gives back the packet with these words in it.
async fn packet_after(server: &TestServer, query: &str, connect: &str, words: &str) -> String {
    let mut socket = web_socket(server, query, None).await.expect("open");
    socket.send(Message::text(connect.to_owned())).await.expect("sent");
    within(&format!("a packet with {words:?}"), async {
        loop {
            let message = socket.next().await.expect("open").expect("a frame");
            if let Some(text) = message.to_text().ok().filter(|text| text.starts_with('4') && text.contains(words)) {
                return text.to_owned();
            }
        }
    })
    .await
}

#[tokio::test]
async fn credentials_in_query_are_rejected_with_hint() {
    let server = TestServer::start_patient(&[]).await;
    for query in ["&userName=amy&password=x", "&username=amy", "&password=x", "&passWord=x", "&token=x"] {
        for connect in ["40", "40{}", r#"40{"userName":"amy"}"#] {
            let packet = packet_after(&server, query, connect, "signalingError").await;
            assert!(
                packet.contains("wrong-password") && packet.contains("{auth: {userName, password}}"),
                "{query}: {packet}"
            );
        }
    }
    // A password that is wrong is wrong, wherever else there are some.
    let wrong = packet_after(&server, "&password=x", r#"40{"password":"y"}"#, "signalingError").await;
    assert!(!wrong.contains("query"), "{wrong}");
    let tokens = TestServer::start_patient(&["--jwt-secret", "a secret of at least thirty-two characters"]).await;
    let packet = packet_after(&tokens, "&token=x", "40", "44").await;
    assert!(packet.contains("{auth: {userName, password}}"), "{packet}");
}

#[tokio::test]
async fn user_name_in_query_is_ignored_with_hint() {
    let server = TestServer::start(&["--no-password"]).await;
    let packet = packet_after(&server, "&userName=amy", "40", "signalingError").await;
    assert!(packet.contains("bad-payload") && packet.contains("auth: {userName"), "{packet}");
    let auth = r#"40{"userName":"amy"}"#;
    let mut socket = web_socket(&server, "&userName=amy", None).await.expect("open");
    for packet in [auth, r#"421["test"]"#] {
        within("room to write", socket.send(Message::text(packet.to_owned()))).await.expect("sent");
        loop {
            let message = within("a packet", socket.next()).await.expect("open").expect("a frame");
            let text = message.to_text().unwrap_or_default();
            assert!(!text.contains("signalingError"), "{text}");
            if text.starts_with("40") || text.starts_with("431") {
                break;
            }
        }
    }
}
