//! WebSocket frames against tungstenite as the other end.

#![allow(dead_code, missing_docs)]

#[path = "../src/frame.rs"]
mod frame;
#[path = "../src/reader.rs"]
mod reader;

use std::io::{self, Cursor, Read, Write};

use frame::{BINARY, Frame, MAX_HEAD, Violation};
use proptest::collection::vec;
use proptest::prelude::*;
use reader::{Event, Limits, Reader};
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as TheirFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

const LIMITS: Limits = Limits { frame: 200_000, message: 200_000 };

/// What a reader has passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Heard {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
}

impl From<Event<'_>> for Heard {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Text(text) => Self::Text(text.into()),
            Event::Binary(data) => Self::Binary(data.into()),
            Event::Ping(data) => Self::Ping(data.into()),
            Event::Pong => Self::Pong,
            Event::Close(code, _) => Self::Close(code),
        }
    }
}

/// Reads these bytes, cut at these places.
fn read(bytes: &[u8], cuts: &[usize]) -> Result<(Vec<Heard>, Reader), Violation> {
    let (mut reader, mut heard) = (Reader::default(), Vec::new());
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).chain([0, bytes.len()]).collect();
    places.sort_unstable();
    for place in places.windows(2) {
        reader.read(&mut bytes[place[0]..place[1]].to_vec(), LIMITS, &mut |event| {
            heard.push(event.into());
            Ok::<_, Violation>(())
        })?;
    }
    Ok((heard, reader))
}

/// A stream that reads from one buffer and writes to another.
#[derive(Default)]
struct Buffers {
    input: Cursor<Vec<u8>>,
    output: Vec<u8>,
}

impl Read for Buffers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.input.read(buffer)? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            bytes => Ok(bytes),
        }
    }
}

