//! The test vectors of RFC 5769, all four.

use switchboard_turn::credentials::long_term_key;
use switchboard_turn::message::{Class, Message, Method, Writer, attribute};

use crate::support::address;

const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";
const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff\
    80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2\
    80280004e57a3bcf";
const RESPONSE_V4: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643\
    000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
const RESPONSE_V6: &str = "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a147\
    0113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";
const LONG_TERM: &str = "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b90000\
    0015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f726700\
    00080014f67024656dd64a3e02b8e0712e85c9a28ca89666";

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(digits).collect()
}

#[test]
fn sample_request_is_read_with_both_checks() {
    let vector = bytes(REQUEST);
    let message = Message::parse(&vector).expect("a message");
    assert_eq!((message.class, message.method), (Class::Request, Method::BINDING));
    assert_eq!(message.get(attribute::USERNAME), Some(&b"evtj:h6vY"[..]));
    assert!(message.has_fingerprint() && message.is_signed_with(PASSWORD));
    assert!(!message.is_signed_with(b"another password"));
}

#[test]
fn sample_responses_are_read_with_their_address() {
    for (vector, mapped) in
        [(RESPONSE_V4, "192.0.2.1:32853"), (RESPONSE_V6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")]
    {
        let vector = bytes(vector);
        let message = Message::parse(&vector).expect("a message");
        assert_eq!(message.class, Class::Success);
        assert_eq!(message.get_address(attribute::XOR_MAPPED_ADDRESS), Some(address(mapped)));
        assert!(message.has_fingerprint() && message.is_signed_with(PASSWORD));
    }
}

#[test]
fn long_term_request_is_signed_with_the_key() {
    let vector = bytes(LONG_TERM);
    let message = Message::parse(&vector).expect("a message");
    let username = str::from_utf8(message.get(attribute::USERNAME).expect("a username")).expect("text");
    assert_eq!(username, "マトリックス");
    assert_eq!(message.get(attribute::NONCE), Some(&b"f//499k954d6OL34oL9FSTvy64sA"[..]));
    assert!(message.is_signed_with(&long_term_key(username, "example.org", "TheMatrIX")));
    assert!(!message.has_fingerprint());
}

/// Written with the same attributes it is the vector, but that padding is zero here: the long-term vector pads so, too.
#[test]
fn long_term_request_is_written_as_the_vector() {
    let vector = bytes(LONG_TERM);
    let message = Message::parse(&vector).expect("a message");
    let mut written = Vec::new();
    let mut writer = Writer::new(&mut written, message.class, message.method, *message.transaction);
    for attribute in message.attributes() {
        writer.attribute(attribute.kind, attribute.value);
    }
    writer.sign(&long_term_key("マトリックス", "example.org", "TheMatrIX"));
    assert_eq!(written, vector);
}

#[test]
fn vector_with_any_changed_byte_is_not_accepted() {
    for (vector, key) in [(REQUEST, PASSWORD), (RESPONSE_V4, PASSWORD), (RESPONSE_V6, PASSWORD)] {
        let vector = bytes(vector);
        for at in 0..vector.len() {
            let mut changed = vector.clone();
            changed[at] ^= 1;
            let accepted = Message::parse(&changed)
                .is_some_and(|message| message.has_fingerprint() && message.is_signed_with(key));
            assert!(!accepted, "byte {at}");
        }
    }
}
