//! From the wire to a command: what each event may carry, and what is wrong with it if it is something else.

use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use socketioxide_core::Value;

use super::arguments::{Arguments, Object};
use super::event::EventName;
use crate::core::room_command::{Body, Envelope, RoomCommand};
use crate::core::state::AnswerTarget;
use crate::protocol::call::{CallRef, IceCandidate, Role, SessionDescription};
use crate::protocol::limits::Limits;
use crate::protocol::name::{OfferId, UserName};
use crate::protocol::opaque::{Opaque, present};
use crate::protocol::refusal::{Code, Refusal};

/// Longest key of a call that is joined again, in bytes.
const MAX_KEY: usize = 256;

/// What a client wants.
#[derive(Debug)]
pub enum Command {
    /// Keep my offer.
    Offer(SessionDescription),
    /// Pass on my new offer within this call.
    Renegotiate(OfferId, SessionDescription),
    /// Answer that offer.
    Answer(AnswerTarget, SessionDescription),
    /// Pass on my candidate.
    Candidate(Role, CallRef, IceCandidate),
    /// Tell me the open offers.
    CheckOffers,
    /// End all my calls, or the one with this id (which may be nonsense: then nothing ends).
    HangUp(Option<String>),
    /// Withdraw my offer.
    CancelOffer,
    /// I am this end of a call with that one, and this is our secret.
    RejoinCall(OfferId, Role, UserName, Arc<str>),
    /// Are you there?
    Test,
    /// Something in a room.
    Room(RoomCommand),
}

/// What a client said.
#[derive(Debug)]
pub struct Reading {
    /// Its own number of it, where it counts: the second argument.
    pub number: Option<u64>,
    /// What it wants, or what is wrong with it.
    pub command: Result<Command, Refusal>,
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rejoin {
    offer_id: String,
    did_i_offer: bool,
    user_name: String,
    key: String,
}

/// Reads the arguments of an event.
///
/// Refused are `bad-payload`, `too-large`, and for an `offerId` that we never gave `no-such-offer` or `no-call`.
pub fn read(said: EventName, packet: &Value, limits: &Limits) -> Reading {
    let (text, attachments) = match packet {
        Value::Str(text, attachments) => (text.as_str(), attachments.clone().unwrap_or_default()),
        Value::Bytes(_) => return Reading { number: None, command: Err(bad(said)) },
    };
    let attachments = Vec::from(attachments);
    // What is sent most, and what is longest, is read in one pass.
    let (command, number) = match said {
        EventName::IceCandidate => in_one_pass(text, |payload| candidate(payload, &attachments, limits)),
        EventName::NewAnswer => in_one_pass(text, |payload| answer(payload, &attachments, limits)),
        _ => None,
    }
    .unwrap_or_else(|| step_by_step(said, text, &attachments, limits));
    Reading { number: number.and_then(|number| serde_json::from_str(number.get()).ok()), command }
}

/// An event whose payload is an object of this kind; `None` if it is not.
fn in_one_pass<'a, T: Deserialize<'a>>(
    text: &'a str,
    command: impl FnOnce(T) -> Result<Command, Refusal>,
) -> Option<(Result<Command, Refusal>, Option<&'a RawValue>)> {
    let Arguments { payload: Object(payload), number } = serde_json::from_str(text).ok()?;
    Some((command(payload), number))
}

/// Any event, to the refusal that says what is wrong with it.
fn step_by_step<'a>(
    said: EventName,
    text: &'a str,
    attachments: &[Bytes],
    limits: &Limits,
) -> (Result<Command, Refusal>, Option<&'a RawValue>) {
    // The first element is the event's name, the second its payload, the third a page's own number of it.
    let arguments: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
    (command(said, arguments.get(1).copied(), attachments, limits), arguments.get(2).copied())
}

