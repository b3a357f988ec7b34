//! Socket.IO events: any text in the place of an event's arguments, with any binary parts. Each line of the input after
//! the first is one part.

#![no_main]

use std::collections::VecDeque;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use socketioxide_core::{Str, Value};
use switchboard::protocol::json::Tree;
use switchboard::protocol::limits::Limits;
use switchboard::core::membership::Relayed;
use switchboard::core::room_command::RoomCommand;
use switchboard::transport::socketio::event::EventName;
use switchboard::transport::socketio::payload::{Command, Reading, read};

fuzz_target!(|data: &[u8]| {
    let mut parts = data.split(|byte| *byte == b'\n');
    let Some(Ok(text)) = parts.next().map(std::str::from_utf8) else { return };
    let attachments: VecDeque<Bytes> = parts.map(Bytes::copy_from_slice).collect();
    let count = attachments.len();
    let attachments = (count > 0).then_some(attachments);
    let packet = Value::Str(Str::from(text.to_owned()), attachments);
    let limits = Limits { max_description: 1_000, max_candidate: 100, ..Limits::default() };
    // Under every name: what an event is called is not in its arguments.
    for (said, _) in EventName::SPELLINGS {
        let Reading { command, .. } = read(said, &packet, &limits);
        let (size, limit, json, is_binary) = match &command {
            Ok(Command::Offer(it) | Command::Renegotiate(_, it) | Command::Answer(_, it)) => {
                (it.size(), limits.max_description, serde_json::to_string(it), it.is_binary())
            }
            Ok(Command::Candidate(_, _, it) | Command::Room(RoomCommand::Relay(_, _, Relayed::Candidate(it)))) => {
                (it.size(), limits.max_candidate, serde_json::to_string(it), it.is_binary())
            }
            Ok(Command::Room(RoomCommand::Relay(_, _, Relayed::Offer(it) | Relayed::Answer(it)))) => {
                (it.size(), limits.max_description, serde_json::to_string(it), it.is_binary())
            }
            Ok(Command::RejoinCall(_, _, name, key)) => {
                assert!(name.as_str().chars().count() <= 64 && (1..=256).contains(&key.len()));
                continue;
            }
            _ => continue,
        };
        assert!(size <= limit, "larger than may be");
        assert!(!is_binary || count > 0, "bytes out of nothing");
        // Whoever it is passed on to has to read it inside a packet.
        let packet = format!(r#"[[{{"offer":{}}}]]"#, json.expect("it can be passed on"));
        // Larger numbers than ours JavaScript takes for infinite.
        let read = serde_json::from_str::<Tree>(&packet);
        assert!(
            read.is_ok() || read.is_err_and(|error| error.to_string().starts_with("number out of range")),
            "it can be read"
        );
    }
});
