//! Socket.IO packets of the main namespace without binary values, encoded in one pass (Socket.IO protocol 5).

use serde::Serialize;
use switchboard_conn::Str;

/// More than what the names of events, brackets and numbers take.
const AROUND: usize = 128;

/// An event: `2["name",payload]`; for a client that counts what it is sent `2["name",payload,number]`.
pub fn event<T: Serialize + ?Sized>(name: &str, payload: &T, number: Option<u64>) -> Str {
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
    text(packet)
}

/// The answer to an event that asked for one: `3<id>[payload]`.
pub fn ack<T: Serialize + ?Sized>(id: i64, payload: &T) -> Str {
    let mut packet = Vec::with_capacity(AROUND);
    packet.push(b'3');
    write(&mut packet, &id);
    packet.push(b'[');
    write(&mut packet, payload);
    packet.push(b']');
    text(packet)
}

/// What has no binary values can always be encoded. If that is wrong, the client gets `null`.
fn write<T: Serialize + ?Sized>(packet: &mut Vec<u8>, payload: &T) {
    let start = packet.len();
    if let Err(error) = serde_json::to_writer(&mut *packet, payload) {
        tracing::error!(%error, "a message could not be encoded");
        packet.truncate(start);
        packet.extend_from_slice(b"null");
    }
}

fn text(packet: Vec<u8>) -> Str {
    String::from_utf8(packet).unwrap_or_default().into()
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
