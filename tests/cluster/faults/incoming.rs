//! What a page does with what comes from the server.

use std::time::Instant;

use serde_json::{Value, json};

use super::history::Event;
use super::line::{Coming, Delivery, Kept, Line, PONG, TESTS};
use super::page::{About, Call, Page, Phase, Returned};
use crate::support::packet::{Event as Message, Packet};
use crate::support::payload::{CANDIDATE_IN, answer};

impl Page {
    /// Something has come. Nothing if the page has to connect again.
    pub async fn take(&mut self, line: &mut Line, coming: Coming, node: usize) -> Option<()> {
        let Coming::Packet(packet) = coming else { return line.send(PONG).await };
        self.last = self.history.now();
        match packet {
            Packet::Ack { id, .. } if id >= TESTS => self
                .returned
                .take_if(|returned| returned.test == id)
                .map_or(Some(()), |returned| self.compare(returned)),
            Packet::Ack { id, args, .. } => {
                let reply = args.into_iter().next().unwrap_or_default();
                self.acknowledged(line, id, &reply).await
            }
            Packet::Event(event) => self.message(line, event, node).await,
            Packet::Disconnected | Packet::Refused(_) => None,
            Packet::Connected(_) => Some(()),
        }
    }

    async fn message(
        &mut self,
        line: &mut Line,
        Message { name, payload, number, .. }: Message,
        node: usize,
    ) -> Option<()> {
        if let Some(number) = number {
            let expected = self.delivery.received + 1;
            if number < expected {
                return Some(());
            }
            if number > expected {
                self.history.record(Event::Gap { expected, number });
                return None;
            }
            self.delivery.received = number;
        }
        let id = payload["offerId"].as_str().unwrap_or_default().to_owned();
        match name.as_str() {
            "restored" => return self.restored(line, &payload, node).await,
            "newOfferAwaiting" | "availableOffers" => {
                for offer in payload.as_array().into_iter().flatten() {
                    self.offered(line, offer).await?;
                }
            }
            "answerResponse" => {
                let call = payload["offer"]["sdp"].as_str().unwrap_or_default().to_owned();
                self.names.insert(id.clone(), call.clone());
                match &mut self.call {
                    Some(current) if current.name == call => {
                        (current.id, current.phase) = (Some(id), Phase::Talking);
                        current.until = Instant::now() + self.random.time(1_000, 9_000);
                        self.history.record(Event::Begun { call });
                    }
                    // It was given up, and had its effect all the same.
                    _ => self.end(line, call, id).await?,
                }
            }
            CANDIDATE_IN => {
                let text = payload["candidate"].as_str().unwrap_or_default();
                if let Some((call, index)) = text.rsplit_once(' ') {
                    self.confirm(|current| current.name == call);
                    let index = index.parse().unwrap_or(u64::MAX);
                    self.history.record(Event::Received { call: call.to_owned(), index });
                }
            }
            "peerHangup" => {
                let call = self.names.get(&id).cloned().unwrap_or(id);
                let reason = payload["reason"].as_str().unwrap_or_default().to_owned();
                self.history.record(Event::PeerHangup { call: call.clone(), reason });
                self.leave(&call);
            }
            "offerWithdrawn" if number.is_some() => {
                if let Some(call) = self.names.get(&id).cloned() {
                    self.not_begun(&call, "declined");
                }
            }
            "signalingError" if payload["event"] == "newAnswer" => {
                let code = payload["code"].as_str().unwrap_or_default().to_owned();
                let Some(Call { name, id: Some(id), phase: Phase::Answering, .. }) = self.call.clone() else {
                    return Some(());
                };
                self.not_begun(&name, &code);
                if code == "unavailable" {
                    // It may have its effect all the same.
                    self.end(line, name, id).await?;
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Another page calls this one.
    async fn offered(&mut self, line: &mut Line, object: &Value) -> Option<()> {
        let (Some(id), Some(call)) = (object["offerId"].as_str(), object["offer"]["sdp"].as_str()) else {
            return Some(());
        };
        let (id, call) = (id.to_owned(), call.to_owned());
        let is_new = self.names.insert(id.clone(), call.clone()).is_none();
        if self.call.is_none() && is_new && self.is_open {
            self.history.record(Event::Answers { call: call.clone() });
            let until = Instant::now() + self.random.time(2_000, 9_000);
            let (name, phase) = (call.clone(), Phase::Answering);
            self.call = Some(Call { name, id: Some(id), phase, sent: 0, is_caller: false, until });
            let mut object = object.clone();
            object["answer"] = answer(&self.name);
            self.say(line, "newAnswer", object, About::Answer { call }).await?;
            self.send_candidate(line).await?;
        } else if object["to"].is_string() && is_new {
            self.say(line, "declineOffer", json!({ "offerId": id }), About::Decline).await?;
        }
        Some(())
    }

    async fn acknowledged(&mut self, line: &mut Line, number: u64, reply: &Value) -> Option<()> {
        let code = reply["error"]["code"].as_str().map(str::to_owned);
        let kept = match code.as_deref() {
            Some("unavailable") => self.delivery.forget(number),
            _ => {
                let mut settled = self.delivery.settle(number);
                let kept = settled.pop_if(|kept| kept.number == number);
                self.record_settled(settled);
                kept
            }
        };
        let Some(kept) = kept else { return Some(()) };
        match (kept.about, code) {
            (About::Offer { call }, None) => {
                let id = reply["offerId"].as_str().unwrap_or_default().to_owned();
                self.names.insert(id.clone(), call.clone());
                if let Some(current) = self.call.as_mut().filter(|current| current.name == call) {
                    current.id = Some(id);
                }
            }
            (About::Offer { call }, Some(code)) => self.not_begun(&call, &code),
            (About::Candidate { call, index }, None) => {
                self.history.record(Event::Acknowledged { call: call.clone(), index });
                self.confirm(|current| current.name == call && current.phase == Phase::Answering);
            }
            (About::Candidate { call, index }, Some(code)) => {
                let is_over = code == "no-call";
                self.history.record(Event::Refused { call: call.clone(), index, code });
                if is_over && self.is_talking() && self.call.as_ref().is_some_and(|current| current.name == call) {
                    self.history.record(Event::Vanished { call });
                    self.call = None;
                }
            }
            (About::Hangup { call, .. }, None) => {
                let ended = reply["ended"].as_u64().unwrap_or_default();
                self.history.record(Event::HungUp { call, ended });
            }
            (About::Hangup { call, id }, Some(_)) => self.hang_up(line, call, id).await?,
            (About::Cancel { call }, _) => self.not_begun(&call, "cancelled"),
            (About::Answer { .. } | About::Decline, _) => {}
        }
        Some(())
    }

    /// The server says what it knows of this page.
    async fn restored(&mut self, line: &mut Line, payload: &Value, node: usize) -> Option<()> {
        let heard = payload["heard"].as_u64().unwrap_or_default();
        if !self.delivery.knows(heard) {
            self.history.record(Event::Forgotten);
            (self.delivery, self.call) = (Delivery::default(), None);
            // It says them on this connection, with all that waits.
            for call in payload["calls"].as_array().into_iter().flatten() {
                let id = call["offerId"].as_str().unwrap_or_default().to_owned();
                let name = self.names.get(&id).cloned().unwrap_or_else(|| id.clone());
                self.history.record(Event::HangsUp { call: name.clone() });
                self.hang_up(line, name, id).await?;
            }
        }
        self.history.record(Event::Connected { node });
        let settled = self.delivery.settle(heard);
        self.record_settled(settled);
        let ids = payload["calls"].as_array().into_iter().flatten();
        self.tests += 1;
        self.returned = Some(Returned {
            calls: ids.filter_map(|call| Some(call["offerId"].as_str()?.to_owned())).collect(),
            open_offer: payload["openOffer"].as_str().map(str::to_owned),
            // What is sent again now may still change it.
            call: self
                .call
                .as_ref()
                .map(|call| (call.name.clone(), call.phase))
                .filter(|(name, _)| !self.is_unsettled(name)),
            test: TESTS + self.tests,
        });
        self.is_open = true;
        for about in self.delivery.kept() {
            if let About::Offer { call } = about {
                self.history.record(Event::CallsAgain { call: call.clone() });
            }
        }
        for packet in self.delivery.packets() {
            line.send(&packet).await?;
        }
        line.send(&format!("42{}[\"test\"]", TESTS + self.tests)).await
    }

    /// The server has acted on these, and its acknowledgements did not come.
    fn record_settled(&mut self, settled: Vec<Kept<About>>) {
        for kept in settled {
            match kept.about {
                About::Candidate { call, index } => self.history.record(Event::Settled { call, index }),
                About::Hangup { call, .. } => self.history.record(Event::HungUp { call, ended: 0 }),
                _ => {}
            }
        }
    }

    /// Whether the offer or the answer of a call still waits to be received.
    fn is_unsettled(&self, call: &str) -> bool {
        self.delivery.is_waiting(|about| match about {
            About::Offer { call: of } | About::Answer { call: of } => of == call,
            _ => false,
        })
    }

    /// All has come that waited: whether the page has the call that it believes to have.
    fn compare(&mut self, Returned { calls, open_offer, call, .. }: Returned) -> Option<()> {
        let Some(current) = &mut self.call else { return Some(()) };
        if call != Some((current.name.clone(), current.phase)) {
            return Some(());
        }
        let name = current.name.clone();
        let is_there = current.id.as_ref().is_some_and(|id| calls.contains(id));
        match current.phase {
            Phase::Offering | Phase::Cancelling => {
                current.id = open_offer;
                if current.id.is_none() {
                    self.not_begun(&name, "withdrawn");
                }
            }
            Phase::Answering if is_there => self.confirm(|_| true),
            Phase::Answering => self.not_begun(&name, "not restored"),
            Phase::Talking if !is_there => {
                self.history.record(Event::Vanished { call: name });
                self.call = None;
            }
            Phase::Talking => {}
        }
        Some(())
    }
}
