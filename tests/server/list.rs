//! `availableOffers`: what a new client receives, and what `checkOffers` returns ("Events").

use std::time::Instant;

use serde_json::{Value, json};
use switchboard::core::id::ConnectionId;
use switchboard::protocol::id::OfferId;
use switchboard::protocol::limits::Limits;

use crate::support::core::TestCore;
use crate::support::fixtures::{description, newcomer};
use crate::support::payload::{candidate, connected_call, from_offerer, offer, offered};
use crate::support::{Client, TestServer};

#[tokio::test]
async fn new_client_receives_open_offers_once_oldest_first() {
    let server = TestServer::start(&[]).await;
    let mut callers = Vec::new();
    for name in ["amy", "bob", "cem"] {
        let mut caller = Client::connect(&server, name).await;
        caller.emit_with_ack("newOffer", offer(name)).await;
        callers.push(caller);
    }
    let mut dan = Client::connect(&server, "dan").await;
    let list = dan.expect("availableOffers").await;
    let names: Vec<_> = list.as_array().expect("an array").iter().map(|object| &object["offererUserName"]).collect();
    assert_eq!(names, ["amy", "bob", "cem"]);

    // Pages append a button for each entry, so the list must not come again unasked.
    callers[0].emit_with_ack("newOffer", offer("again")).await;
    dan.expect("offerWithdrawn").await;
    dan.expect("newOfferAwaiting").await;
    callers[1].emit_with_ack("cancelOffer", Value::Null).await;
    dan.expect("offerWithdrawn").await;
    dan.expect_silence().await;
}

#[tokio::test]
async fn new_client_receives_no_list_without_offers() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn check_offers_is_answered_even_with_an_empty_list() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let ack = amy.emit_asking("checkOffers", Value::Null).await;
    assert_eq!(amy.expect("availableOffers").await, json!([]));
    assert_eq!(amy.ack_of(ack).await, json!({ "ok": true }));
}

#[tokio::test]
async fn own_offer_is_never_in_the_list() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let theirs = offered(&mut bob, &mut amy, "bob's").await;
    offered(&mut amy, &mut bob, "amy's").await;
    amy.emit("checkOffers", Value::Null).await;
    assert_eq!(amy.expect("availableOffers").await, json!([theirs]));
}

#[tokio::test]
async fn candidates_found_before_the_list_is_asked_for_stand_in_it() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit("newOffer", offer("amy's")).await;
    for number in 0..3 {
        amy.emit("sendIceCandidateToSignalingServer", from_offerer(candidate(number))).await;
    }
    amy.settle().await;
    let mut bob = Client::connect(&server, "bob").await;
    let list = bob.expect("availableOffers").await;
    assert_eq!(list[0]["offerIceCandidates"], json!([candidate(0), candidate(1), candidate(2)]));
}

#[tokio::test]
async fn the_list_holds_the_newest_that_fit_into_512_kib() {
    let server = TestServer::start(&[]).await;
    let mut callers = Vec::new();
    let sdp = "x".repeat(100 * 1024);
    for number in 0..8 {
        let mut caller = Client::connect(&server, &format!("caller {number}")).await;
        caller.emit_with_ack("newOffer", offer(&sdp)).await;
        callers.push(caller);
    }
    let mut newcomer = Client::connect(&server, "newcomer").await;
    let list = newcomer.expect("availableOffers").await;
    let names: Vec<_> = list.as_array().expect("an array").iter().map(|object| &object["offererUserName"]).collect();
    assert_eq!(names, ["caller 3", "caller 4", "caller 5", "caller 6", "caller 7"]);
}

#[tokio::test]
async fn list_holds_at_least_one_offer_of_any_size() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let large = offer(&"x".repeat(700 * 1024));
    amy.emit_with_ack("newOffer", large.clone()).await;
    let mut bob = Client::connect(&server, "bob").await;
    assert_eq!(bob.expect("availableOffers").await[0]["offer"], large);
}

/// Without sockets: 500 callers of one lobby would tell each other 125,000 times.
#[test]
fn the_list_holds_at_most_500() {
    let mut switchboard = TestCore::new(Limits::default());
    let name = |number: u64| format!("caller {number}");
    let arrive = |switchboard: &mut TestCore, number: u64| {
        switchboard.arrive(ConnectionId(number), newcomer(&name(number)), Instant::now())
    };
    for number in 0..503 {
        let caller = arrive(&mut switchboard, number).peer;
        switchboard.offer(caller, OfferId(number), description("offer"), Instant::now()).expect("an offer");
    }
    let list = arrive(&mut switchboard, 503).offers;
    let listed: Vec<_> = list.iter().map(|call| call.offerer_user_name.as_str().to_owned()).collect();
    assert_eq!(listed, (3..503).map(name).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_answered_offer_is_no_longer_offered() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    let mut cem = Client::connect(&server, "cem").await;
    cem.expect_silence().await;
    bob.emit("checkOffers", Value::Null).await;
    assert_eq!(bob.expect("availableOffers").await, json!([]));
}
