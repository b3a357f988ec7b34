//! From the wire to a command: what each event may carry, and what is wrong with it if it is something else.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use socketioxide_core::Value;

use super::event::Said;
use crate::signaling::call::{IceCandidate, Role, SessionDescription};
use crate::signaling::limits::Limits;
use crate::signaling::name::{OfferId, UserName};
use crate::signaling::opaque::Opaque;
use crate::signaling::refusal::{Code, Refusal};
use crate::signaling::switchboard::Wanted;

/// What a client wants.
#[derive(Debug)]
pub enum Command {
    /// Keep my offer.
    Offer(SessionDescription),
    /// Answer that offer.
    Answer(Wanted, SessionDescription),
    /// Pass on my candidate.
    Candidate(Role, Option<OfferId>, IceCandidate),
    /// Tell me the open offers.
    CheckOffers,
    /// End all my calls, or the one with this id (which may be nonsense: then nothing ends).
    HangUp(Option<String>),
    /// Withdraw my offer.
    CancelOffer,
    /// Are you there?
    Test,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    offer: Option<&'a RawValue>,
    #[serde(borrow, default)]
    offer_id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow, default)]
    answer: Option<&'a RawValue>,
    #[serde(borrow, default)]
    offer_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    offerer_user_name: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    ice_candidate: Option<&'a RawValue>,
    #[serde(borrow, default)]
    did_i_offer: Option<&'a RawValue>,
    #[serde(borrow, default)]
    offer_id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HangUp<'a> {
    #[serde(borrow, default)]
    offer_id: Option<&'a RawValue>,
}

/// A key that is there, even as null: a null candidate is the end of gathering and stays null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Reads the arguments of an event.
///
/// # Errors
/// `bad-payload`, `too-large`, and for an `offerId` that we never gave `no-such-offer` or `no-call`.
pub fn read(said: Said, packet: &Value, limits: &Limits) -> Result<Command, Refusal> {
    match said {
        Said::Test => return Ok(Command::Test),
        Said::CheckOffers => return Ok(Command::CheckOffers),
        Said::CancelOffer => return Ok(Command::CancelOffer),
        Said::NewOffer | Said::NewAnswer | Said::IceCandidate | Said::Hangup => {}
    }
    let (text, attachments) = match packet {
        Value::Str(text, attachments) => (text.as_str(), attachments.clone().unwrap_or_default()),
        Value::Bytes(_) => return Err(bad(said)),
    };
    let attachments = Vec::from(attachments);
    // The first element is the event's name, the second its first argument; pages send no more.
    let arguments: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| bad(said))?;
    let argument = arguments.get(1).copied();
    match said {
        Said::Hangup => Ok(hang_up(argument)),
        Said::NewOffer => offer(argument.ok_or_else(|| bad(said))?, &attachments, limits),
        Said::NewAnswer => answer(argument.ok_or_else(|| bad(said))?, &attachments, limits),
        _ => candidate(argument.ok_or_else(|| bad(said))?, &attachments, limits),
    }
}

fn offer(argument: &RawValue, attachments: &[Bytes], limits: &Limits) -> Result<Command, Refusal> {
    let description = match object::<Offer>(argument) {
        // An offer within a call is renegotiation, which is not spoken here yet.
        Some(Offer { offer_id: Some(_), .. }) => return Err(Refusal::no_call()),
        Some(Offer { offer: Some(description), .. }) => description,
        _ => argument,
    };
    SessionDescription::new(Opaque::new(description, attachments)?, limits).map(Command::Offer)
}

fn answer(argument: &RawValue, attachments: &[Bytes], limits: &Limits) -> Result<Command, Refusal> {
    let payload: Answer = object(argument).ok_or_else(|| bad(Said::NewAnswer))?;
    let description = payload.answer.ok_or_else(|| bad(Said::NewAnswer))?;
    let wanted = match (payload.offer_id, payload.offerer_user_name) {
        (Some(id), _) => string(id).and_then(|id| OfferId::parse(&id)).map(Wanted::Offer),
        (None, Some(name)) => string(name).and_then(|name| UserName::new(&name).ok()).map(Wanted::NewestOf),
        (None, None) => return Err(bad(Said::NewAnswer)),
    };
    let description = SessionDescription::new(Opaque::new(description, attachments)?, limits)?;
    Ok(Command::Answer(wanted.ok_or_else(Refusal::no_such_offer)?, description))
}

fn candidate(argument: &RawValue, attachments: &[Bytes], limits: &Limits) -> Result<Command, Refusal> {
    let payload: Candidate = object(argument).ok_or_else(|| bad(Said::IceCandidate))?;
    let candidate = payload.ice_candidate.ok_or_else(|| bad(Said::IceCandidate))?;
    // As in JavaScript, `if (didIOffer)`.
    let role = match payload.did_i_offer.map(RawValue::get) {
        None | Some("false" | "null" | "0" | "\"\"") => Role::Answerer,
        Some(_) => Role::Offerer,
    };
    let id = match payload.offer_id {
        None => None,
        Some(id) => Some(string(id).and_then(|id| OfferId::parse(&id)).ok_or_else(Refusal::no_call)?),
    };
    let candidate = IceCandidate::new(Opaque::new(candidate, attachments)?, limits)?;
    Ok(Command::Candidate(role, id, candidate))
}

fn hang_up(argument: Option<&RawValue>) -> Command {
    let only = argument.and_then(object::<HangUp>).and_then(|payload| payload.offer_id);
    Command::HangUp(only.map(|id| string(id).unwrap_or_default()))
}

/// Reads a JSON object; serde would take an array for one as well.
fn object<'a, T: Deserialize<'a>>(value: &'a RawValue) -> Option<T> {
    value.get().starts_with('{').then(|| serde_json::from_str(value.get()).ok()).flatten()
}

fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

fn bad(said: Said) -> Refusal {
    let sentence = match said {
        Said::NewOffer => "newOffer takes the description that createOffer() gave: {type, sdp}.",
        Said::NewAnswer => "newAnswer takes the offer object with your answer in it: {offererUserName, answer, ...}.",
        Said::IceCandidate => "A candidate is sent as {iceCandidate, iceUserName, didIOffer}.",
        _ => "This is not what the event takes.",
    };
    Refusal::new(Code::BadPayload, sentence)
}
