//! A call with rust_socketio and str0m: repeats data, sends the other side's picture back to it, and counts the frames.
//!
//! `cargo run -- answer http://localhost:8181` waits for a call, `cargo run -- call http://localhost:8181` calls. Behind
//! these: `--name`, `--password`, `--lobby`, `--ca FILE`.

mod connection;
mod signaling;

use std::collections::HashMap;
use std::error::Error;

use serde_json::{Value, json};

use crate::connection::Connection;
use crate::signaling::Signaling;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(role), Some(url)) = (arguments.next(), arguments.next()) else {
        return Err("arguments: answer|call URL [--name NAME] [--password x] [--lobby NAME] [--ca FILE]".into());
    };
    let mut options = HashMap::new();
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        options.insert(name, value);
    }

    let signaling = Signaling::connect(&url, &options)?;
    let mut connection = Connection::new()?;
    let is_caller = role == "call";
    let mut offer = None;
    let mut offer_id = Value::Null; // of our offer, then of the call
    let mut rejoin = Value::Null; // what lets us take up the call on a server that was restarted
    let mut is_offered = false;
    loop {
        connection.poll()?; // Waits for packets, for a few milliseconds.
        let Ok((event, data)) = signaling.events.try_recv() else { continue };
        match event.as_str() {
            "open" => {
                println!("connected");
                is_offered = false;
                // What the server restores arrives before this acknowledgement.
                signaling.ask("test", Value::Null, "ready")?;
            }
            "restored" => is_offered = !data["openOffer"].is_null(),
            "ready" if !rejoin.is_null() => signaling.ask("rejoinCall", rejoin.clone(), "rejoined")?,
            "rejoined" => println!("the call goes on"),
            "ready" if is_caller && !is_offered => {
                let offer = offer.get_or_insert_with(|| connection.offer());
                signaling.ask("newOffer", offer.clone(), "offered")?;
            }
            "offered" => offer_id = data["offerId"].clone(),
            "availableOffers" | "newOfferAwaiting" if !is_caller && rejoin.is_null() && !data[0].is_null() => {
                let mut offer = data[0].clone();
                let answer = connection.answer(&offer["offer"])?;
                offer_id = offer["offerId"].clone();
                rejoin = began(&offer_id, false, &offer["offererUserName"], &answer);
                offer["answer"] = answer;
                signaling.ask("newAnswer", offer, "candidates")?;
            }
            "answerResponse" => {
                offer_id = data["offerId"].clone();
                rejoin = began(&offer_id, true, &data["answererUserName"], &data["answer"]);
                connection.accept(&data["answer"])?;
            }
            "candidates" => data.as_array().into_iter().flatten().for_each(|it| connection.add_candidate(it)),
            "receivedIceCandidateFromServer" => connection.add_candidate(&data),
            "renegotiation" => {
                let answer = connection.answer(&data["offer"])?;
                signaling.ask("newAnswer", json!({"offerId": data["offerId"], "answer": answer}), "negotiated")?;
            }
            // The connection to the server; ours to the other side goes on.
            "peerLost" => println!("{} is away", data["userName"]),
            "peerBack" => println!("{} is back", data["userName"]),
            "peerHangup" if data["offerId"] == offer_id => {
                println!("the call with {} is over: {}", data["userName"], data["reason"]);
                break;
            }
            "offerWithdrawn" if data["offerId"] == offer_id && rejoin.is_null() => {
                println!("no answer: {}", data["reason"]);
                break;
            }
            "signalingError" => {
                println!("{}: {}", data["event"], data["message"]);
                break;
            }
            "Ctrl-C" => {
                signaling.ask("hangup", json!({}), "hung up")?;
            }
            "hung up" => break,
            _ => {}
        }
    }
    signaling.disconnect()
}

/// Both ends name the call, the other user and a secret of the two: the ICE password of the answer.
fn began(offer_id: &Value, did_offer: bool, other: &Value, answer: &Value) -> Value {
    println!("in a call with {other}");
    let mut lines = answer["sdp"].as_str().unwrap_or_default().lines();
    let key = lines.find_map(|line| line.strip_prefix("a=ice-pwd:")).unwrap_or_default();
    json!({"offerId": offer_id, "didIOffer": did_offer, "userName": other, "key": key})
}
