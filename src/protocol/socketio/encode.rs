//! Socket.IO packets of the main namespace without binary values, encoded in one pass (Socket.IO protocol 5), and the
//! payloads of all events.

use serde::{Serialize, Serializer};

use super::event;
use super::reply::SignalingError;
use crate::protocol::call::Call;
use crate::protocol::id::{MemberId, OfferId};
use crate::protocol::name::RoomName;
use crate::protocol::opaque::OnWire;
use crate::protocol::room::RoomPayload;
use crate::protocol::server_message::ServerMessage;

/// What stands in the place of an event's name where a connection is ended.
const DISCONNECT: &str = "disconnect";
/// Enough for the names of events, brackets and numbers.
const AROUND: usize = 128;

/// An event: `2["name",payload]`; for a client that counts `2["name",payload,number]`.
pub fn event<T: Serialize + ?Sized>(name: &str, payload: &T, number: Option<u64>) -> String {
    let mut packet = Vec::with_capacity(AROUND);
    packet.extend_from_slice(b"2[\"");
    packet.extend_from_slice(name.as_bytes());
    packet.extend_from_slice(b"\",");
    write(&mut packet, payload);
    if let Some(number) = number {
        packet.push(b',');
        write(&mut packet, &number);
    }
    packet.push(b']');
    String::from_utf8(packet).unwrap_or_default()
}

/// The acknowledgement of the event with this id: `3<id>[payload]`.
pub fn ack<T: Serialize + ?Sized>(id: i64, payload: &T) -> String {
    let mut packet = Vec::with_capacity(AROUND);
    packet.push(b'3');
    write(&mut packet, &id);
    packet.push(b'[');
    write(&mut packet, payload);
    packet.push(b']');
    String::from_utf8(packet).unwrap_or_default()
}

/// Appends the payload as JSON. All payloads of the server have texts as keys, which JSON can always hold; `null` stands
/// for any other.
fn write<T: Serialize + ?Sized>(packet: &mut Vec<u8>, payload: &T) {
    let start = packet.len();
    if serde_json::to_writer(&mut *packet, payload).is_err() {
        packet.truncate(start);
        packet.extend_from_slice(b"null");
    }
}

/// The name of a message's event; empty for messages of pairs and of `/gst`, which Socket.IO clients are never sent, and
/// for [custom events](ServerMessage::Custom), which write themselves.
pub fn name(message: &ServerMessage) -> &'static str {
    match message {
        ServerMessage::NewOfferAwaiting(_) => event::NEW_OFFER_AWAITING,
        ServerMessage::OfferWithdrawn(_) => event::OFFER_WITHDRAWN,
        ServerMessage::AnswerResponse(_) | ServerMessage::Renegotiated { .. } => event::ANSWER_RESPONSE,
        ServerMessage::IceCandidate(_) => event::RECEIVED_ICE_CANDIDATE,
        ServerMessage::PeerHangup(_) => event::PEER_HANGUP,
        ServerMessage::PeerLost(_) => event::PEER_LOST,
        ServerMessage::PeerBack(_) => event::PEER_BACK,
        ServerMessage::Renegotiation { .. } => event::RENEGOTIATION,
        ServerMessage::Room(message) => message.name(),
        ServerMessage::Disconnected(_) => event::SIGNALING_ERROR,
        ServerMessage::Pair(_) | ServerMessage::Gst(_) | ServerMessage::Custom(_) => "",
    }
}

/// The other name under which a message goes out to pages that ask for it.
pub fn alias(message: &ServerMessage) -> Option<&'static str> {
    matches!(message, ServerMessage::NewOfferAwaiting(_)).then_some(event::NEW_OFFER_WAITING)
}

/// The payload of a message's event.
#[derive(Debug)]
pub struct Payload<'a>(pub &'a ServerMessage);

impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            // An array of exactly one, as the course's pages expect.
            ServerMessage::NewOfferAwaiting(call) => Offers(std::slice::from_ref(call)).serialize(serializer),
            ServerMessage::OfferWithdrawn(withdrawn) => withdrawn.serialize(serializer),
            ServerMessage::AnswerResponse(call) => call.on_wire().serialize(serializer),
            ServerMessage::IceCandidate(candidate) => candidate.on_wire().serialize(serializer),
            ServerMessage::PeerHangup(hangup) => hangup.serialize(serializer),
            ServerMessage::PeerLost(party) | ServerMessage::PeerBack(party) => party.serialize(serializer),
            ServerMessage::Renegotiation { offer_id, offer } => {
                Renegotiation { offer_id: *offer_id, offer: offer.on_wire() }.serialize(serializer)
            }
            ServerMessage::Renegotiated { offer_id, answer } => {
                Renegotiated { offer_id: *offer_id, answer: answer.on_wire() }.serialize(serializer)
            }
            ServerMessage::Room(message) => {
                let (room, from, payload) = (&message.room, message.from, message.event.on_wire());
                InRoom { room, from, payload }.serialize(serializer)
            }
            ServerMessage::Disconnected(refusal) => SignalingError { event: DISCONNECT, refusal }.serialize(serializer),
            ServerMessage::Pair(_) | ServerMessage::Gst(_) | ServerMessage::Custom(_) => serializer.serialize_unit(),
        }
    }
}

/// The payload of `availableOffers`, and of `newOfferAwaiting` with one offer: an array of offer objects.
#[derive(Debug)]
pub struct Offers<'a>(pub &'a [Call]);

impl Serialize for Offers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A sequence, not a fixed array, which socketioxide would spread over the arguments.
        serializer.collect_seq(self.0.iter().map(Call::on_wire))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Renegotiation<'a> {
    offer_id: OfferId,
    offer: OnWire<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Renegotiated<'a> {
    offer_id: OfferId,
    answer: OnWire<'a>,
}

#[derive(Serialize)]
struct InRoom<'a> {
    room: &'a RoomName,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<MemberId>,
    #[serde(flatten)]
    payload: RoomPayload<'a>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn packets_are_as_the_protocol_says() {
        assert_eq!(event("hi", &json!({"a": "ü"}), None), r#"2["hi",{"a":"ü"}]"#);
        assert_eq!(event("hi", &[1], Some(7)), r#"2["hi",[1],7]"#);
        assert_eq!(ack(12, "pong"), r#"312["pong"]"#);
        assert_eq!(ack(0, &json!([])), "30[[]]");
    }

    #[test]
    fn payload_that_cannot_be_encoded_becomes_null() {
        let map = std::collections::HashMap::from([((1, 2), 3)]);
        assert_eq!(event("hi", &map, None), r#"2["hi",null]"#);
    }
}
