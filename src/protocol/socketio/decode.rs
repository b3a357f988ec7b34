//! Reads the arguments of a Socket.IO event: what each may carry, and what is wrong with it otherwise.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::arguments::{Arguments, Object};
use super::event::EventName;
use crate::protocol::call::{CallRef, CallStage, ConnectionKind, IceCandidate, Role, SessionDescription};
use crate::protocol::client_message::{AnswerTarget, ClientMessage, RejoinCall};
use crate::protocol::id::OfferId;
use crate::protocol::json::{self, text};
use crate::protocol::limits::Limits;
use crate::protocol::name::UserName;
use crate::protocol::opaque::{Opaque, present};
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::room_action::{Body, Envelope};

/// Longest key of `rejoinCall`, in bytes.
const MAX_KEY: usize = 256;

/// An event of a client, read.
#[derive(Debug)]
pub struct DecodedEvent {
    /// The client's own number of the event, where it counts: the second argument.
    pub number: Option<u64>,
    /// The message, or what is wrong with it.
    pub message: Result<ClientMessage, Refusal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    offer: Option<&'a RawValue>,
    #[serde(borrow, default)]
    offer_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    to: Option<&'a RawValue>,
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
struct Named<'a> {
    #[serde(borrow, default)]
    offer_id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    #[serde(borrow)]
    offer_id: &'a RawValue,
    #[serde(borrow)]
    stage: &'a RawValue,
    #[serde(borrow, default)]
    kind: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rejoin {
    offer_id: String,
    did_i_offer: bool,
    user_name: String,
    key: String,
}

/// Reads an event: the JSON array of its packet, `["name", payload, number?]`, and its binary attachments. `has_ack`: the
/// client asked for an acknowledgement.
///
/// Refusals: `bad-payload`, `too-large`, and `no-such-offer` or `no-call` for an `offerId` that the server never sent.
pub fn decode(event: EventName, array: &str, attachments: &[Bytes], has_ack: bool, limits: &Limits) -> DecodedEvent {
    // What is sent most, and what is longest, is read in one pass.
    let (message, number) = match event {
        EventName::IceCandidate => in_one_pass(array, |payload| candidate(payload, attachments, limits)),
        EventName::NewAnswer => in_one_pass(array, |payload| answer(payload, attachments, has_ack, limits)),
        _ => None,
    }
    .unwrap_or_else(|| step_by_step(event, array, attachments, has_ack, limits));
    // These change nothing, so a client need not count them.
    let is_counted = !matches!(event, EventName::Test | EventName::CheckOffers);
    let number = number.filter(|_| is_counted).and_then(|number| serde_json::from_str(number.get()).ok());
    DecodedEvent { number, message }
}

/// An event whose payload is an object of this kind; `None` if it is not.
fn in_one_pass<'a, T: Deserialize<'a>>(
    array: &'a str,
    message: impl FnOnce(T) -> Result<ClientMessage, Refusal>,
) -> Option<(Result<ClientMessage, Refusal>, Option<&'a RawValue>)> {
    let Arguments { payload: Object(payload), number } = serde_json::from_str(array).ok()?;
    Some((message(payload), number))
}

/// Any event, to the refusal that says what is wrong with it.
fn step_by_step<'a>(
    event: EventName,
    array: &'a str,
    attachments: &[Bytes],
    has_ack: bool,
    limits: &Limits,
) -> (Result<ClientMessage, Refusal>, Option<&'a RawValue>) {
    let arguments: Vec<&RawValue> = serde_json::from_str(array).unwrap_or_default();
    let payload = arguments.get(1).copied();
    (message(event, payload, attachments, has_ack, limits), arguments.get(2).copied())
}

