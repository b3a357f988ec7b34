//! The inspector: who may read, and what the records say (docs/inspector.md).

use serde_json::{Value, json};
use switchboard::inspect::feed::Reader;

use crate::support::inspector::{of_kind, the_only};
use crate::support::member::{BARE, WEB_SOCKET};
use crate::support::payload::{CANDIDATE_OUT, answer, answered, candidate, from_offerer, offer, offered};
use crate::support::server::{build, state_dir};
use crate::support::{Bare, Client, Member, TestServer, Transport, within};

const MASKED_SDP: &str = "v=0\r\na=ice-pwd:(masked)\r\na=candidate:1 1 udp 1 private-ipv4 9 typ host\r\n";
const SDP: &str = "v=0\r\na=ice-pwd:secret\r\na=candidate:1 1 udp 1 192.168.1.7 9 typ host\r\n";

#[tokio::test]
async fn records_of_a_call_name_each_event_and_its_cause() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect_by(&server, Transport::Polling, "bob").await;
    let object = offered(&mut amy, &mut bob, SDP).await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    amy.settle().await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.disconnect().await;
    bob.expect("peerHangup").await;

    let records = server.records().await;
    let numbers: Vec<_> = records.iter().map(|record| record["n"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let times: Vec<_> = records.iter().map(|record| record["at"].as_f64().expect("a time")).collect();
    assert!(times.is_sorted(), "{times:?}");

    let [amy, bob] = of_kind(&records, "connect")[..] else { panic!("two connect: {records:#?}") };
    assert_eq!(
        (&amy["userName"], &amy["transport"], &amy["as"]),
        (&json!("amy"), &json!("websocket"), &json!("socketio"))
    );
    assert_eq!((&bob["userName"], &bob["transport"], &bob["back"]), (&json!("bob"), &json!("polling"), &json!(false)));
    let (amy, bob) = (&amy["client"], &bob["client"]);

    let new_offer = the_only(&records, "receive", "newOffer");
    assert_eq!((&new_offer["client"], &new_offer["payload"]), (amy, &json!([offer(MASKED_SDP)])));
    let id = &object["offerId"];
    let outcomes = of_kind(&records, "outcome");
    assert_eq!((&outcomes[0]["to"], &outcomes[0]["offered"]), (&new_offer["n"], id));
    let awaiting = the_only(&records, "send", "newOfferAwaiting");
    let expected = json!({"lobby": "", "except": [amy], "cause": new_offer["n"]});
    assert_eq!(json!({"lobby": awaiting["lobby"], "except": awaiting["except"], "cause": awaiting["cause"]}), expected);

    let new_answer = the_only(&records, "receive", "newAnswer");
    let reply = the_only(&records, "reply", "newAnswer");
    assert_eq!((&reply["to"], &reply["client"], &reply["ack"]), (&new_answer["n"], bob, &new_answer["ack"]));
    assert_eq!(reply["payload"][0].as_array().map(Vec::len), Some(1), "the candidate: {reply}");
    let answered = outcomes.iter().find(|outcome| outcome["to"] == new_answer["n"]).expect("the outcome of the answer");
    assert_eq!((&answered["answered"], &answered["offerer"], &answered["candidates"]), (id, &json!("amy"), &json!(1)));
    let response = the_only(&records, "send", "answerResponse");
    assert_eq!((&response["to"], &response["cause"]), (&json!([amy]), &new_answer["n"]));

    let gone = of_kind(&records, "disconnect");
    assert_eq!((&gone[0]["client"], &gone[0]["end"], &gone[0]["offers"]), (amy, &json!("closed"), &json!([id])));
    assert_eq!(the_only(&records, "send", "peerHangup")["cause"], Value::Null);
}

#[tokio::test]
async fn refusal_is_joined_to_the_event_that_caused_it() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit_with_ack("newAnswer", json!({"answer": 1})).await;
    amy.emit("newOfer", json!(1)).await;
    amy.settle().await;

    let records = server.records().await;
    let received = the_only(&records, "receive", "newAnswer");
    let refused = the_only(&records, "refuse", "newAnswer");
    assert_eq!((&refused["to"], &refused["code"]), (&received["n"], &json!("bad-payload")));
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("offererUserName")), "{refused}");
    assert_eq!(the_only(&records, "reply", "newAnswer")["payload"], json!([[]]));
    assert_eq!(the_only(&records, "send", "signalingError")["cause"], received["n"]);
    let unknown = the_only(&records, "receive", "newOfer");
    assert_eq!((&unknown["unknown"], &unknown["payload"]), (&json!(true), &json!([1])));
}

