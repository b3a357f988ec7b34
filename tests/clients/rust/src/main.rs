//! A native client in Rust: a caller offers, an answerer that comes later gets the offer, and then a second one as it is
//! made. `switchboard-rust-client URL TRANSPORT`; panics where something does not come.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rust_socketio::client::Client;
use rust_socketio::{ClientBuilder, Payload, TransportType};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

fn first(payload: Payload) -> Value {
    match payload {
        Payload::Text(values) => values.into_iter().next().unwrap_or_default(),
        other => panic!("not JSON: {other:?}"),
    }
}

fn next(events: &Receiver<(&'static str, Value)>, expected: &str) -> Value {
    loop {
        let (event, value) = events.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{expected} did not come"));
        if event == expected {
            return value;
        }
    }
}

fn connect(url: &str, transport: TransportType, name: &str, report: &Sender<(&'static str, Value)>) -> Client {
    let mut builder = ClientBuilder::new(url).transport_type(transport).auth(json!({"userName": name, "password": "x"}));
    for event in ["availableOffers", "newOfferAwaiting", "signalingError"] {
        let report = report.clone();
        builder = builder.on(event, move |payload, _| drop(report.send((event, first(payload)))));
    }
    let opened = report.clone();
    builder = builder.on("open", move |_, _| drop(opened.send(("open", Value::Null))));
    builder.connect().expect("connected")
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, transport] = &arguments[..] else { panic!("URL TRANSPORT") };
    let transport = || match transport.as_str() {
        "websocket" => TransportType::Websocket,
        "upgrade" => TransportType::WebsocketUpgrade,
        "polling" => TransportType::Polling,
        other => panic!("no transport: {other}"),
    };
    let ((report, events), (later, later_events)) = (channel(), channel());

    let caller = connect(url, transport(), "caller", &report);
    next(&events, "open");
    let answered = report.clone();
    let offer = json!({"type": "offer", "sdp": "v=0"});
    let acknowledge = move |payload: Payload, _| drop(answered.send(("acknowledged", first(payload))));
    caller.emit_with_ack("newOffer", offer.clone(), PATIENCE, acknowledge).expect("sent");
    println!("acknowledged: {}", next(&events, "acknowledged"));

    let answerer = connect(url, transport(), "answerer", &later);
    let offers = next(&later_events, "availableOffers");
    println!("availableOffers: {offers}");
    assert_eq!(offers[0]["offererUserName"], "caller");

    caller.emit("newOffer", offer).expect("sent");
    let awaiting = next(&later_events, "newOfferAwaiting");
    println!("newOfferAwaiting: {awaiting}");
    assert_eq!(awaiting[0]["offererUserName"], "caller");
    caller.disconnect().expect("disconnected");
    answerer.disconnect().expect("disconnected");
}
