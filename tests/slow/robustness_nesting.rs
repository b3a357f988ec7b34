//! JSON in a string in JSON, hundreds of times: a key that `serde_json` reads in a way of its own leads past every bound
//! of nesting, and a stack that overflows ends the process. So each service is tried in a process of its own.

use bytes::Bytes;
use serde_json::json;

use crate::support::http::request;
use crate::support::pair_user::User;
use crate::support::program::Program;
use crate::support::token::{SECRET, assembled};
use crate::support::wire::Frame;
use crate::support::{Bare, Client, TestServer};

/// Beside it a JSON text is expected, to be read in the place of the object.
const KEY: &str = "$serde_json::private::RawValue";

/// A value of so many JSON texts, each inside the one before, with a hundred brackets around each.
fn nested(texts: usize) -> String {
    let (open, close) = ("[".repeat(90), "]".repeat(90));
    (0..texts).fold("1".to_owned(), |inner, _| {
        // With these escapes a text grows by its own length each time, not to twice of it.
        let inner = inner.replace('\\', "\\u005c").replace('"', "\\u0022");
        format!(r#"{open}{{"{KEY}":"{inner}"}}{close}"#)
    })
}

/// The server still runs, and the client is still connected.
async fn is_well(program: &mut Program, service: &str) {
    program.assert_sound();
    assert_eq!(program.server.get("/healthz").await.status, 200, "after {service}");
}

/// Sends a request that is refused.
async fn post(server: &TestServer, path: &str, body: &str) {
    let reply = request(server.stream().await, "POST", path, &[], body.as_bytes()).await;
    assert_eq!(reply.status, 400, "{path}");
}

#[tokio::test]
async fn nested_text_overflows_no_stack() {
    let mut program = Program::start(&[]).await;
    let value = nested(200);

    post(&program.server, "/create-room", &value).await;
    post(&program.server, "/destroy-room", &format!(r#"{{"roomName":{value}}}"#)).await;
    is_well(&mut program, "a request of pairs").await;

    let mut pair = User::connect(&program.server, "1").await;
    pair.wire.send_text(&format!(r#"{{"label":"WEBRTC_PROCESS","data":{value}}}"#)).await;
    pair.expect_error("bad-payload").await;
    is_well(&mut program, "a frame of pairs").await;

    let mut bare = Bare::connect(&program.server, "amy").await;
    bare.ask(json!({ "action": "joining-room", "room": "tea" })).await;
    let frame = r#"{"action":"sending-SDP-offer","room":"tea","data":{"offer":VALUE}}"#;
    bare.send_text(&frame.replace("VALUE", &value)).await;
    bare.expect("joined-room").await;
    bare.expect_silence().await;
    is_well(&mut program, "a frame of rooms").await;

    // A client has to receive it without parsing it: the stack would be that of this process.
    let listener = tokio::spawn(Client::connect(&program.server, "bob").await.stay());
    let mut caller = Client::connect(&program.server, "amy").await;
    let offer = format!(r#"42["newOffer",{value}]"#);
    let binary = format!(r#"451-["newOffer",{{"a":{{"_placeholder":true,"num":0}},"b":{value}}}]"#);
    caller.send_all(&[Frame::Text(offer), Frame::Text(binary), Frame::Binary(Bytes::from_static(b"part"))]).await;
    caller.expect_silence().await;
    is_well(&mut program, "an event").await;
    assert!(!listener.is_finished(), "the listener is still connected");
}

#[tokio::test]
async fn nested_text_in_auth_overflows_no_stack() {
    let mut program = Program::start(&[]).await;
    let auth = json!({ "userName": "amy", "password": "x", "more": { KEY: nested(200) } });
    Client::connect_as(&program.server, auth).await;
    is_well(&mut program, "a handshake").await;
}

#[tokio::test]
async fn nested_text_in_token_header_overflows_no_stack() {
    let mut program = Program::start(&["--jwt-secret", SECRET]).await;
    // About as much as a token may hold.
    let token = assembled(json!({ "alg": "HS256", "x": { KEY: nested(14) } }), json!({}), |_| Vec::new());
    assert!((6_000..8_000).contains(&token.len()), "{}", token.len());
    let reply = Bare::refused(&program.server, &format!("?token={token}"), &[]).await;
    assert_eq!(reply.status, 401);
    is_well(&mut program, "a token").await;
}
