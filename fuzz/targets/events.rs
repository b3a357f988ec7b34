//! Socket.IO events: any text in the place of an event's arguments, with any binary parts. Each line of the input after
//! the first is one part.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use switchboard::protocol::call::Relayed;
use switchboard::protocol::client_message::{ClientMessage, RejoinCall};
use switchboard::protocol::json::Tree;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::socketio::decode::decode;
use switchboard::protocol::socketio::event::EventName;

fuzz_target!(|data: &[u8]| {
    let mut parts = data.split(|byte| *byte == b'\n');
    let Some(Ok(text)) = parts.next().map(std::str::from_utf8) else { return };
    let attachments: Vec<Bytes> = parts.map(Bytes::copy_from_slice).collect();
    let limits = Limits { max_description: 1_000, max_candidate: 100, ..Limits::default() };
    // Under every name: what an event is called is not in its arguments.
    for (event, _) in EventName::SPELLINGS {
        let (size, limit, json, is_binary) = match &decode(event, text, &attachments, true, &limits).message {
            Ok(
                ClientMessage::NewOffer { offer: it, .. }
                | ClientMessage::Renegotiate { offer: it, .. }
                | ClientMessage::NewAnswer { answer: it, .. }
                | ClientMessage::RelayInRoom { content: Relayed::Offer(it) | Relayed::Answer(it), .. },
            ) => (it.size(), limits.max_description, serde_json::to_string(&it.on_wire()), it.is_binary()),
            Ok(
                ClientMessage::IceCandidate { candidate: it, .. }
                | ClientMessage::RelayInRoom { content: Relayed::Candidate(it), .. },
            ) => (it.size(), limits.max_candidate, serde_json::to_string(&it.on_wire()), it.is_binary()),
            Ok(ClientMessage::RejoinCall(RejoinCall { other, key, .. })) => {
                assert!(other.as_str().chars().count() <= 64 && (1..=256).contains(&key.len()));
                continue;
            }
            _ => continue,
        };
        assert!(size <= limit, "larger than allowed");
        assert!(!is_binary || !attachments.is_empty(), "bytes out of nothing");
        // The receiver has to read it inside a packet.
        let packet = format!(r#"[[{{"offer":{}}}]]"#, json.expect("it can be relayed"));
        // JavaScript reads larger numbers than Rust's as infinite.
        let read = serde_json::from_str::<Tree>(&packet);
        assert!(
            read.is_ok() || read.is_err_and(|error| error.to_string().starts_with("number out of range")),
            "it can be read"
        );
    }
});
