//! Which ends of a connection are on purpose and which are breaks, on every transport and service ("The life of an
//! offer and of a call").

use serde_json::{Value, json};

use crate::support::frames::{CLOSE, FIN, Frames, Service, TEXT, frame};
use crate::support::member::{BARE, WEB_SOCKET};
use crate::support::pair_user::pair;
use crate::support::payload::{answered, connected_call, ended, party, until_hidden, withdrawn};
use crate::support::{Bare, Client, Member, TestServer, Transport};

/// Every code that a client may close with, and none.
const CODES: [Option<u16>; 7] = [None, Some(1000), Some(1001), Some(1006), Some(1011), Some(3000), Some(4999)];
const ROOM: &str = "kitchen";

/// Amy and Bob in a call, Amy by this transport.
async fn calling(server: &TestServer, transport: Transport) -> (Client, Client, Value) {
    let mut bob = Client::connect(server, "bob").await;
    let mut amy = Client::connect_by(server, transport, "amy").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    (amy, bob, id)
}

#[tokio::test]
async fn close_frame_ends_a_call_only_with_code_1001() {
    for transport in [Transport::WebSocket, Transport::Upgrade] {
        for code in CODES {
            let server = TestServer::start(&[]).await;
            let (amy, mut bob, id) = calling(&server, transport).await;
            amy.close_with(code).await;
            if code == Some(1001) {
                assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "closed"), "{transport:?}");
            } else {
                assert_eq!(bob.expect("peerLost").await, party("amy", &id), "{transport:?}: {code:?}");
                let mut amy = Client::connect_by(&server, transport, "amy").await;
                assert_eq!(amy.expect("restored").await["calls"], json!([party("bob", &id)]));
                assert_eq!(bob.expect("peerBack").await, party("amy", &id));
            }
            bob.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn close_packet_and_disconnect_end_a_call_on_all_transports() {
    for transport in [Transport::WebSocket, Transport::Upgrade, Transport::Polling] {
        for goodbye in ["1", "41"] {
            let server = TestServer::start(&[]).await;
            let (mut amy, mut bob, id) = calling(&server, transport).await;
            amy.send_raw(goodbye).await;
            assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "closed"), "{transport:?}: {goodbye}");
        }
    }
}

#[tokio::test]
async fn close_packet_counts_for_any_close_frame_after_it() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    for code in [1000, 1001, 4999] {
        let (mut eve, object) = offering(Frames::open(server.address(), Service::Course).await, &mut bob).await;
        eve.write(&[frame(FIN | TEXT, b"1"), close_frame(code)].concat()).await;
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "closed"), "{code}");
    }
}

#[tokio::test]
async fn bare_end_or_unreadable_packet_breaks_a_call() {
    for transport in [Transport::WebSocket, Transport::Upgrade, Transport::Polling] {
        for is_said in [true, false] {
            if !is_said && transport == Transport::Polling {
                continue;
            }
            let server = TestServer::start(&[]).await;
            let (mut amy, mut bob, id) = calling(&server, transport).await;
            if is_said {
                amy.try_send("x".into()).await.ok();
            } else {
                amy.lose();
            }
            assert_eq!(bob.expect("peerLost").await, party("amy", &id), "{transport:?}");
        }
    }
}

#[tokio::test]
async fn close_frame_is_understood_in_pieces_behind_other_frames() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    for code in [1001, 1000] {
        let (mut eve, object) = offering(Frames::open(server.address(), Service::Course).await, &mut bob).await;
        let long = format!(r#"42["unknown","{}"]"#, "x".repeat(70_000));
        let all = [frame(FIN | TEXT, long.as_bytes()), frame(FIN | TEXT, b"42[\"test\"]"), close_frame(code)].concat();
        let (start, end) = all.split_at(all.len() - 8);
        eve.write(start).await;
        for byte in end {
            eve.write(&[*byte]).await;
        }
        if code == 1001 {
            assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "closed"));
        } else {
            until_hidden(&mut bob, &object).await;
        }
    }
}

