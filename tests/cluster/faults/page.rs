//! A page that calls others and is called, whatever happens to its connections. It records what it does and receives.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::{Value, json};

use super::history::{Event, Writer};
use super::line::{Delivery, Line};
use super::settings::Random;
use crate::support::payload::{CANDIDATE_OUT, offer};

/// What an event for the server is about.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    Offer { call: String },
    Answer { call: String },
    Candidate { call: String, index: u64 },
    Hangup { call: String, id: String },
    Cancel { call: String },
    Decline,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The page has called.
    Offering,
    /// It has given up waiting.
    Cancelling,
    /// It has answered, and does not know whether it was the first.
    Answering,
    /// The call is there.
    Talking,
}

/// The page's call.
#[derive(Debug, Clone)]
pub struct Call {
    /// What both ends call it: the text of the offer.
    pub name: String,
    /// Its `offerId`, as soon as it is known.
    pub id: Option<String>,
    pub phase: Phase,
    /// Candidates that were sent.
    pub sent: u64,
    pub is_caller: bool,
    pub until: Instant,
}

/// What the server said when the page returned, until all is there that waited for the page.
pub struct Returned {
    pub calls: Vec<String>,
    pub open_offer: Option<String>,
    /// The call that the page had then.
    pub call: Option<(String, Phase)>,
    /// The `test` whose answer comes after all of it.
    pub test: u64,
}

/// A page.
pub struct Page {
    pub name: String,
    pub lobby: String,
    pub history: Writer,
    pub random: Random,
    pub delivery: Delivery<About>,
    /// How many connections it has begun.
    attempts: u64,
    pub call: Option<Call>,
    /// Calls by their `offerId`.
    pub names: HashMap<String, String>,
    pub tests: u64,
    pub returned: Option<Returned>,
    /// Whether the server has said on this connection what it knows of the page.
    pub is_open: bool,
    /// When the last message came that was no ping.
    pub last: u64,
    pub idle_until: Instant,
    pub calls: u64,
}

impl Page {
    pub fn new(name: String, lobby: String, history: Writer, random: Random) -> Self {
        Self {
            name,
            lobby,
            history,
            random,
            delivery: Delivery::default(),
            attempts: 0,
            call: None,
            names: HashMap::new(),
            tests: 0,
            returned: None,
            is_open: false,
            last: 0,
            idle_until: Instant::now(),
            calls: 0,
        }
    }

    /// What the page says of itself on its next connection.
    pub fn auth(&mut self) -> Value {
        self.attempts += 1;
        json!({ "userName": self.name, "password": "x", "lobby": self.lobby, "session": self.name, "numbers": self.attempts,
            "received": self.delivery.received, "heard": self.delivery.heard })
    }

    /// Sends an event, now or when there is a connection.
    pub async fn say(&mut self, line: &mut Line, event: &'static str, payload: Value, about: About) -> Option<()> {
        let packet = self.delivery.say(event, payload, about);
        if self.is_open { line.send(&packet).await } else { Some(()) }
    }

    pub async fn hang_up(&mut self, line: &mut Line, call: String, id: String) -> Option<()> {
        let payload = json!({ "offerId": id });
        self.say(line, "hangup", payload, About::Hangup { call, id }).await
    }

    /// Sends the next candidate of the call.
    pub async fn send_candidate(&mut self, line: &mut Line) -> Option<()> {
        let Some(Call { name, id: Some(id), sent, is_caller, .. }) = &mut self.call else { return Some(()) };
        let (call, index) = (name.clone(), *sent);
        *sent += 1;
        let candidate = json!({ "candidate": format!("{call} {index}"), "sdpMid": "0" });
        let payload =
            json!({ "iceCandidate": candidate, "iceUserName": self.name, "didIOffer": *is_caller, "offerId": id });
        self.history.record(Event::Sent { call: call.clone(), index });
        self.say(line, CANDIDATE_OUT, payload, About::Candidate { call, index }).await
    }

    /// Whether the page is in a call, as far as it knows for sure.
    pub fn is_talking(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.phase == Phase::Talking)
    }

    /// The page knows that its answer was the first.
    pub fn confirm(&mut self, is_it: impl Fn(&Call) -> bool) {
        let call = self.call.as_mut().filter(|call| call.phase == Phase::Answering && is_it(call));
        if let Some(call) = call {
            call.phase = Phase::Talking;
            self.history.record(Event::Begun { call: call.name.clone() });
        }
    }

    /// The offer or answer of a call had no effect.
    pub fn not_begun(&mut self, call: &str, why: &str) {
        if self.call.as_ref().is_some_and(|current| current.name == call && current.phase != Phase::Talking) {
            self.history.record(Event::NotBegun { call: call.to_owned(), why: why.to_owned() });
            self.leave(call);
        }
    }

    /// The call is over.
    pub fn leave(&mut self, call: &str) {
        if self.call.take_if(|current| current.name == call).is_some() {
            self.idle_until = Instant::now() + self.random.time(200, 2_000);
        }
    }

    /// Ends a call.
    pub async fn end(&mut self, line: &mut Line, call: String, id: String) -> Option<()> {
        self.history.record(Event::HangsUp { call: call.clone() });
        self.leave(&call);
        self.hang_up(line, call, id).await
    }

    /// Calls another page, or all of the lobby where `to` is empty.
    pub async fn call(&mut self, line: &mut Line, to: String) -> Option<()> {
        self.calls += 1;
        let call = format!("{}.{}", self.name, self.calls);
        self.history.record(Event::Calls { call: call.clone(), to: to.clone() });
        let until = Instant::now() + self.random.time(3_000, 6_000);
        let (name, phase) = (call.clone(), Phase::Offering);
        self.call = Some(Call { name, id: None, phase, sent: 0, is_caller: true, until });
        let payload = if to.is_empty() { offer(&call) } else { json!({ "offer": offer(&call), "to": to }) };
        self.say(line, "newOffer", payload, About::Offer { call }).await
    }

    /// Withdraws the offer that nobody has answered.
    pub async fn cancel(&mut self, line: &mut Line) -> Option<()> {
        let Some(current) = &mut self.call else { return Some(()) };
        current.phase = Phase::Cancelling;
        let call = current.name.clone();
        self.say(line, "cancelOffer", Value::Null, About::Cancel { call }).await
    }
}
