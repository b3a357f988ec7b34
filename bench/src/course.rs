//! What is said in a call: descriptions and candidates that look like a browser's, each with a mark by which it is
//! known again, and the course's events around them.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use memchr::memmem;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Bytes of a description.
const DESCRIPTION: usize = 4_500;
const CANDIDATE: &[u8] = br#""candidate:"#;
const SESSION: &[u8] = br#""v=0\r\no=bench "#;

/// Candidates of each side of a call.
pub const CANDIDATES: u64 = 8;

/// Which end of a call a candidate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who called.
    Offerer,
    /// Who answered.
    Answerer,
}

/// The mark of the candidate with this number, of this side of this call.
pub fn mark(call: u64, side: Side, number: u64) -> u64 {
    (call << 1 | u64::from(side == Side::Answerer)) << 32 | number
}

/// A description as JSON, of the size of Chromium's for sound and picture. Lines are given as in JSON, escaped.
pub fn description(kind: &str, mark: u64) -> String {
    let mut text = format!(r#"{{"type":"{kind}","sdp":"v=0\r\no=bench {mark} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"#);
    text.push_str(r"a=group:BUNDLE 0 1\r\na=msid-semantic: WMS\r\n");
    let mut payload_type = 96;
    while text.len() < DESCRIPTION {
        let _ = write!(
            text,
            r"a=rtpmap:{payload_type} VP8/90000\r\na=rtcp-fb:{payload_type} goog-remb\r\na=rtcp-fb:{payload_type} transport-cc\r\n"
        );
        payload_type += 1;
    }
    text.push_str(r#""}"#);
    text
}

/// A candidate as JSON. `stamp` is a number of ours to be had back.
pub fn candidate(mark: u64, stamp: u64) -> String {
    format!(
        r#"{{"candidate":"candidate:{mark} 1 udp {stamp} 192.0.2.1 54321 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag b3nc network-cost 999","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"b3nc"}}"#
    )
}

/// The event that sends a candidate.
pub fn send_candidate(user_name: &str, side: Side, mark: u64, stamp: u64) -> String {
    format!(
        r#"42["sendIceCandidateToSignalingServer",{{"iceCandidate":{},"iceUserName":"{user_name}","didIOffer":{}}}]"#,
        candidate(mark, stamp),
        side == Side::Offerer
    )
}

/// The event that sends an offer.
pub fn new_offer(mark: u64) -> String {
    format!(r#"42["newOffer",{}]"#, description("offer", mark))
}

/// The offer object, as far as it has to be understood to be answered.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer<'a> {
    #[serde(borrow)]
    offerer_user_name: &'a RawValue,
    #[serde(borrow)]
    offer: &'a RawValue,
    #[serde(borrow)]
    offer_ice_candidates: &'a RawValue,
    answerer_user_name: Option<&'a str>,
    #[serde(borrow)]
    answer: &'a RawValue,
    #[serde(borrow)]
    answerer_ice_candidates: &'a RawValue,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    offer_id: Option<&'a RawValue>,
}

/// The packet that answers the newest offer of `offerer` in what was heard, with ack 7; `None` if there is no such
/// offer in it. Found by its text: a list of thousands of past offers is not read as a whole.
///
/// # Errors
/// An offer object that is none.
pub fn new_answer(heard: &[u8], offerer: &str, answerer: &str, mark: u64) -> Result<Option<String>> {
    let start = format!(r#"{{"offererUserName":"{offerer}""#);
    let Some(start) = memmem::rfind(heard, start.as_bytes()) else { return Ok(None) };
    let mut values = serde_json::Deserializer::from_slice(&heard[start..]).into_iter::<Offer<'_>>();
    let mut offer = values.next().context("an offer object")?.context("an offer object")?;
    let answer = RawValue::from_string(description("answer", mark))?;
    offer.answerer_user_name = Some(answerer);
    offer.answer = &answer;
    Ok(Some(format!(r#"427["newAnswer",{}]"#, serde_json::to_string(&offer)?)))
}

/// Whether this packet is the event of this name.
pub fn is(packet: &[u8], event: &str) -> bool {
    packet
        .strip_prefix(b"2[\"")
        .and_then(|rest| rest.strip_prefix(event.as_bytes()))
        .is_some_and(|rest| rest[0] == b'"')
}

/// The mark of the first description in a packet.
pub fn description_mark(packet: &[u8]) -> Option<u64> {
    number_at(packet, memmem::find(packet, SESSION)? + SESSION.len())
}

/// The mark of the last description in a packet: of an answered offer object, the answer.
pub fn last_description_mark(packet: &[u8]) -> Option<u64> {
    number_at(packet, memmem::rfind(packet, SESSION)? + SESSION.len())
}

/// Marks and stamps of all candidates in a packet.
pub fn candidates(packet: &[u8]) -> impl Iterator<Item = (u64, u64)> {
    memmem::find_iter(packet, CANDIDATE).filter_map(|at| {
        let mark = number_at(packet, at + CANDIDATE.len())?;
        let after = at + CANDIDATE.len() + memmem::find(&packet[at + CANDIDATE.len()..], b" udp ")? + 5;
        Some((mark, number_at(packet, after)?))
    })
}

fn number_at(bytes: &[u8], start: usize) -> Option<u64> {
    let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit());
    let mut number = None;
    for digit in digits {
        number = Some(number.unwrap_or(0_u64).checked_mul(10)?.checked_add(u64::from(digit - b'0'))?);
    }
    number
}

/// Candidates that are to come once and in order.
pub struct Expected {
    call: u64,
    side: Side,
    next: u64,
    in_order: bool,
}

impl Expected {
    /// All of this side of this call.
    pub fn new(call: u64, side: Side) -> Self {
        Self { call, side, next: 0, in_order: true }
    }

    /// The same candidates; only how many they are is checked.
    #[must_use]
    pub fn in_any_order(self) -> Self {
        Self { in_order: false, ..self }
    }

    /// How many have come.
    pub fn heard(&self) -> u64 {
        self.next
    }

    /// Takes the candidates in a packet.
    ///
    /// # Errors
    /// One that is missing, comes twice, out of order, or from another client.
    pub fn hear(&mut self, packet: &[u8]) -> Result<()> {
        for (heard, _) in candidates(packet) {
            let expected = mark(self.call, self.side, self.next);
            ensure!(heard >> 32 == expected >> 32, "a candidate of another call");
            ensure!(heard == expected || !self.in_order, "a candidate is lost, doubled or out of order");
            self.next += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(marks: &[u64]) -> Vec<u8> {
        let all: Vec<String> = marks.iter().map(|mark| candidate(*mark, 5)).collect();
        format!("37[[{}]]", all.join(",")).into_bytes()
    }

    #[test]
    fn candidates_are_expected_once_and_in_order() {
        let of = |number| mark(3, Side::Answerer, number);
        let good = packet(&[of(0), of(1)]);
        let mut expected = Expected::new(3, Side::Answerer);
        expected.hear(&good).unwrap();
        assert_eq!(expected.heard(), 2);
        for wrong in [of(1), of(3), mark(3, Side::Offerer, 2), mark(4, Side::Answerer, 2)] {
            assert!(expected.hear(&packet(&[wrong])).is_err());
        }
        expected.hear(&packet(&[of(2)])).unwrap();
    }

    #[test]
    fn an_answer_is_the_offer_object_filled_in() {
        let offer = |name: &str, mark| {
            format!(
                r#"{{"offererUserName":"{name}","offer":{},"offerIceCandidates":[],"answererUserName":null,"answer":null,"answererIceCandidates":[],"offerId":"x{mark}"}}"#,
                description("offer", mark)
            )
        };
        let heard = format!(r#"2["availableOffers",[{},{},{}]]"#, offer("ann", 1), offer("ann", 2), offer("eve", 3));
        assert!(new_answer(heard.as_bytes(), "an", "bob", 9).unwrap().is_none());
        let answer = new_answer(heard.as_bytes(), "ann", "bob", 9).unwrap().unwrap();
        assert_eq!(description_mark(answer.as_bytes()), Some(2));
        assert_eq!(last_description_mark(answer.as_bytes()), Some(9));
        assert!(answer.ends_with(r#""answererIceCandidates":[],"offerId":"x2"}]"#));
        assert!(is(heard.as_bytes(), "availableOffers") && !is(heard.as_bytes(), "available"));
    }
}