fn message(
    event: EventName,
    payload: Option<&RawValue>,
    attachments: &[Bytes],
    has_ack: bool,
    limits: &Limits,
) -> Result<ClientMessage, Refusal> {
    let needed = || payload.ok_or_else(|| bad_payload(event));
    match event {
        EventName::Test => Ok(ClientMessage::Test),
        EventName::CheckOffers => Ok(ClientMessage::CheckOffers),
        EventName::CancelOffer => Ok(ClientMessage::CancelOffer),
        EventName::Hangup => hang_up(payload),
        EventName::DeclineOffer => decline(needed()?),
        EventName::NewOffer => offer(needed()?, attachments, limits),
        EventName::NewAnswer => {
            answer(object(needed()?).ok_or_else(|| bad_payload(event))?, attachments, has_ack, limits)
        }
        EventName::IceCandidate => candidate(object(needed()?).ok_or_else(|| bad_payload(event))?, attachments, limits),
        EventName::RejoinCall => rejoin(needed()?),
        EventName::CallStage => call_stage(needed()?),
        EventName::Room(action) => {
            let envelope: Envelope = payload.and_then(object).unwrap_or_default();
            let body: Body = payload.and_then(object).unwrap_or_default();
            action.decode(&envelope, &body, attachments, limits)
        }
        EventName::Unknown => Err(bad_payload(event)),
    }
}

fn offer(payload: &RawValue, attachments: &[Bytes], limits: &Limits) -> Result<ClientMessage, Refusal> {
    let (description, call, to) = match object::<Offer>(payload) {
        Some(Offer { offer: Some(description), offer_id, to }) => (description, offer_id, to),
        // An id without an offer holds nothing that could be relayed.
        Some(Offer { offer: None, offer_id: Some(_), .. }) => return Err(bad_payload(EventName::NewOffer)),
        // Never to all: its sender means one user.
        Some(Offer { offer: None, offer_id: None, to: Some(_) }) => {
            return Err(Refusal::new(Code::BadPayload, "An offer to one user is sent as {offer, to}."));
        }
        _ => (payload, None, None),
    };
    let offer = SessionDescription::new(Opaque::new(description, attachments)?, limits)?;
    match call {
        None => Ok(ClientMessage::NewOffer { offer, to: to.map(addressee).transpose()? }),
        Some(id) => {
            let offer_id = offer_id(id).ok_or_else(Refusal::no_call)?;
            Ok(ClientMessage::Renegotiate { offer_id, offer })
        }
    }
}

fn addressee(to: &RawValue) -> Result<UserName, Refusal> {
    let sentence = "\"to\" is the user name of the client that is called, as a text.";
    let name = text(to).ok_or_else(|| Refusal::new(Code::BadPayload, sentence))?;
    UserName::new(&name)
}

fn decline(payload: &RawValue) -> Result<ClientMessage, Refusal> {
    let id = object::<Named>(payload).and_then(|payload| payload.offer_id);
    let id = id.ok_or_else(|| bad_payload(EventName::DeclineOffer))?;
    offer_id(id).map(ClientMessage::DeclineOffer).ok_or_else(Refusal::no_such_offer)
}

fn rejoin(payload: &RawValue) -> Result<ClientMessage, Refusal> {
    let payload: Rejoin = object(payload).ok_or_else(|| bad_payload(EventName::RejoinCall))?;
    if payload.key.is_empty() || payload.key.len() > MAX_KEY {
        return Err(bad_payload(EventName::RejoinCall));
    }
    let offer_id = OfferId::parse(&payload.offer_id).ok_or_else(Refusal::no_call)?;
    let role = if payload.did_i_offer { Role::Offerer } else { Role::Answerer };
    let other = UserName::new(&payload.user_name)?;
    Ok(ClientMessage::RejoinCall(RejoinCall { offer_id, role, other, key: payload.key.into() }))
}

