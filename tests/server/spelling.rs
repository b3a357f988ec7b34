//! Other spellings of event names that existing pages use ("Spellings").

use serde_json::json;

use crate::support::payload::{CANDIDATE_IN, candidate, connected_call, from_answerer, from_offerer, offer};
use crate::support::{Client, TestServer};

const ALSO_CANDIDATES: [&str; 4] = [
    "sendIceCandidatesToServer",
    "sendIceCandidatetoSignalingServer",
    "sendICECandidatetoSignalServer",
    "sendICEToSignalingServer",
];

#[tokio::test]
async fn client_that_asks_for_aliases_receives_both_names() {
    let server = TestServer::start(&[]).await;
    let auth = json!({ "userName": "react", "password": "x", "aliases": true });
    let mut react = Client::connect_as(&server, auth).await;
    let mut plain = Client::connect(&server, "plain").await;
    let auth = json!({ "userName": "no", "password": "x", "aliases": false });
    let mut no = Client::connect_as(&server, auth).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit_with_ack("newOffer", offer("offer")).await;

    let heard = plain.expect("newOfferAwaiting").await;
    plain.expect_silence().await;
    assert_eq!(no.expect("newOfferAwaiting").await, heard);
    no.expect_silence().await;
    assert_eq!(react.expect("newOfferAwaiting").await, heard);
    assert_eq!(react.expect("newOfferWaiting").await, heard);
    react.expect_silence().await;
}

#[tokio::test]
async fn server_with_aliases_sends_both_names_to_all() {
    let server = TestServer::start(&["--aliases"]).await;
    let mut plain = Client::connect(&server, "plain").await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit_with_ack("newOffer", offer("offer")).await;
    let heard = plain.expect("newOfferAwaiting").await;
    assert_eq!(plain.expect("newOfferWaiting").await, heard);
    plain.expect_silence().await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn the_misspelled_candidate_events_are_understood() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    for (number, spelling) in ALSO_CANDIDATES.into_iter().enumerate() {
        let ack = amy.emit_with_ack(spelling, from_offerer(candidate(number))).await;
        assert_eq!(ack, json!({ "ok": true }), "{spelling}");
        assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(number), "{spelling}");
        bob.emit(spelling, from_answerer(candidate(number))).await;
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(number), "{spelling}");
    }
}
