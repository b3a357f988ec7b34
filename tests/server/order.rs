//! Order and no loss: what one peer sends acts in the order sent, and nothing is dropped in silence.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::support::packet::{Event, Packet};
use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, candidates, connected_call, from_answerer, from_offerer,
    offer, offered,
};
use crate::support::wire::Frame;
use crate::support::{Client, TestServer, Transport, UNHURRIED};

/// Sends numbered candidates through a call, at most 500 of them without their ack.
async fn send_numbered(client: &mut Client, count: usize, payload: fn(Value) -> Value) {
    let mut asked = std::collections::VecDeque::new();
    for number in 0..count {
        if asked.len() == 500 {
            let id = asked.pop_front().expect("500 of them");
            assert_eq!(client.ack_of(id).await, json!({ "ok": true }));
        }
        asked.push_back(client.emit_asking(CANDIDATE_OUT, payload(json!(number))).await);
    }
    for id in asked {
        assert_eq!(client.ack_of(id).await, json!({ "ok": true }));
    }
}

async fn expect_numbered(client: &mut Client, count: usize) {
    for number in 0..count {
        assert_eq!(client.expect(CANDIDATE_IN).await, json!(number));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_events_of_one_peer_act_in_the_order_sent() {
    let server = TestServer::start(&[UNHURRIED, ["--max-candidates", "5000"]].concat()).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    tokio::join!(send_numbered(&mut amy, 5_000, from_offerer), expect_numbered(&mut bob, 5_000));
    tokio::join!(send_numbered(&mut bob, 5_000, from_answerer), expect_numbered(&mut amy, 5_000));
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_one_polling_payload_act_in_their_order() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut amy = Client::connect_by(&server, Transport::Polling, "amy").await;
    let mut bob = Client::connect_by(&server, Transport::Polling, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    let frames: Vec<_> = (0..200)
        .map(|number| Frame::Text(format!("42{}", json!([CANDIDATE_OUT, from_offerer(json!(number))]))))
        .collect();
    amy.send_all(&frames).await;
    expect_numbered(&mut bob, 200).await;
    bob.expect_silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_candidates_come_in_the_order_sent() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    for _ in 0..20 {
        // Some before the offer, most after it, all in one go.
        let mut frames: Vec<_> = (0..256)
            .map(|number| Frame::Text(format!("42{}", json!([CANDIDATE_OUT, from_offerer(candidate(number))]))))
            .collect();
        frames.insert(20, Frame::Text(format!("42{}", json!(["newOffer", offer("offer")]))));
        amy.send_all(&frames).await;
        amy.settle().await;
        let object = bob.expect("newOfferAwaiting").await[0].take();
        let kept = bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
        assert_eq!(kept, json!(candidates(0..256)));
        amy.expect("answerResponse").await;
        amy.emit_with_ack("hangup", Value::Null).await;
        bob.expect("peerHangup").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_overtaken_across_the_upgrade() {
    let server = TestServer::start(&[]).await;
    stream::iter(0..50)
        .for_each_concurrent(8, |number| {
            let server = &server;
            async move {
                let lobby = format!("lobby {number}");
                let auth = |name: &str| json!({ "userName": name, "password": "x", "lobby": lobby });
                let mut bob = Client::connect_as(server, auth("bob")).await;
                let mut amy = Client::try_connect(server, Transport::Polling, auth("amy")).await.expect("let in");
                connected_call(&mut amy, &mut bob).await;
                // Some by polling, some by the WebSocket as soon as it is there, and some the other way meanwhile.
                for number in 0..20 {
                    amy.emit(CANDIDATE_OUT, from_offerer(json!(number))).await;
                    bob.emit(CANDIDATE_OUT, from_answerer(json!(number))).await;
                }
                amy.upgrade(server).await;
                for number in 20..40 {
                    amy.emit(CANDIDATE_OUT, from_offerer(json!(number))).await;
                    bob.emit(CANDIDATE_OUT, from_answerer(json!(number))).await;
                }
                expect_numbered(&mut bob, 40).await;
                expect_numbered(&mut amy, 40).await;
                amy.expect_silence().await;
            }
        })
        .await;
}

/// When the first event is sent: with the CONNECT packet in one write, or at once when the reply has come.
#[derive(Clone, Copy)]
enum FirstEvent {
    WithConnect,
    AfterReply,
}

/// A lobby with a witness, and ten clients that come in and call in the same tick. Gives back how many were let in.
async fn ten_that_call_at_once(server: &TestServer, lobby: usize, transport: Transport, first: FirstEvent) -> usize {
    let auth = |name: &str| json!({ "userName": name, "password": "x", "lobby": format!("lobby {lobby}") });
    let mut witness = Client::connect_as(server, auth("witness")).await;
    let callers = (0..10).map(|number| {
        let name = format!("caller {number}");
        let connect = Frame::Text(format!("40{}", auth(&name)));
        async move {
            let new_offer = Frame::Text(format!("421{}", json!(["newOffer", offer("offer")])));
            let mut caller = Client::open(server, transport).await;
            match first {
                FirstEvent::WithConnect => caller.send_all(&[connect, new_offer]).await,
                FirstEvent::AfterReply => {
                    caller.send_all(&[connect]).await;
                    assert!(matches!(caller.next().await, Packet::Connected(_)));
                    caller.send_all(&[new_offer]).await;
                }
            }
            loop {
                match caller.next_or_end().await {
                    Some(Packet::Ack { id: 1, args, .. }) => {
                        assert_eq!(args[0]["ok"], true, "{args:?}");
                        break Some((name, caller));
                    }
                    Some(_) => {}
                    None => break None,
                }
            }
        }
    });
    let callers: Vec<_> = futures_util::future::join_all(callers).await.into_iter().flatten().collect();
    let mut heard = Vec::new();
    for _ in &callers {
        heard.push(witness.expect("newOfferAwaiting").await[0]["offererUserName"].clone());
    }
    heard.sort_by_key(Value::to_string);
    assert_eq!(json!(heard), json!(callers.iter().map(|(name, _)| name).collect::<Vec<_>>()), "each was heard once");
    witness.expect_silence().await;
    callers.len()
}

/// Two hundred lobbies of ten; one lobby in ten is on long-polling. Gives back how many clients were let in.
async fn two_thousand_that_call_at_once(first: FirstEvent) -> usize {
    let server = TestServer::start(&[]).await;
    let lobbies = stream::iter(0..200).map(|lobby| {
        let transport = if lobby % 10 == 0 { Transport::Polling } else { Transport::WebSocket };
        ten_that_call_at_once(&server, lobby, transport, first)
    });
    lobbies.buffer_unordered(16).fold(0, async |sum, let_in| sum + let_in).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_thousand_that_call_in_the_tick_of_connect_none_is_lost() {
    assert_eq!(two_thousand_that_call_at_once(FirstEvent::AfterReply).await, 2_000);
}

/// Socket.IO forbids it, and its servers close such a connection. What must not be is an offer that vanishes while
/// its connection lives on.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_thousand_that_call_without_waiting_for_the_reply_none_is_lost_in_silence() {
    two_thousand_that_call_at_once(FirstEvent::WithConnect).await;
}

const FROM_EACH: usize = 8;

/// The caller's half of a call: candidates before and after the answer comes.
async fn caller(mut amy: Client) -> Client {
    amy.emit("newOffer", offer("offer")).await;
    for number in 0..FROM_EACH / 2 {
        amy.emit(CANDIDATE_OUT, from_offerer(json!(number))).await;
    }
    let response = amy.expect("answerResponse").await;
    assert_eq!(response["answer"], answer("answer"));
    for number in FROM_EACH / 2..FROM_EACH {
        amy.emit(CANDIDATE_OUT, from_offerer(json!(number))).await;
    }
    expect_numbered(&mut amy, FROM_EACH).await;
    amy
}

/// The answerer's half: `early` of its candidates come before its answer.
async fn answerer(mut bob: Client, early: usize) -> Client {
    let object = bob.expect("newOfferAwaiting").await[0].take();
    for number in 0..early {
        bob.emit(CANDIDATE_OUT, from_answerer(json!(number))).await;
    }
    let asked = bob.emit_asking("newAnswer", answered(&object, "answer")).await;
    for number in early..FROM_EACH {
        bob.emit(CANDIDATE_OUT, from_answerer(json!(number))).await;
    }
    let Packet::Ack { id, args, .. } = bob.next().await else { panic!("the ack comes first") };
    assert_eq!(id, asked);
    let mut heard = args[0].as_array().expect("an array").clone();
    while heard.len() < FROM_EACH {
        heard.push(bob.expect(CANDIDATE_IN).await);
    }
    assert_eq!(json!(heard), json!(Vec::from_iter(0..FROM_EACH)));
    bob
}

async fn whole_call(server: &TestServer, number: usize) {
    let transport = match number % 10 {
        0 => Transport::Polling,
        1 | 2 => Transport::Upgrade,
        _ => Transport::WebSocket,
    };
    let auth = |name: &str| json!({ "userName": name, "password": "x", "lobby": format!("call {number}") });
    let amy = Client::try_connect(server, transport, auth("amy")).await.expect("let in");
    let bob = Client::connect_as(server, auth("bob")).await;
    let (mut amy, mut bob) = tokio::join!(caller(amy), answerer(bob, number % 4));
    amy.emit("hangup", Value::Null).await;
    assert_eq!(bob.expect("peerHangup").await["reason"], "hangup");
    amy.expect_silence().await;
    bob.expect_silence().await;
    amy.disconnect().await;
    bob.disconnect().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_calls_sixteen_at_a_time_none_fails() {
    let server = TestServer::start(&[]).await;
    stream::iter(0..1_000).for_each_concurrent(16, |number| whole_call(&server, number)).await;
}

/// `stalled` reads nothing while much is sent to it. It must be closed, and up to its end it must have every event;
/// the others go on meanwhile.
async fn one_that_stops_reading_is_closed(transport: Transport) {
    const OFFERS: usize = 300;
    let server = TestServer::start(&["--max-queue", "64", "--reconnect-grace", "0s"]).await;
    let mut witness = Client::connect(&server, "witness").await;
    let mut stalled = Client::connect_by(&server, transport, "stalled").await;
    let of_stalled = offered(&mut stalled, &mut witness, "of the stalled").await;
    let mut sender = Client::connect(&server, "sender").await;
    sender.expect("availableOffers").await;

    // Together far more than the buffers between two processes hold.
    let padding = "x".repeat(100 * 1024);
    let numbered = |event: Event| (event.name == "newOfferAwaiting").then(|| event.payload[0]["offer"]["n"].clone());
    let mut lost = None;
    for number in 0..OFFERS {
        sender.emit_with_ack("newOffer", json!({ "n": number, "padding": padding })).await;
        loop {
            let event = witness.next_event().await;
            if event.payload["offerId"] == of_stalled["offerId"] {
                lost = Some(event.payload["reason"].clone());
            } else if let Some(heard) = numbered(event) {
                break assert_eq!(heard, json!(number), "the witness misses nothing");
            }
        }
    }
    // Long before the last offer, and not only when the ping time-out found out that nobody was there.
    assert_eq!(lost, Some(json!("lost")), "{transport:?}");

    // Now it reads again what was still on its way: a beginning without a gap, and then the end.
    let mut heard = Vec::new();
    for packet in stalled.expect_end().await {
        if let Packet::Event(event) = packet {
            heard.extend(numbered(event));
        }
    }
    assert_eq!(json!(heard), json!(Vec::from_iter(0..heard.len())), "{transport:?}");
    assert!(heard.len() < OFFERS, "{transport:?}: all {OFFERS} came, so this test shows nothing");
    witness.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_that_stops_reading_is_closed_rather_than_told_half() {
    one_that_stops_reading_is_closed(Transport::WebSocket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polling_client_that_stops_asking_is_closed_rather_than_told_half() {
    one_that_stops_reading_is_closed(Transport::Polling).await;
}
