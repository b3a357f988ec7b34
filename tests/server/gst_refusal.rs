//! Streams at `/gst`: what is rejected, with a sentence, without affecting other connections ("Streams").

use serde_json::{Value, json};
use switchboard::core::command::{Action, Command, Newcomer, NodeFull, Purpose, Sender};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::state::Core;
use switchboard::core::time::Timestamp;
use switchboard::protocol::client_message::ClientMessage;
use switchboard::protocol::gst::{GstRequest, GstRoles};
use switchboard::protocol::limits::Limits;
use switchboard::protocol::refusal::Code;
use tokio_tungstenite::tungstenite::Message;

use crate::support::fixtures::newcomer;
use crate::support::gst_peer::GstPeer;
use crate::support::http_server::HttpServer;
use crate::support::program::Program;
use crate::support::{Bare, TestServer, UNHURRIED};

#[tokio::test]
async fn malformed_message_is_rejected_and_changes_nothing() {
    let server = TestServer::start(&["--gst"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut viewer = GstPeer::connect(&server).await;
    let id = viewer.start(&mut camera).await;
    let (session, peer) = (id.as_str().expect("text"), camera.id.as_str().expect("text"));
    let messages = [
        r#"{"type":"setPeerStatus"}"#.to_owned(),
        r#"{"type":"setPeerStatus","roles":"producer"}"#.to_owned(),
        r#"{"type":"setPeerStatus","roles":["king"]}"#.to_owned(),
        r#"{"type":"setPeerStatus","roles":[["producer"]]}"#.to_owned(),
        r#"{"type":"setPeerStatus","roles":["producer","consumer"]}"#.to_owned(),
        format!(r#"{{"type":"setPeerStatus","roles":["producer"],"meta":{}1{}}}"#, "[".repeat(101), "]".repeat(101)),
        r#"{"type":"startSession"}"#.to_owned(),
        r#"{"type":"startSession","peerId":7}"#.to_owned(),
        format!(r#"{{"type":"startSession","peerId":"{peer}","offer":7}}"#),
        r#"{"type":"endSession"}"#.to_owned(),
        r#"{"type":"endSession","sessionId":null}"#.to_owned(),
        format!(r#"{{"type":"peer","sessionId":"{session}"}}"#),
        r#"{"type":"peer","sdp":{"type":"answer","sdp":"v=0"}}"#.to_owned(),
        format!(r#"{{"type":"peer","sessionId":"{session}","sdp":"v=0"}}"#),
        format!(r#"{{"type":"peer","sessionId":"{session}","sdp":["offer","v=0"]}}"#),
        format!(r#"{{"type":"peer","sessionId":"{session}","sdp":{{"type":"rollback","sdp":""}}}}"#),
        format!(r#"{{"type":"peer","sessionId":"{session}","sdp":{{"type":"answer","sdp":null}}}}"#),
        format!(r#"{{"type":"peer","sessionId":"{session}","ice":null}}"#),
        format!(r#"{{"type":"peer","sessionId":"{session}","ice":{{"candidate":"x"}}}}"#),
        format!(r#"{{"type":"peer","sessionId":"{session}","ice":{{"candidate":"x","sdpMLineIndex":-1}}}}"#),
        format!(r#"{{"type":"peer","sessionId":"{session}","ice":{{"candidate":null,"sdpMLineIndex":0}}}}"#),
        format!(
            r#"{{"type":"peer","sessionId":"{session}","ice":{{"candidate":"x","sdpMLineIndex":0}},"sdp":{{"type":"answer","sdp":""}}}}"#
        ),
        // A consumer does not offer within a session.
        format!(r#"{{"type":"peer","sessionId":"{session}","sdp":{{"type":"offer","sdp":"v=0"}}}}"#),
    ];
    for message in messages {
        viewer.wire.send_text(&message).await;
        viewer.expect_error("bad-payload").await;
    }
    viewer.say("peer", json!({ "sessionId": id, "sdp": { "type": "answer", "sdp": "v=0" } })).await;
    camera.expect("peer").await;
    assert_eq!(viewer.listed("list").await, [camera.id.clone()]);
}

#[tokio::test]
async fn session_of_others_is_neither_used_nor_ended() {
    let server = TestServer::start(&["--gst"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut viewer = GstPeer::connect(&server).await;
    let id = viewer.start(&mut camera).await;
    let mut eve = GstPeer::connect(&server).await;
    for session in [&id, &json!("none")] {
        eve.say("endSession", json!({ "sessionId": session })).await;
        eve.expect_error("no-call").await;
        for content in [json!({ "type": "answer", "sdp": "v=0" }), json!({ "type": "offer", "sdp": "v=0" })] {
            eve.say("peer", json!({ "sessionId": session, "sdp": content })).await;
            eve.expect_error("no-call").await;
        }
    }
    for peer in [&eve.id.clone(), &viewer.id, &json!("0123456789abcdef"), &json!("x")] {
        eve.say("startSession", json!({ "peerId": peer })).await;
        eve.expect_error("no-such-peer").await;
    }
    eve.wire.close().await;
    viewer.say("peer", json!({ "sessionId": id, "ice": { "candidate": "", "sdpMLineIndex": 0 } })).await;
    camera.expect("peer").await;
    camera.settle().await;
    viewer.settle().await;
}

#[tokio::test]
async fn unknown_types_get_errors_then_close_their_connection() {
    let server = TestServer::start(&["--gst"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut eve = GstPeer::connect(&server).await;
    let texts =
        ["", "{", "null", "[]", "{}", r#"{"type":7}"#, r#"{"type":"newPeer"}"#, r#"{"type":"a","type":"list"}"#];
    for text in texts {
        eve.wire.send_text(text).await;
        eve.expect_error("bad-payload").await;
    }
    eve.say("welcome", json!({ "peerId": camera.id })).await;
    eve.expect_error("bad-payload").await;
    eve.wire.send(Message::binary(vec![0])).await;
    assert_eq!(eve.wire.expect_close(4400).await.len(), 1);
    camera.settle().await;
}

#[tokio::test]
async fn message_beyond_a_limit_is_rejected() {
    let flags = ["--gst", "--max-description", "2kB", "--max-candidate", "1kB", "--max-message", "20kB"];
    let server = TestServer::start(&flags).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut viewer = GstPeer::connect(&server).await;
    let id = viewer.start(&mut camera).await;
    let text = "x".repeat(2_001);
    viewer.say("startSession", json!({ "peerId": camera.id, "offer": text })).await;
    viewer.expect_error("too-large").await;
    viewer.say("peer", json!({ "sessionId": id, "sdp": { "type": "answer", "sdp": text } })).await;
    viewer.expect_error("too-large").await;
    viewer.say("peer", json!({ "sessionId": id, "ice": { "candidate": text, "sdpMLineIndex": 0 } })).await;
    viewer.expect_error("too-large").await;
    viewer.set_status(&["producer"], json!("x".repeat(8 * 1024))).await;
    viewer.expect_error("too-large").await;
    assert_eq!(viewer.listed("list").await, [camera.id.clone()]);
    viewer.say("peer", json!({ "sessionId": id, "sdp": "x".repeat(20_000) })).await;
    let frames = viewer.wire.expect_close(1009).await;
    assert_eq!(frames.last().map(|error| &error["code"]), Some(&json!("too-large")));
    assert_eq!(camera.expect("endSession").await["sessionId"], id);
}

#[tokio::test]
async fn lobby_holds_so_much_meta_and_no_more() {
    let server = TestServer::start(&["--gst"]).await;
    let meta = json!("x".repeat(8 * 1024 - 2));
    let mut cameras = Vec::new();
    for _ in 0..64 {
        let mut camera = GstPeer::connect(&server).await;
        camera.set_status(&["producer"], meta.clone()).await;
        camera.settle().await;
        cameras.push(camera);
    }
    let mut one_more = GstPeer::connect(&server).await;
    for roles in [["producer"], ["consumer"]] {
        one_more.set_status(&roles, json!(1)).await;
        one_more.expect_error("too-many").await;
    }
    // Without meta, or as a listener, it has a place; and another one is free once a camera is gone.
    one_more.set_status(&["producer"], Value::Null).await;
    one_more.settle().await;
    assert_eq!(one_more.listed("list").await.len(), 65);
    one_more.set_status(&["listener"], meta.clone()).await;
    one_more.expect("peerStatusChanged").await;
    cameras.pop().expect("a camera").wire.close().await;
    one_more.expect("peerStatusChanged").await;
    one_more.set_status(&["producer"], meta).await;
    one_more.settle().await;
}

#[tokio::test]
async fn peer_has_so_many_sessions_and_no_more() {
    let server = TestServer::start(&[&["--gst"], &UNHURRIED[..]].concat()).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut viewer = GstPeer::connect(&server).await;
    let mut last = Value::Null;
    for _ in 0..256 {
        last = viewer.start(&mut camera).await;
    }
    let mut other = GstPeer::connect(&server).await;
    for peer in [&mut viewer, &mut other] {
        peer.say("startSession", json!({ "peerId": camera.id })).await;
        peer.expect_error("too-many").await;
    }
    viewer.say("endSession", json!({ "sessionId": last })).await;
    camera.expect("endSession").await;
    other.start(&mut camera).await;
}

#[test]
fn lobby_has_so_many_peers_with_a_role_and_no_more() {
    let mut core = Core::new(Limits { max_gst_peers: 2, ..Limits::default() });
    let mut apply = |action| core.apply(Command { at: Timestamp(0), action }, &mut Vec::new());
    let client = |number: u64| Sender { peer: PeerId(number), connection: ConnectionId(number), number: None };
    for number in 0..3 {
        let newcomer = Newcomer { purpose: Purpose::Gst, ..newcomer("peer") };
        apply(Action::Connect { connection: ConnectionId(number), newcomer }).expect("connected");
    }
    let mut set = |number, roles| {
        let message = ClientMessage::Gst(GstRequest::SetStatus { roles, meta: None });
        let action = Action::Message { from: client(number), message, id: 0, full: NodeFull::default() };
        apply(action).map(|_| ()).map_err(|refusal| refusal.code)
    };
    let listener = GstRoles { listener: true, ..GstRoles::default() };
    let producer = GstRoles { producer: true, ..GstRoles::default() };
    assert_eq!((set(0, listener), set(1, producer)), (Ok(()), Ok(())));
    assert_eq!(set(2, producer), Err(Code::TooMany));
    // One that has a role may have another; and one without it leaves a place.
    assert_eq!((set(0, producer), set(2, listener)), (Ok(()), Err(Code::TooMany)));
    assert_eq!((set(1, GstRoles::default()), set(2, listener)), (Ok(()), Ok(())));
}

#[tokio::test]
async fn nested_text_at_gst_overflows_no_stack() {
    let mut program = Program::start(&["--gst"]).await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut eve = GstPeer::connect(&program.server).await;
    for message in [
        r#"{"type":DEEP}"#,
        r#"{"type":"setPeerStatus","roles":DEEP}"#,
        r#"{"type":"setPeerStatus","roles":[],"meta":DEEP}"#,
        r#"{"type":"startSession","peerId":DEEP}"#,
        r#"{"type":"startSession","peerId":"0123456789abcdef","offer":DEEP}"#,
        r#"{"type":"endSession","sessionId":DEEP}"#,
        r#"{"type":"peer","sessionId":"0123456789abcdef","sdp":{"type":"offer","sdp":"","more":DEEP}}"#,
        r#"{"type":"peer","sessionId":"0123456789abcdef","ice":{"candidate":DEEP,"sdpMLineIndex":0}}"#,
    ] {
        eve.wire.send_text(&message.replace("DEEP", &deep)).await;
        eve.expect_error("bad-payload").await;
        program.assert_sound();
    }
    // A key without a meaning is not read.
    eve.wire.send_text(&format!(r#"{{"type":"list","other":{deep}}}"#)).await;
    eve.expect("list").await;
}

#[tokio::test]
async fn gst_clients_that_are_gone_leave_nothing() {
    let http_server = HttpServer::open(&["--gst"]).await;
    let open = async || Bare::open_path(http_server.address, "/gst").await;
    let (mut camera, mut screen, mut viewer) = (open().await, open().await, open().await);
    let id = async |bare: &mut Bare| bare.next_or_end().await.expect("a welcome")["peerId"].clone();
    let camera_id = id(&mut camera).await;
    id(&mut screen).await;
    id(&mut viewer).await;
    let status = |role: &str| json!({ "type": "setPeerStatus", "roles": [role], "meta": [role] }).to_string();
    camera.send_text(&status("producer")).await;
    screen.send_text(&status("consumer")).await;
    viewer.send_text(&status("listener")).await;
    viewer.next_or_end().await.expect("its own status");
    camera.send_text(r#"{"type":"list"}"#).await;
    camera.next_or_end().await.expect("the list");
    viewer.send_text(&json!({ "type": "startSession", "peerId": camera_id }).to_string()).await;
    camera.next_or_end().await.expect("a session");
    camera.lose();
    screen.close().await;
    viewer.lose();
    http_server.expect_empty().await;
}
