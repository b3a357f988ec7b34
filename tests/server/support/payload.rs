//! The payloads that the tests send.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Client, within};

pub const CANDIDATE_OUT: &str = "sendIceCandidateToSignalingServer";
pub const CANDIDATE_IN: &str = "receivedIceCandidateFromServer";

/// A description that differs from others by `text`.
pub fn offer(text: &str) -> Value {
    json!({ "type": "offer", "sdp": text })
}

pub fn answer(text: &str) -> Value {
    json!({ "type": "answer", "sdp": text })
}

/// The offer object as it was received, with the answer filled in: what a page sends back.
pub fn answered(offer_object: &Value, text: &str) -> Value {
    let mut object = offer_object.clone();
    object["answer"] = answer(text);
    object
}

/// The payload of `offerWithdrawn`.
pub fn withdrawn(object: &Value, reason: &str) -> Value {
    json!({ "offerId": object["offerId"], "offererUserName": object["offererUserName"], "reason": reason })
}

/// A candidate with a number of its own.
pub fn candidate(number: usize) -> Value {
    json!({ "candidate": format!("candidate:{number} 1 udp 1 192.0.2.1 9 typ host"), "sdpMid": "0", "sdpMLineIndex": 0 })
}

pub fn candidates(numbers: std::ops::Range<usize>) -> Vec<Value> {
    numbers.map(candidate).collect()
}

/// What the caller's page sends for each candidate that it finds.
pub fn from_offerer(candidate: Value) -> Value {
    json!({ "iceCandidate": candidate, "iceUserName": "guest", "didIOffer": true })
}

pub fn from_answerer(candidate: Value) -> Value {
    json!({ "iceCandidate": candidate, "iceUserName": "guest", "didIOffer": false })
}

/// Sends an offer and returns the offer object that `listener`, the only other client, receives.
pub async fn offered(caller: &mut Client, listener: &mut Client, text: &str) -> Value {
    caller.emit("newOffer", offer(text)).await;
    let mut list = listener.expect("newOfferAwaiting").await;
    assert_eq!(list.as_array().map(Vec::len), Some(1), "an array of exactly one offer");
    list[0].take()
}

/// The payload of `newOffer` to one user.
pub fn offer_to(name: &str) -> Value {
    json!({ "offer": offer(&format!("to {name}")), "to": name })
}

/// Sends an offer to one user and returns the offer object that `addressee` receives.
pub async fn offered_to(caller: &mut Client, addressee: &mut Client, name: &str) -> Value {
    let reply = caller.emit_with_ack("newOffer", offer_to(name)).await;
    assert_eq!(reply["ok"], true, "{reply}");
    let mut list = addressee.expect("newOfferAwaiting").await;
    assert_eq!(list[0]["offerId"], reply["offerId"]);
    list[0].take()
}

/// Makes a call between two who are alone in their lobby, and gives back its `offerId`.
pub async fn connected_call(caller: &mut Client, answerer: &mut Client) -> String {
    let object = offered(caller, answerer, "offer").await;
    let candidates = answerer.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(candidates, json!([]));
    let response = caller.expect("answerResponse").await;
    assert_eq!(response["answer"], answer("answer"));
    response["offerId"].as_str().expect("an offerId").to_owned()
}

/// Asks until this offer is no longer listed: then the server has noticed that its caller is away.
pub async fn until_hidden(asker: &mut Client, object: &Value) {
    // Slower than the rate at which a client may send events, however long it takes.
    let mut pace = tokio::time::interval(Duration::from_millis(50));
    within("the offer to be hidden", async {
        loop {
            pace.tick().await;
            asker.emit("checkOffers", Value::Null).await;
            let list = asker.expect("availableOffers").await;
            if !list.as_array().expect("a list").iter().any(|offer| offer["offerId"] == object["offerId"]) {
                return;
            }
        }
    })
    .await;
}

/// The other party of a call, as `peerLost`, `peerBack` and `restored` name it.
pub fn party(user_name: &str, id: &Value) -> Value {
    json!({ "userName": user_name, "offerId": id })
}

/// What `peerHangup` carries.
pub fn ended(user_name: &str, id: &Value, reason: &str) -> Value {
    json!({ "userName": user_name, "offerId": id, "reason": reason })
}

/// What `restored` carries.
pub fn restored(open_offer: &Value, calls: &[Value], heard: u64) -> Value {
    json!({ "openOffer": open_offer, "calls": calls, "rooms": [], "heard": heard })
}

/// `auth` of a page with a session. `received`: the number of the last event that it received, if it was connected before.
pub fn page(user_name: &str, session: &str, received: Option<u64>) -> Value {
    let mut auth = json!({ "userName": user_name, "password": "x", "session": session, "numbers": true });
    if let Some(received) = received {
        auth["received"] = json!(received);
    }
    auth
}
