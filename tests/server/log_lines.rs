//! The log names clients that connect, offer, answer, hang up and leave, by user name and offer id.

use serde_json::{Value, json};

use crate::support::payload::{answered, offer, offered_to};
use crate::support::program::Program;
use crate::support::{Bare, Client, Transport};

/// The line of the log with all these words.
fn line<'a>(log: &'a [String], words: &[&str]) -> &'a str {
    let found = log.iter().find(|line| words.iter().all(|word| line.contains(word)));
    found.unwrap_or_else(|| panic!("no line with {words:?} in {log:#?}"))
}

#[tokio::test]
async fn call_is_logged_with_names_and_offer_ids() {
    let mut program = Program::start_keeping(&["--reconnect-grace", "30s"], |_| true).await;
    // With a session: it returns whether the server has noticed the break or not.
    let of_amy = json!({ "userName": "amy", "password": "x", "session": "amy's" });
    let mut amy = Client::connect_as(&program.server, of_amy.clone()).await;
    let mut bob = Client::connect(&program.server, "bob").await;
    let first = amy.emit_with_ack("newOffer", offer("one")).await["offerId"].as_str().expect("an id").to_owned();
    let object = bob.expect("newOfferAwaiting").await[0].take();
    bob.emit_with_ack("newAnswer", answered(&object, "two")).await;
    let second = bob.emit_with_ack("newOffer", offer("three")).await["offerId"].as_str().expect("an id").to_owned();
    bob.emit_with_ack("cancelOffer", Value::Null).await;
    amy.emit_with_ack("hangup", Value::Null).await;
    bob.expect("peerHangup").await;
    let to_bob = offered_to(&mut amy, &mut bob, "bob").await;
    bob.emit_with_ack("declineOffer", to_bob.clone()).await;
    let third = amy.emit_with_ack("newOffer", offer("four")).await["offerId"].as_str().expect("an id").to_owned();
    amy.lose();
    bob.lose();
    let mut amy = Client::connect_as(&program.server, of_amy).await;
    amy.expect("restored").await;
    amy.leave().await;
    let bare = Bare::connect(&program.server, "cem").await;
    bare.close().await;
    program.stop().await;
    let log = program.log_until("since the start").await;
    line(&log, &["connected", "\"amy\"", "back=false"]);
    line(&log, &["offered", "\"amy\"", &first]);
    line(&log, &["answered", "user=\"bob\"", "offerer=\"amy\"", &first]);
    line(&log, &["cancelled", "\"bob\"", &second]);
    line(&log, &["hung up", "\"amy\"", &first]);
    line(&log, &["declined", "\"bob\"", to_bob["offerId"].as_str().expect("an id")]);
    line(&log, &["connected", "\"amy\"", "back=true", &third]);
    line(&log, &["gone", "\"amy\"", "how=Closed", &third]);
    line(&log, &["connected by bare WebSocket", "\"cem\""]);
    line(&log, &["gone", "\"cem\""]);
}

#[tokio::test]
async fn name_with_control_characters_stays_on_its_line() {
    let mut program = Program::start_keeping(&[], |_| true).await;
    let auth = json!({ "userName": "eve\nforged line \u{1b}[31m", "password": "x" });
    Client::enter(&program.server, Transport::WebSocket, auth).await.leave().await;
    program.stop().await;
    let log = program.log_until("since the start").await;
    line(&log, &["connected", "eve\\nforged line \\u{1b}[31m"]);
    assert!(!log.iter().any(|line| line.starts_with("forged") || line.contains('\u{1b}')), "{log:#?}");
}