#[tokio::test]
async fn client_that_is_not_admitted_is_recorded() {
    let server = TestServer::start(&[]).await;
    let auth = json!({"userName": "eve", "password": "?"});
    let mut eve =
        Client::try_connect(&server, Transport::WebSocket, auth).await.expect("connected first, as in the course");
    eve.expect("signalingError").await;
    Bare::refused(&server, "?userName=mal&password=?", &[]).await;
    let page = [("Origin", "https://far.example")];
    server.get_with("/socket.io/?EIO=4&transport=polling", &page).await;
    server.get("/socket.io/?EIO=3&transport=polling").await;

    let records = server.records().await;
    let rejected: Vec<_> = of_kind(&records, "reject")
        .into_iter()
        .map(|record| {
            (record["as"].clone(), record["userName"].clone(), record["code"].clone(), record["origin"].clone())
        })
        .collect();
    assert_eq!(
        rejected,
        [
            (json!("socketio"), json!("eve"), json!("wrong-password"), Value::Null),
            (json!("rooms"), json!("mal"), json!("wrong-password"), Value::Null),
            (json!("socketio"), Value::Null, json!("wrong-origin"), json!("https://far.example")),
            (json!("socketio"), Value::Null, json!("engine-io-3"), Value::Null),
        ]
    );
}

#[tokio::test]
async fn rooms_and_pairs_are_recorded_as_they_are_on_the_wire() {
    let server = TestServer::start(&[]).await;
    let _members = Member::gather(&server, "den", [WEB_SOCKET, BARE]).await;
    let mut first = Bare::open_path(server.address(), "/?userId=1").await;
    let exit = json!({"label": "NORMAL_SERVER_PROCESS", "data": {"type": "EXIT_ROOM_REQUEST", "roomName": "x"}});
    first.send_text(&exit.to_string()).await;
    first.next_or_end().await;

    let records = server.records().await;
    let joins: Vec<_> = of_kind(&records, "outcome").into_iter().filter(|record| record["joined"] == "den").collect();
    assert_eq!(joins.len(), 2, "{records:#?}");
    let frame = records.iter().find(|record| record["n"] == joins[1]["to"]);
    assert_eq!(frame.map(|frame| &frame["payload"]["action"]), Some(&json!("joining-room")));
    let joined = the_only(&records, "send", "user-joined");
    assert_eq!(
        (&joined["to"], &joined["cause"]),
        (&json!([of_kind(&records, "connect")[0]["client"]]), &joins[1]["to"])
    );
    the_only(&records, "receive", "NORMAL_SERVER_PROCESS/EXIT_ROOM_REQUEST");
}

#[tokio::test]
async fn addresses_and_secrets_are_masked_unless_asked_for() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit_with_ack("newOffer", offer(SDP)).await;
    let [masked, plain] = [server.lines("").await, server.lines("&unmasked=1").await];
    assert_eq!((&masked[0]["masked"], &plain[0]["masked"]), (&json!(true), &json!(false)));
    assert_eq!(the_only(&masked, "receive", "newOffer")["payload"][0]["sdp"], MASKED_SDP);
    assert_eq!(the_only(&plain, "receive", "newOffer")["payload"][0]["sdp"], SDP);
    let text = masked.iter().map(ToString::to_string).collect::<String>();
    assert!(!text.contains("192.168.1.7") && !text.contains("127.0.0.1"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_shown_as_json_is_named_so() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let deep = format!("42[\"deep\",{}{}]", "[".repeat(500), "]".repeat(500));
    amy.send_raw(&deep).await;
    let part = bytes::Bytes::from_static(b"part");
    amy.emit_binary("newOffer", json!({"type": "offer", "sdp": {"_placeholder": true, "num": 0}}), &[part]).await;
    amy.settle().await;
    let records = server.records().await;
    let record = the_only(&records, "receive", "deep");
    assert_eq!((&record["payload"], &record["unread"]), (&Value::Null, &json!(true)));
    assert!(the_only(&records, "receive", "newOffer")["binary"].is_u64());
}

#[tokio::test]
async fn records_are_read_only_with_the_key() {
    let server = TestServer::start(&[]).await;
    let key = server.inspector_key();
    for wrong in ["", "?key=", "?key=0123456789abcdef0123456789abcdef"] {
        let reply = server.get(&format!("/inspector/events{wrong}")).await;
        assert_eq!(reply.status, 401, "{wrong}");
        assert!(reply.text().contains("start-up lines"), "{}", reply.text());
    }
    let bearer = format!("Bearer {key}");
    let by_header = server.get_with("/inspector/events?follow=0", &[("Authorization", &bearer)]).await;
    assert_eq!((by_header.status, by_header.header("cache-control")), (200, Some("no-store")));
    let path = format!("/inspector/events?follow=0&key={key}");
    assert_eq!(server.get_with(&path, &[("Origin", "http://localhost")]).await.status, 200);
    for foreign in ["https://far.example", "http://localhost:3000", "null"] {
        assert_eq!(server.get_with(&path, &[("Origin", foreign)]).await.status, 403, "{foreign}");
    }
}

/// Opens the namespace with this key, from a page of this origin.
async fn enter_namespace(server: &TestServer, key: &str, origin: &str) -> String {
    let headers = [("Origin", origin)];
    let opened = server.get_with("/socket.io/?EIO=4&transport=polling", &headers).await.text();
    let handshake: Value = serde_json::from_str(&opened[1..]).expect("a handshake");
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", handshake["sid"].as_str().expect("an id"));
    let connect = format!("40/inspector,{}", json!({"key": key}));
    server.request("POST", &path, &headers, connect.as_bytes()).await;
    let replies = server.get_with(&path, &headers).await.text();
    // Another engine pings at once.
    replies.trim_start_matches("2\u{1e}").to_owned()
}

#[tokio::test]
async fn namespace_admits_only_the_key_and_this_origin() {
    let server = TestServer::start(&["--allow-origin", "https://far.example"]).await;
    let key = server.inspector_key();
    let admitted = enter_namespace(&server, key, "http://localhost").await;
    assert!(admitted.starts_with("40/inspector,{\"sid\""), "{admitted}");
    let wrong = enter_namespace(&server, "wrong", "http://localhost").await;
    assert!(wrong.starts_with("44/inspector,") && wrong.contains("not the key"), "{wrong}");
    for foreign in ["https://far.example", "http://localhost:3000"] {
        let refused = enter_namespace(&server, key, foreign).await;
        assert!(refused.starts_with("44/inspector,") && refused.contains("own page"), "{foreign}: {refused}");
    }
}

#[tokio::test]
async fn reader_that_follows_receives_each_record_until_the_server_stops() {
    let server = TestServer::start(&[]).await;
    let path = format!("/inspector/events?after=0&key={}", server.inspector_key());
    let mut amy = Client::connect(&server, "amy").await;
    let stream = server.stream().await;
    let following = tokio::spawn(async move { crate::support::http::request(stream, "GET", &path, &[], b"").await });
    server.records_with("the reader", |record| record["kind"] == "connect").await;
    amy.emit_with_ack("newOffer", offer("text")).await;
    within("the server to stop", server.stop()).await;
    let text = within("the end of the lines", following).await.expect("a reply").text();
    let kinds: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["kind"].clone()).collect();
    assert_eq!(kinds.first(), Some(&json!("server")));
    assert!(kinds.contains(&json!("receive")) && kinds.contains(&json!("stop")), "{text}");
}