fn call_stage(payload: &RawValue) -> Result<ClientMessage, Refusal> {
    let bad = || bad_payload(EventName::CallStage);
    let Report { offer_id: id, stage, kind } = object(payload).ok_or_else(bad)?;
    let kind = match kind.map(text) {
        None => None,
        Some(kind) => Some(match kind.as_deref() {
            Some("direct") => ConnectionKind::Direct,
            Some("relayed") => ConnectionKind::Relayed,
            _ => return Err(bad()),
        }),
    };
    let stage = match text(stage).as_deref() {
        Some("connected") => CallStage::Connected(kind),
        Some("failed") => CallStage::Failed,
        _ => return Err(bad()),
    };
    Ok(ClientMessage::CallStage(offer_id(id).ok_or_else(Refusal::no_call)?, stage))
}

fn answer(
    payload: Answer<'_>,
    attachments: &[Bytes],
    has_ack: bool,
    limits: &Limits,
) -> Result<ClientMessage, Refusal> {
    let description = payload.answer.ok_or_else(|| bad_payload(EventName::NewAnswer))?;
    let target = match (payload.offer_id, payload.offerer_user_name) {
        (Some(id), _) => offer_id(id).map(AnswerTarget::Offer),
        (None, Some(name)) => text(name).and_then(|name| UserName::new(&name).ok()).map(AnswerTarget::NewestOf),
        (None, None) => return Err(bad_payload(EventName::NewAnswer)),
    };
    let answer = SessionDescription::new(Opaque::new(description, attachments)?, limits)?;
    Ok(ClientMessage::NewAnswer { target: target.ok_or_else(Refusal::no_such_offer)?, answer, has_ack })
}

fn candidate(payload: Candidate<'_>, attachments: &[Bytes], limits: &Limits) -> Result<ClientMessage, Refusal> {
    let candidate = payload.ice_candidate.ok_or_else(|| bad_payload(EventName::IceCandidate))?;
    // As in JavaScript, `if (didIOffer)`.
    let role = match payload.did_i_offer.map(RawValue::get) {
        None | Some("false" | "null" | "0" | "\"\"") => Role::Answerer,
        Some(_) => Role::Offerer,
    };
    let id = match payload.offer_id {
        None => None,
        Some(id) => Some(offer_id(id).ok_or_else(Refusal::no_call)?),
    };
    let candidate = IceCandidate::new(Opaque::new(candidate, attachments)?, limits)?;
    let call = match id {
        Some(id) => CallRef::Id(id),
        None => candidate.fragment().map_or(CallRef::Newest, CallRef::Fragment),
    };
    Ok(ClientMessage::IceCandidate { role, call, candidate })
}

fn hang_up(payload: Option<&RawValue>) -> Result<ClientMessage, Refusal> {
    let only = payload.and_then(object::<Named>).and_then(|payload| payload.offer_id);
    let only = only.map(|id| offer_id(id).ok_or_else(Refusal::no_call)).transpose()?;
    Ok(ClientMessage::Hangup(only))
}

fn object<'a, T: Deserialize<'a>>(payload: &'a RawValue) -> Option<T> {
    json::object(payload.get())
}

fn offer_id(value: &RawValue) -> Option<OfferId> {
    text(value).and_then(|id| OfferId::parse(&id))
}

fn bad_payload(event: EventName) -> Refusal {
    let sentence = match event {
        EventName::NewOffer => "newOffer takes the description that createOffer() gave: {type, sdp}.",
        EventName::NewAnswer => {
            "newAnswer takes the offer object with your answer in it: {offererUserName, answer, ...}."
        }
        EventName::IceCandidate => "A candidate is sent as {iceCandidate, iceUserName, didIOffer}.",
        EventName::DeclineOffer => "declineOffer takes the id of the offer: {offerId}.",
        EventName::RejoinCall => {
            "rejoinCall takes {offerId, didIOffer, userName, key}; the key is a text of at most 256 bytes."
        }
        EventName::CallStage => {
            "callStage takes {offerId, stage, kind}: the stage is connected or failed, and the kind, if you send it, direct or relayed."
        }
        _ => "This is not what the event takes.",
    };
    Refusal::new(Code::BadPayload, sentence)
}