fn command(
    said: EventName,
    argument: Option<&RawValue>,
    attachments: &[Bytes],
    limits: &Limits,
) -> Result<Command, Refusal> {
    let needed = || argument.ok_or_else(|| bad(said));
    match said {
        EventName::Test => Ok(Command::Test),
        EventName::CheckOffers => Ok(Command::CheckOffers),
        EventName::CancelOffer => Ok(Command::CancelOffer),
        EventName::Hangup => Ok(hang_up(argument)),
        EventName::NewOffer => offer(needed()?, attachments, limits),
        EventName::NewAnswer => answer(object(needed()?).ok_or_else(|| bad(said))?, attachments, limits),
        EventName::IceCandidate => candidate(object(needed()?).ok_or_else(|| bad(said))?, attachments, limits),
        EventName::RejoinCall => rejoin(needed()?),
        EventName::Room(verb) => {
            let envelope: Envelope = argument.and_then(object).unwrap_or_default();
            let body: Body = argument.and_then(object).unwrap_or_default();
            RoomCommand::read(verb, &envelope, &body, attachments, limits).map(Command::Room)
        }
        EventName::Unknown => Err(bad(said)),
    }
}

fn offer(argument: &RawValue, attachments: &[Bytes], limits: &Limits) -> Result<Command, Refusal> {
    let (description, call) = match object::<Offer>(argument) {
        Some(Offer { offer: Some(description), offer_id }) => (description, offer_id),
        // An id without an offer: nothing that could be passed on.
        Some(Offer { offer: None, offer_id: Some(_) }) => return Err(bad(EventName::NewOffer)),
        _ => (argument, None),
    };
    let description = SessionDescription::new(Opaque::new(description, attachments)?, limits)?;
    match call {
        None => Ok(Command::Offer(description)),
        Some(id) => {
            let id = string(id).and_then(|id| OfferId::parse(&id)).ok_or_else(Refusal::no_call)?;
            Ok(Command::Renegotiate(id, description))
        }
    }
}

fn rejoin(argument: &RawValue) -> Result<Command, Refusal> {
    let payload: Rejoin = object(argument).ok_or_else(|| bad(EventName::RejoinCall))?;
    if payload.key.is_empty() || payload.key.len() > MAX_KEY {
        return Err(bad(EventName::RejoinCall));
    }
    let id = OfferId::parse(&payload.offer_id).ok_or_else(Refusal::no_call)?;
    let role = if payload.did_i_offer { Role::Offerer } else { Role::Answerer };
    Ok(Command::RejoinCall(id, role, UserName::new(&payload.user_name)?, payload.key.into()))
}

fn answer(payload: Answer<'_>, attachments: &[Bytes], limits: &Limits) -> Result<Command, Refusal> {
    let description = payload.answer.ok_or_else(|| bad(EventName::NewAnswer))?;
    let wanted = match (payload.offer_id, payload.offerer_user_name) {
        (Some(id), _) => string(id).and_then(|id| OfferId::parse(&id)).map(AnswerTarget::Offer),
        (None, Some(name)) => string(name).and_then(|name| UserName::new(&name).ok()).map(AnswerTarget::NewestOf),
        (None, None) => return Err(bad(EventName::NewAnswer)),
    };
    let description = SessionDescription::new(Opaque::new(description, attachments)?, limits)?;
    Ok(Command::Answer(wanted.ok_or_else(Refusal::no_such_offer)?, description))
}

fn candidate(payload: Candidate<'_>, attachments: &[Bytes], limits: &Limits) -> Result<Command, Refusal> {
    let candidate = payload.ice_candidate.ok_or_else(|| bad(EventName::IceCandidate))?;
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
    let call = match id {
        Some(id) => CallRef::Id(id),
        None => candidate.fragment().map_or(CallRef::Newest, CallRef::Fragment),
    };
    Ok(Command::Candidate(role, call, candidate))
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

fn bad(said: EventName) -> Refusal {
    let sentence = match said {
        EventName::NewOffer => "newOffer takes the description that createOffer() gave: {type, sdp}.",
        EventName::NewAnswer => {
            "newAnswer takes the offer object with your answer in it: {offererUserName, answer, ...}."
        }
        EventName::IceCandidate => "A candidate is sent as {iceCandidate, iceUserName, didIOffer}.",
        EventName::RejoinCall => {
            "rejoinCall takes {offerId, didIOffer, userName, key}; the key is a text of at most 256 bytes."
        }
        _ => "This is not what the event takes.",
    };
    Refusal::new(Code::BadPayload, sentence)
}