impl Write for Buffers {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.output.write(data)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What tungstenite sends as a client.
fn sent(messages: &[Message]) -> Vec<u8> {
    let mut client = WebSocket::from_raw_socket(Buffers::default(), Role::Client, None);
    for message in messages {
        client.send(message.clone()).expect("sent");
    }
    std::mem::take(&mut client.get_mut().output)
}

fn heard(message: &Message) -> Heard {
    match message {
        Message::Text(text) => Heard::Text(text.to_string()),
        Message::Binary(data) => Heard::Binary(data.to_vec()),
        Message::Ping(data) => Heard::Ping(data.to_vec()),
        _ => Heard::Pong,
    }
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![0..10usize, 120..130usize, 65_530..65_540usize, 0..2_000usize]
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        size().prop_map(|size| Message::text("ä".repeat(size / 2) + &"x".repeat(size % 2))),
        size().prop_map(|size| Message::binary(vec![7; size])),
        vec(any::<u8>(), 0..=125).prop_map(|data| Message::Ping(data.into())),
        vec(any::<u8>(), 0..=125).prop_map(|data| Message::Pong(data.into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn messages_of_any_length_and_split_are_heard(
        messages in vec(message(), 0..6),
        cuts in vec(any::<usize>(), 0..8),
    ) {
        let (events, reader) = read(&sent(&messages), &cuts).expect("sound");
        prop_assert_eq!(events, messages.iter().map(heard).collect::<Vec<_>>());
        prop_assert!(reader.is_idle());
    }

    #[test]
    fn fragments_with_control_frames_between_are_one_message(
        parts in vec(("[a-zäö€😀]{0,40}", any::<bool>()), 1..8),
        is_text in any::<bool>(),
        mask in any::<[u8; 4]>(),
        cuts in vec(any::<usize>(), 0..8),
    ) {
        let whole: Vec<u8> = parts.iter().flat_map(|(part, _)| part.bytes()).collect();
        // Cut between any two bytes, not between characters.
        let middle = whole.len() / 2;
        let (mut bytes, mut expected) = (Vec::new(), Vec::new());
        let mut add = |mut frame: TheirFrame| {
            frame.header_mut().mask = Some(mask);
            frame.format(&mut bytes).expect("written");
        };
        let kind = if is_text { Data::Text } else { Data::Binary };
        add(TheirFrame::message(whole[..middle].to_vec(), OpCode::Data(kind), false));
        for (part, is_ping) in &parts {
            if *is_ping {
                let payload: Vec<u8> = part.bytes().take(125).collect();
                add(TheirFrame::ping(payload.clone()));
                expected.push(Heard::Ping(payload));
            } else {
                add(TheirFrame::message(Vec::new(), OpCode::Data(Data::Continue), false));
            }
        }
        add(TheirFrame::message(whole[middle..].to_vec(), OpCode::Data(Data::Continue), true));
        expected.push(if is_text {
            Heard::Text(String::from_utf8(whole).expect("text"))
        } else {
            Heard::Binary(whole)
        });
        let (events, reader) = read(&bytes, &cuts).expect("sound");
        prop_assert_eq!(events, expected);
        prop_assert!(reader.is_idle());
    }

    #[test]
    fn frames_that_go_out_are_read_by_tungstenite(sizes in vec((size(), any::<bool>()), 1..8)) {
        let mut bytes = Vec::new();
        let mut expected = Vec::new();
        for (size, is_text) in sizes {
            let body = vec![b'x'; size];
            let frame = if is_text { Frame::packet(b'4', body.clone()) } else { Frame::bare(BINARY, body.clone()) };
            let mut head = [0; MAX_HEAD];
            let len = frame.write_head(&mut head);
            bytes.extend_from_slice(&head[..len]);
            bytes.extend_from_slice(&frame.body);
            expected.push(if is_text {
                Message::text(format!("4{}", "x".repeat(size)))
            } else {
                Message::binary(body)
            });
        }
        let buffers = Buffers { input: Cursor::new(bytes), output: Vec::new() };
        let mut client = WebSocket::from_raw_socket(buffers, Role::Client, None);
        for message in expected {
            prop_assert_eq!(client.read().expect("a message"), message);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in vec(any::<u8>(), 0..300), cuts in vec(any::<usize>(), 0..8)) {
        let whole = read(&bytes, &[]).map(|(heard, _)| heard);
        let split = read(&bytes, &cuts).map(|(heard, _)| heard);
        prop_assert_eq!(whole, split);
    }
}

#[test]
fn heads_are_refused_exactly_where_tungstenite_refuses_them() {
    for first in 0..=u8::MAX {
        for second in (0..=u8::MAX).filter(|second| second & 0x7f < 126) {
            let size = usize::from(second & 0x7f);
            // The payload of a close frame has rules of its own.
            if first & 0x0f == 8 && size > 0 {
                continue;
            }
            let masked = second & 0x80 != 0;
            let bytes = [&[first, second][..], if masked { &[0; 4] } else { &[] }, &vec![b'a'; size]].concat();
            let ours = read(&bytes, &[]).is_ok();
            let buffers = Buffers { input: Cursor::new(bytes), output: Vec::new() };
            let theirs = match WebSocket::from_raw_socket(buffers, Role::Server, None).read() {
                Ok(_) => true,
                Err(Error::Io(error)) => error.kind() == io::ErrorKind::WouldBlock,
                Err(_) => false,
            };
            assert_eq!(ours, theirs, "{first:#x} {second:#x}");
        }
    }
}

#[test]
fn close_frames_are_sound_only_with_a_code_that_may_be_sent() {
    let close = |payload: &[u8]| {
        let mut frame = TheirFrame::from_payload(
            tokio_tungstenite::tungstenite::protocol::frame::FrameHeader {
                opcode: OpCode::Control(Control::Close),
                ..Default::default()
            },
            payload.to_vec().into(),
        );
        frame.header_mut().mask = Some([0; 4]);
        let mut bytes = Vec::new();
        frame.format(&mut bytes).expect("written");
        read(&bytes, &[]).map(|(heard, _)| heard)
    };
    assert_eq!(close(b""), Ok(vec![Heard::Close(None)]));
    assert_eq!(close(b"\x03"), Err(Violation(1002)));
    assert_eq!(close(b"\x03\xe8\xff"), Err(Violation(1007)));
    for code in 0..=u16::MAX {
        let is_sound = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
        let expected = if is_sound { Ok(vec![Heard::Close(Some(code))]) } else { Err(Violation(1002)) };
        assert_eq!(close(&code.to_be_bytes()), expected, "{code}");
    }
}

#[test]
fn length_that_is_promised_costs_nothing_until_it_comes() {
    let mut reader = Reader::default();
    let mut head = [&[0x82, 0x80 | 127][..], &150_000u64.to_be_bytes(), &[0; 4], b"abc"].concat();
    reader.read(&mut head, LIMITS, &mut |_| Ok::<_, Violation>(())).expect("sound");
    assert!(reader.capacity() < 100);
    let mut huge = [&[0x82, 0x80 | 127][..], &u64::MAX.to_be_bytes(), &[0; 4]].concat();
    let refused = Reader::default().read(&mut huge, LIMITS, &mut |_| Ok::<_, Violation>(()));
    assert_eq!(refused, Err(Violation(1009)));
}