#[tokio::test]
async fn bare_close_frame_is_on_purpose_with_code_1000_and_1001() {
    for code in CODES {
        let server = TestServer::start(&[]).await;
        let [mut amy] = Member::gather(&server, ROOM, [WEB_SOCKET]).await;
        let mut eve = Bare::connect(&server, "eve").await;
        eve.send_text(&json!({ "action": "joining-room", "room": ROOM }).to_string()).await;
        let id = amy.expect("user-joined").await["peerId"].take();
        eve.close_with(code).await;
        if matches!(code, Some(1000 | 1001)) {
            let left = amy.expect("user-left").await;
            assert_eq!((&left["peerId"], &left["reason"]), (&id, &json!("closed")), "{code:?}");
        } else {
            assert_eq!(amy.expect("user-lost").await["peerId"], id, "{code:?}");
            let mut eve = Bare::open(&server, "userName=eve&password=x").await;
            assert_eq!(eve.expect("restored").await["data"]["rooms"][0]["peerId"], id);
            amy.expect("user-back").await;
            amy.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn pair_connection_that_ends_is_always_a_disconnect() {
    for code in CODES {
        let server = TestServer::start(&[]).await;
        let (mut one, two) = pair(&server, "tea").await;
        two.wire.close_with(code).await;
        one.expect_words("DISCONNECT_ROOM_NOTIFICATION").await;
        one.settle().await;
    }
}

#[tokio::test]
async fn code_1001_through_a_proxy_waits_for_the_return() {
    let server = TestServer::start(&["--trust-proxy"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let frames = Frames::open_through_proxy(server.address(), Service::Course).await;
    let (mut eve, object) = offering(frames, &mut bob).await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    eve.write(&close_frame(1001)).await;
    assert_eq!(bob.expect("peerLost").await, party("eve", &object["offerId"]));
    let mut eve = Client::connect(&server, "eve").await;
    assert_eq!(eve.expect("restored").await["calls"], json!([party("bob", &object["offerId"])]));
    assert_eq!(bob.expect("peerBack").await, party("eve", &object["offerId"]));
}

#[tokio::test]
async fn code_1001_through_a_proxy_without_return_is_on_purpose() {
    let server = TestServer::start(&["--trust-proxy", "--reconnect-grace", "1s"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let frames = Frames::open_through_proxy(server.address(), Service::Course).await;
    let (mut eve, object) = offering(frames, &mut bob).await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    eve.write(&close_frame(1001)).await;
    assert_eq!(bob.expect("peerLost").await, party("eve", &object["offerId"]));
    assert_eq!(bob.expect("peerHangup").await, ended("eve", &object["offerId"], "closed"));
    // An unanswered offer is withdrawn without a `peerLost` before.
    let frames = Frames::open_through_proxy(server.address(), Service::Course).await;
    let (mut eve, object) = offering(frames, &mut bob).await;
    eve.write(&close_frame(1001)).await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "closed"));
}

#[tokio::test]
async fn close_that_proxies_never_send_counts_behind_a_proxy() {
    let server = TestServer::start(&["--trust-proxy"]).await;
    let [mut amy] = Member::gather(&server, ROOM, [BARE]).await;
    for code in [1000, 1001] {
        let mut eve = Frames::open_through_proxy(server.address(), Service::Rooms).await;
        eve.say(&json!({ "action": "joining-room", "room": ROOM }).to_string()).await;
        amy.expect("user-joined").await;
        eve.write(&close_frame(code)).await;
        amy.expect(if code == 1000 { "user-left" } else { "user-lost" }).await;
    }
    let mut bob = Client::connect(&server, "bob").await;
    for goodbye in ["1", "41"] {
        let frames = Frames::open_through_proxy(server.address(), Service::Course).await;
        let (mut eve, object) = offering(frames, &mut bob).await;
        eve.say(goodbye).await;
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "closed"), "{goodbye}");
    }
}

/// Makes an offer by hand, and returns the offer object that Bob receives.
async fn offering(mut eve: Frames, bob: &mut Client) -> (Frames, Value) {
    eve.say(r#"42["newOffer",{"type":"offer","sdp":"x"}]"#).await;
    let object = bob.expect("newOfferAwaiting").await[0].take();
    (eve, object)
}

fn close_frame(code: u16) -> Vec<u8> {
    frame(FIN | CLOSE, &[&code.to_be_bytes()[..], b"going"].concat())
}
