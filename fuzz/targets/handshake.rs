//! The auth of a Socket.IO CONNECT packet, read by a server with a password and by one with tokens.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use switchboard::auth::tokens::Tokens;
use switchboard::auth::client_addr::ClientAddr;
use switchboard::auth::{Asker, AuthError, Authenticator, AuthMethod, throttle};
use switchboard::protocol::json::Tree;
use switchboard::transport::socketio::handshake::{Admitted, read};
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime"));

static TOKENS: LazyLock<AuthMethod> = LazyLock::new(|| {
    AuthMethod::Token(Tokens::with_secret("a secret of thirty-two characters").expect("long enough").into())
});

/// What such a server says of a client that sends this. Neither of them waits for anything.
fn said(auth: &serde_json::Value, authenticator: &Authenticator) -> Result<Admitted, AuthError> {
    let asker = Asker { service: "socketio", client_addr: ClientAddr::unknown(), origin: None };
    RUNTIME.block_on(read(auth, false, &asker, authenticator))
}

fuzz_target!(|data: &str| {
    // What is no JSON is taken for a token.
    let Tree(auth) = serde_json::from_str(data).unwrap_or_else(|_| Tree(serde_json::json!({ "token": data })));
    let anybody = Authenticator::new(AuthMethod::Anybody, throttle::ThrottleOptions::default());
    if let Ok(guest) = said(&auth, &anybody) {
        assert!((1..=64).contains(&guest.admission.newcomer.name.as_str().chars().count()));
        assert!(guest.admission.newcomer.lobby.as_str().chars().count() <= 64);
    }
    if said(&auth, &anybody.with_method(AuthMethod::Password("x".into()))).is_ok() {
        let given = [&auth["password"], &auth["passWord"]];
        assert!(given.iter().any(|given| **given == "x"), "nobody comes in without the password");
    }
    assert!(said(&auth, &anybody.with_method(TOKENS.clone())).is_err(), "nobody knows the secret");
});