#[tokio::test]
async fn inspector_is_on_with_the_courses_password_or_by_its_flag() {
    for (flags, is_on) in [
        (&[][..], true),
        (&["--inspector=off"], false),
        (&["--password", "other"], false),
        (&["--no-password"], false),
        (&["--password", "other", "--inspector=on"], true),
    ] {
        let server = TestServer::start(flags).await;
        assert_eq!(server.inspector.is_some(), is_on, "{flags:?}");
        let reply = server.get("/inspector").await;
        assert_eq!(reply.status, if is_on { 200 } else { 404 }, "{flags:?}");
        if !is_on {
            assert!(reply.text().contains("--inspector=on"), "{}", reply.text());
            assert_eq!(server.get("/inspector/events").await.status, 404);
        }
    }
    assert!(build(state_dir(), &["--chaos", "--inspector=off"]).is_err());
}

#[tokio::test]
async fn answer_without_effect_is_recorded_as_ignored() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    bob.emit_with_ack("newAnswer", json!({"offerId": object["offerId"], "answer": answer("answer")})).await;
    let records = server.records().await;
    let second = of_kind(&records, "receive").into_iter().filter(|record| record["event"] == "newAnswer").nth(1);
    let second = second.expect("two answers")["n"].clone();
    assert!(records.iter().any(|record| record["to"] == second && record["kind"] != "reply"), "{records:#?}");
}

#[tokio::test]
async fn several_readers_receive_the_same_records() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit_with_ack("newOffer", offer(SDP)).await;
    let alone = server.records().await;
    let _other = Reader::new(server.inspector.clone().expect("the inspector is on"));
    for _ in 0..2 {
        assert_eq!(server.records().await, alone);
        assert_eq!(the_only(&server.lines("&unmasked=1").await, "receive", "newOffer")["payload"][0]["sdp"], SDP);
    }
}

#[tokio::test]
async fn end_of_a_replaced_connection_is_not_recorded() {
    let server = TestServer::start(&[]).await;
    let auth = json!({"userName": "amy", "password": "x", "session": "one"});
    let mut before = Client::connect_as(&server, auth.clone()).await;
    let mut after = Client::connect_as(&server, auth).await;
    before.expect_end().await;
    after.emit_with_ack("newOffer", offer("text")).await;
    let mut bob = Client::connect(&server, "bob").await;
    bob.emit_with_ack("test", json!(null)).await;
    let records = server.records().await;
    let [first, second, _] = of_kind(&records, "connect")[..] else { panic!("amy twice, and bob: {records:#?}") };
    assert_eq!((&first["client"], &second["back"]), (&second["client"], &json!(true)));
    after.disconnect().await;
    let records = server.records_with("amy's end", |record| record["end"] == "closed").await;
    let ends: Vec<_> = of_kind(&records, "disconnect").into_iter().map(|record| &record["end"]).collect();
    assert_eq!(ends, ["closed"], "amy was never away: {records:#?}");
}
