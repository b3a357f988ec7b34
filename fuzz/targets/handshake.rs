//! The auth of a Socket.IO CONNECT packet, read by a server with a password and by one with tokens.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use switchboard::admission::tokens::Tokens;
use switchboard::admission::visitor::Visitor;
use switchboard::admission::{Gate, Rule, guesses};
use switchboard::signaling::json::Tree;
use switchboard::socketio::handshake::read;

static TOKENS: LazyLock<Rule> = LazyLock::new(|| {
    Rule::Token(Tokens::with_secret("a secret of thirty-two characters").expect("long enough").into())
});

fuzz_target!(|data: &str| {
    // What is no JSON is taken for a token.
    let Tree(auth) = serde_json::from_str(data).unwrap_or_else(|_| Tree(serde_json::json!({ "token": data })));
    let anybody = Gate::new(Rule::Anybody, guesses::Options::default());
    if let Ok(guest) = read(&auth, Visitor::unknown(), &anybody) {
        assert!((1..=64).contains(&guest.newcomer.name.as_str().chars().count()));
        assert!(guest.newcomer.lobby.as_str().chars().count() <= 64);
    }
    if read(&auth, Visitor::unknown(), &anybody.with_rule(Rule::Password("x".into()))).is_ok() {
        let given = [&auth["password"], &auth["passWord"]];
        assert!(given.iter().any(|given| **given == "x"), "nobody comes in without the password");
    }
    assert!(read(&auth, Visitor::unknown(), &anybody.with_rule(TOKENS.clone())).is_err(), "nobody knows the secret");
});
