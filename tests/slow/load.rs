//! Many calls at once: each one succeeds, and no offer is lost.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::support::packet::Packet;
use crate::support::payload::{CANDIDATE_IN, CANDIDATE_OUT, answer, answered, from_answerer, from_offerer, offer};
use crate::support::wire::Frame;
use crate::support::{Client, TestServer, Transport};

/// When the first event is sent: with the CONNECT packet in one write, or at once when the reply has come.
#[derive(Clone, Copy)]
enum FirstEvent {
    WithConnect,
    AfterReply,
}

/// A lobby with a witness, and ten clients that connect and call in the same tick. Returns how many were accepted.
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

/// Two hundred lobbies of ten; one lobby in ten is on long-polling. Returns how many clients were accepted.
async fn two_thousand_that_call_at_once(first: FirstEvent) -> usize {
    let server = TestServer::start(&[]).await;
    let lobbies = stream::iter(0..200).map(|lobby| {
        let transport = if lobby % 10 == 0 { Transport::Polling } else { Transport::WebSocket };
        ten_that_call_at_once(&server, lobby, transport, first)
    });
    lobbies.buffer_unordered(16).fold(0, async |sum, let_in| sum + let_in).await
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_right_after_connect_are_never_lost() {
    assert_eq!(two_thousand_that_call_at_once(FirstEvent::AfterReply).await, 2_000);
}

/// Socket.IO forbids it, and its servers close such a connection. What must not be is an offer that vanishes while
/// its connection lives on.
#[tokio::test(flavor = "multi_thread")]
async fn offers_sent_with_connect_arrive_or_close_the_connection() {
    two_thousand_that_call_at_once(FirstEvent::WithConnect).await;
}

async fn expect_numbered(client: &mut Client, count: usize) {
    for number in 0..count {
        assert_eq!(client.expect(CANDIDATE_IN).await, json!(number));
    }
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
async fn thousand_calls_with_sixteen_at_a_time_all_succeed() {
    let server = TestServer::start(&[]).await;
    stream::iter(0..1_000).for_each_concurrent(16, |number| whole_call(&server, number)).await;
}
