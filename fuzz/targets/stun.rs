//! A STUN message, and the frames of a stream.

#![no_main]

use libfuzzer_sys::fuzz_target;
use switchboard_turn::message::{ChannelData, Message, Writer, attribute, frame_length};

fuzz_target!(|input: &[u8]| {
    // A stream, frame by frame.
    let mut rest = input;
    while let Some(frame) =
        rest.first_chunk().and_then(|start| frame_length(*start)).and_then(|length| rest.get(..length))
    {
        assert!(ChannelData::parse(frame).is_some() || frame[0] < 0x40);
        rest = &rest[frame.len()..];
    }
    let Some(message) = Message::parse(input) else { return };
    let mut written = Vec::new();
    let mut writer = Writer::new(&mut written, message.class, message.method, *message.transaction);
    for found in message.attributes() {
        assert!(message.get(found.kind).is_some());
        found.address(message.transaction);
        writer.attribute(found.kind, found.value);
    }
    message.error();
    message.is_signed_with(b"key");
    writer.sign(b"key").fingerprint();
    let read = Message::parse(&written).expect("what was written is read");
    assert!(read.is_signed_with(b"key") && read.has_fingerprint());
    assert_eq!((read.class, read.method, read.transaction), (message.class, message.method, message.transaction));
    let mut attributes = read.attributes();
    for found in message.attributes() {
        let again = attributes.next().expect("as many attributes");
        assert_eq!((again.kind, again.value), (found.kind, found.value));
        assert!(![attribute::MESSAGE_INTEGRITY, attribute::FINGERPRINT].contains(&found.kind));
    }
});
