//! Tokens instead of a password: another server has authenticated the user ("Tokens").

use ring::hmac;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::support::bare::encoded;
use crate::support::packet::Packet;
use crate::support::pair_user::{assert_refused, post};
use crate::support::payload::{connected_call, offered};
use crate::support::token::{Keys, SECRET, assembled, now, signed, signed_by, token};
use crate::support::{Bare, Client, TestServer, Transport};

const ALL: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

async fn server() -> TestServer {
    TestServer::start_patient(&["--jwt-secret", SECRET]).await
}

async fn server_with_key(public: &str) -> TestServer {
    let (_file, name) = file(public);
    TestServer::start_patient(&["--jwt-public-key", &name]).await
}

/// A file with this in it, and its name.
fn file(text: &str) -> (NamedTempFile, String) {
    let file = NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a file");
    std::fs::write(file.path(), text).expect("written");
    let name = file.path().to_str().expect("a readable path").to_owned();
    (file, name)
}

/// Connects over WebSocket with this token and nothing else.
async fn with_token(server: &TestServer, token: &str) -> Client {
    Client::connect_as(server, json!({ "token": token })).await
}

/// Every service rejects this token, with these words.
async fn is_refused(server: &TestServer, token: &str, words: &str) {
    for transport in ALL {
        let auth = json!({ "userName": "amy", "password": "x", "token": token });
        let reason = Client::try_connect(server, transport, auth).await.err().expect("refused");
        assert!(reason["message"].as_str().is_some_and(|text| text.contains(words)), "{words}: {reason}");
    }
    let query = format!("token={}", encoded(token));
    for path in [format!("/ws?userName=amy&password=x&{query}"), format!("/?userId=amy&password=x&{query}")] {
        let reply = Bare::refused_at(server, &path, &[]).await;
        assert!(reply.status == 401 && reply.text().contains(words), "{words}: {}", reply.text());
    }
    let body = r#"{"roomName":"tea","userId":"amy"}"#;
    for (path, kind) in [("create", "CHECK_ROOM_RESPONSE_FAILURE"), ("destroy", "DESTROY_ROOM_RESPONSE_FAILURE")] {
        let reply = post(server, &format!("/{path}-room?{query}"), body).await;
        assert_refused(&reply, 401, kind);
        assert!(reply.text().contains(words), "{words}: {}", reply.text());
    }
}

/// The user name of a client with this token, as another member of its room receives it.
async fn name_of(server: &TestServer, token: &str) -> String {
    let room = &token[token.len() - 16..];
    let mut first = with_token(server, token).await;
    first.emit_with_ack("joining-room", json!({ "room": room })).await;
    let mut second = Bare::enter(server, &format!("token={token}")).await;
    let place = second.ask(json!({ "action": "joining-room", "room": room })).await;
    place["data"]["members"][0]["userName"].as_str().expect("a name is text").to_owned()
}

#[tokio::test]
async fn token_authenticates_on_every_transport_and_sets_the_name() {
    let server = server().await;
    let mut listener = with_token(&server, &token("listener")).await;
    for transport in ALL {
        for auth in [
            json!({ "token": token("amy") }),
            json!({ "jwt": token("amy") }),
            json!({ "token": token("amy"), "userName": "amy", "password": "any" }),
        ] {
            let mut amy = Client::enter(&server, transport, auth).await;
            assert_eq!(offered(&mut amy, &mut listener, "offer").await["offererUserName"], "amy");
            amy.expect_silence().await;
            amy.disconnect().await;
            listener.expect("offerWithdrawn").await;
        }
    }
}

#[tokio::test]
async fn user_name_is_the_first_present_of_three_claims() {
    let server = server().await;
    let exp = now() + 3600;
    for (claims, name) in [
        (json!({ "sub": "c", "name": "b", "userName": "a", "exp": exp }), "a"),
        (json!({ "sub": "c", "name": "b", "exp": exp }), "b"),
        (json!({ "sub": "c", "name": "", "userName": null, "exp": exp }), "c"),
        (json!({ "sub": 7, "exp": exp }), "7"),
        (json!({ "userName": "Änne 💥", "exp": exp }), "Änne 💥"),
    ] {
        assert_eq!(name_of(&server, &signed(claims)).await, name);
    }
}

#[tokio::test]
async fn user_name_other_than_the_tokens_is_ignored_with_hint() {
    let server = server().await;
    let mut listener = with_token(&server, &token("listener")).await;
    for transport in ALL {
        let auth = json!({ "userName": "bob", "token": token("amy") });
        let mut amy = Client::enter(&server, transport, auth).await;
        amy.expect_error("connect", "bad-payload").await;
        assert_eq!(offered(&mut amy, &mut listener, "offer").await["offererUserName"], "amy");
        amy.disconnect().await;
        listener.expect("offerWithdrawn").await;
    }
    let mut bare = Bare::enter(&server, &format!("userName=bob&token={}", token("amy"))).await;
    bare.expect_error(Value::Null, "bad-payload").await;
    bare.ask(json!({ "action": "joining-room", "room": "tea" })).await;
    let mut other = Bare::enter(&server, &format!("userName=cem&token={}", token("cem"))).await;
    other.ask(json!({ "action": "joining-room", "room": "tea" })).await;
    assert_eq!(other.expect("joined-room").await["data"]["members"][0]["userName"], "amy");
}

#[tokio::test]
async fn invalid_token_is_rejected_everywhere_with_reason() {
    let server = server().await;
    let exp = now() + 3600;
    let good = token("amy");
    let (text, signature) = good.rsplit_once('.').expect("three parts");
    let (head, _) = text.split_once('.').expect("three parts");
    let other_claims = token("bob");
    let claims = other_claims.split('.').nth(1).expect("three parts");
    let header = |more: Value| {
        let mut header = json!({ "alg": "HS256" });
        header.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let claims = json!({ "userName": "amy", "exp": exp });
        assembled(header, claims, |text| hmac::sign(&key, text).as_ref().to_vec())
    };
    for (token, words) in [
        (String::new(), "no token"),
        ("x".to_owned(), "cannot be read"),
        ("a.b.c".to_owned(), "cannot be read"),
        ("e".repeat(9000), "cannot be read"),
        (signed(json!({ "userName": "amy", "exp": now() - 120 })), "expired"),
        (signed(json!({ "userName": "amy", "exp": exp, "nbf": now() + 120 })), "not valid yet"),
        (signed(json!({ "userName": "amy" })), "exp"),
        (signed(json!({ "userName": "amy", "exp": "tomorrow" })), "exp"),
        (signed(json!({ "userName": "amy", "exp": -1 })), "exp"),
        (signed(json!({ "userName": "amy", "exp": exp, "nbf": "now" })), "nbf"),
        (signed(json!({ "exp": exp })), "names no user"),
        (signed(json!({ "userName": ["amy"], "exp": exp })), "names no user"),
        (signed(json!({ "userName": "amy", "exp": exp, "aud": "mail" })), "another service"),
        (signed(json!({ "userName": "amy", "exp": exp, "aud": [] })), "another service"),
        (signed(json!({ "userName": "amy", "exp": exp, "aud": 7 })), "another service"),
        (signed_by("HS256", hmac::HMAC_SHA256, "another secret", json!({ "sub": "amy", "exp": exp })), "signature"),
        (format!("{head}.{claims}.{signature}"), "signature"),
        (format!("{text}."), "signature"),
        (text.to_owned(), "cannot be read"),
        (Keys::ed25519().sign(json!({ "sub": "amy", "exp": exp })), "another kind"),
        (assembled(json!({ "alg": "none" }), json!({ "sub": "amy", "exp": exp }), |_| Vec::new()), "cannot be read"),
        (header(json!({ "crit": ["b64"], "b64": false })), "cannot be read"),
    ] {
        is_refused(&server, &token, words).await;
        // Nothing of it is repeated.
        if token.len() > 8 {
            let reply = Bare::refused(&server, &format!("?token={}", encoded(&token)), &[]).await;
            assert!(!reply.text().contains(&token), "{}", reply.text());
        }
    }
}

#[tokio::test]
async fn a_name_in_a_token_that_is_too_long_is_refused_with_a_reason() {
    let server = server().await;
    let long = token(&"a".repeat(65));
    let reason = Client::try_connect(&server, Transport::WebSocket, json!({ "token": long })).await.err();
    assert!(reason.is_some_and(|reason| reason["message"].as_str().is_some_and(|text| text.contains("64"))));
    let reply = Bare::refused(&server, &format!("?token={long}"), &[]).await;
    assert!(reply.status == 400 && reply.text().contains("64"), "{}", reply.text());
}

#[tokio::test]
async fn with_an_audience_only_tokens_that_are_meant_for_it_are_taken() {
    let flags = ["--jwt-secret", SECRET, "--jwt-audience", "calls,chat", "--jwt-audience", "https://sb.example"];
    let server = TestServer::start_patient(&flags).await;
    let for_service = |aud: Value| signed(json!({ "userName": "amy", "exp": now() + 3600, "aud": aud }));
    for aud in [json!("calls"), json!("chat"), json!("https://sb.example"), json!(["mail", "calls"])] {
        assert_eq!(name_of(&server, &for_service(aud)).await, "amy");
    }
    for aud in [json!("mail"), json!("Calls"), json!("calls,chat"), json!(""), json!([]), json!(["mail", "call"])] {
        is_refused(&server, &for_service(aud), "another service").await;
    }
    for aud in [Value::Null, json!(7), json!({ "calls": 1 }), json!(["calls", 7])] {
        is_refused(&server, &for_service(aud), "which service").await;
    }
    is_refused(&server, &token("amy"), "which service").await;
    // Other errors are reported all the same.
    is_refused(&server, &signed(json!({ "userName": "amy", "aud": "calls" })), "exp").await;
}

#[tokio::test]
async fn an_audience_counts_with_a_public_key_too() {
    let keys = Keys::ed25519();
    let (_file, name) = file(&keys.public);
    let server = TestServer::start_patient(&["--jwt-public-key", &name, "--jwt-audience", "calls"]).await;
    let claims = |aud: &str| json!({ "userName": "amy", "exp": now() + 3600, "aud": aud });
    assert_eq!(name_of(&server, &keys.sign(claims("calls"))).await, "amy");
    is_refused(&server, &keys.sign(claims("mail")), "another service").await;
}

#[tokio::test]
async fn token_times_allow_clock_skew() {
    let server = server().await;
    for claims in [
        json!({ "userName": "amy", "exp": now() - 5 }),
        json!({ "userName": "amy", "exp": now() + 3600, "nbf": now() + 15 }),
        // Some makers write fractions.
        json!({ "userName": "amy", "exp": now() as f64 + 3600.5 }),
    ] {
        with_token(&server, &signed(claims)).await.expect_silence().await;
    }
}

#[tokio::test]
async fn password_is_rejected_where_tokens_are_required() {
    let server = server().await;
    for auth in [json!({}), json!({ "userName": "amy", "password": "x" }), json!({ "password": token("amy") })] {
        let reason = Client::try_connect(&server, Transport::WebSocket, auth).await.err().expect("refused");
        assert!(reason["message"].as_str().is_some_and(|text| text.contains("no token")), "{reason}");
    }
}

#[tokio::test]
async fn token_is_ignored_where_none_is_configured() {
    let server = TestServer::start(&[]).await;
    let auth = json!({ "userName": "bob", "password": "x", "token": token("amy") });
    let (mut bob, mut listener) = (Client::connect_as(&server, auth).await, Client::connect(&server, "l").await);
    assert_eq!(offered(&mut bob, &mut listener, "offer").await["offererUserName"], "bob");
    let auth = json!({ "userName": "amy", "token": token("amy") });
    let mut amy = Client::try_connect(&server, Transport::WebSocket, auth).await.expect("first let in");
    amy.expect_error("connect", "wrong-password").await;
    assert_eq!(amy.next().await, Packet::Disconnected);
}

#[tokio::test]
async fn token_may_set_the_lobby() {
    let server = server().await;
    let blue = |name: &str| signed(json!({ "userName": name, "lobby": "blue", "exp": now() + 3600 }));
    let mut amy = with_token(&server, &blue("amy")).await;
    let mut outside = with_token(&server, &token("outside")).await;
    // One whose token says nothing of it chooses.
    let mut guest = Client::connect_as(&server, json!({ "token": token("guest"), "lobby": "blue" })).await;
    let mut stray = Client::connect_as(&server, json!({ "token": blue("stray"), "lobby": "red" })).await;
    stray.expect_error("connect", "bad-payload").await;
    offered(&mut amy, &mut guest, "offer").await;
    stray.expect("newOfferAwaiting").await;
    amy.settle().await;
    outside.expect_silence().await;
}

#[tokio::test]
async fn call_is_taken_back_by_token_owner_only() {
    let server = server().await;
    for session in [None, Some("page load")] {
        let auth = |token: String| match session {
            Some(session) => json!({ "token": token, "userName": "amy", "session": session }),
            None => json!({ "token": token, "userName": "amy" }),
        };
        let mut amy = Client::connect_as(&server, auth(token("amy"))).await;
        let mut bob = with_token(&server, &token("bob")).await;
        let id = connected_call(&mut amy, &mut bob).await;
        amy.break_off().await;
        bob.expect("peerLost").await;
        // She has the session's name, too, but not the token.
        let mut eve = Client::connect_as(&server, auth(token("eve"))).await;
        eve.expect_error("connect", "bad-payload").await;
        eve.expect_silence().await;
        bob.expect_silence().await;
        let mut back = Client::enter(&server, Transport::Polling, auth(token("amy"))).await;
        assert_eq!(back.expect("restored").await["calls"][0]["offerId"], json!(id));
        assert_eq!(bob.expect("peerBack").await["userName"], "amy");
        back.disconnect().await;
        bob.expect("peerHangup").await;
    }
}

#[tokio::test]
async fn public_key_accepts_its_own_signatures_only() {
    let claims = json!({ "userName": "ann", "exp": now() + 3600 });
    let tokens = Keys::of_each_kind().map(|keys| keys.sign(claims.clone()));
    for keys in Keys::of_each_kind() {
        let server = server_with_key(&keys.public).await;
        assert_eq!(name_of(&server, &keys.sign(claims.clone())).await, "ann");
        // Of keys that are others, of the same kind and of other kinds.
        for token in &tokens {
            is_refused(&server, token, "signature").await;
        }
        // A public value is no secret, whatever the token's header claims.
        for public in [keys.public.as_str(), keys.public.trim_end()] {
            let forged = signed_by("HS256", hmac::HMAC_SHA256, public, claims.clone());
            is_refused(&server, &forged, "another kind").await;
        }
    }
}

#[tokio::test]
async fn rsa_key_accepts_its_own_signatures_only() {
    let server = server_with_key(RSA).await;
    for token in [RSA_PKCS1, RSA_PSS] {
        assert_eq!(name_of(&server, token).await, "ann");
    }
    let (text, _) = RSA_PKCS1.rsplit_once('.').expect("three parts");
    let (_, signature) = RSA_PSS.rsplit_once('.').expect("three parts");
    is_refused(&server, &format!("{text}.{signature}"), "signature").await;
    is_refused(&server, &signed_by("HS256", hmac::HMAC_SHA256, RSA, json!({ "exp": now() + 60 })), "another kind")
        .await;
}

#[tokio::test]
async fn secret_accepts_all_three_hmac_algorithms() {
    let server = server().await;
    let claims = json!({ "userName": "amy", "exp": now() + 3600 });
    for (name, algorithm) in [("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)] {
        assert_eq!(name_of(&server, &signed_by(name, algorithm, SECRET, claims.clone())).await, "amy");
    }
}

#[tokio::test]
async fn secret_or_password_may_be_in_a_file() {
    for end in ["", "\n", "\r\n"] {
        let (_file, name) = file(&format!("{SECRET}{end}"));
        let flag = format!("@{name}");
        let server = TestServer::start(&["--jwt-secret", &flag]).await;
        with_token(&server, &token("amy")).await.expect_silence().await;
        let server = TestServer::start(&["--password", &flag]).await;
        Client::connect_as(&server, json!({ "password": SECRET })).await.expect_silence().await;
    }
    let server = TestServer::start(&["--password", "@@home"]).await;
    Client::connect_as(&server, json!({ "password": "@home" })).await.expect_silence().await;
}

#[tokio::test]
async fn room_members_have_token_names_on_both_services() {
    let server = server().await;
    let mut amy = with_token(&server, &token("amy")).await;
    amy.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
    let mut bob = Bare::enter(&server, &format!("token={}", token("bob"))).await;
    let place = bob.ask(json!({ "action": "joining-room", "room": "tea" })).await;
    assert_eq!(place["data"]["members"][0]["userName"], "amy", "{place}");
    amy.expect("joined-room").await;
    assert_eq!(amy.expect("user-joined").await["userName"], "bob");
}

#[tokio::test]
async fn in_pairs_the_id_is_the_tokens_name() {
    let server = server().await;
    let (one, two, eve) = (token("1"), token("two"), token("eve"));
    let room = |id: Value| json!({ "roomName": "tea", "userId": id }).to_string();
    // Not in the name of another: neither a room, nor a connection, which would throw that one out.
    assert_refused(
        &post(&server, &format!("/create-room?token={eve}"), &room(json!(1))).await,
        401,
        "CHECK_ROOM_RESPONSE_FAILURE",
    );
    let reply = post(&server, &format!("/create-room?token={one}"), &room(json!(1))).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut first = Bare::open_path(server.address(), &format!("/?userId=1&token={one}")).await;
    let reply = Bare::refused_at(&server, &format!("/?userId=1&token={eve}"), &[]).await;
    assert!(reply.status == 401 && reply.text().contains("userId"), "{}", reply.text());
    // Who leaves it out is known all the same.
    let mut second = Bare::open_path(server.address(), &format!("/?token={two}")).await;
    let join = json!({ "label": "NORMAL_SERVER_PROCESS", "data": { "type": "JOIN_ROOM_REQUEST", "roomName": "tea" } });
    second.send_text(&join.to_string()).await;
    let joined = second.next_or_end().await.expect("open");
    assert_eq!(
        (&joined["data"]["type"], &joined["data"]["creatorId"]),
        (&json!("JOIN_ROOM_RESPONSE_SUCCESS"), &json!(1))
    );
    let notified = first.next_or_end().await.expect("open");
    assert_eq!(notified["data"]["joinUserId"], "two", "{notified}");
}

/// A public key whose private half was thrown away, and two tokens that it signed: of "ann", and good until 3000.
pub const RSA: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr2gAL6yTgJf1tlzSwYxy\n\
LifynWJaNmS+Z5+PL01RwtVKcub6twWVwqc5fMg3kMBCqaptq0+rhp4MHRJjXN/6\n\
LWSI/I49O9qSWBh+nwtVuJxnA/Q+R6NYcanO8WDjAe5A0s7MJtTqFMyXA30J9Hq7\n\
574GB/aOuWmYb05IhXDHZpZiM8h2ClPcIpoaCDC67Yr372jOTD51jt4psroX9Iyh\n\
QBcHQJXuavevkIOBD82mvs4kKdU+9kQOtMKtmJP97s4Gkij7lh+kj8pBhiTv4vFd\n\
2P1ChjZHR2dNflhYYp2an9Z1qoQ5xwhjhV7LL7NexjzvDhSN3cxc85/zw7UlenSS\n\
sQIDAQAB\n\
-----END PUBLIC KEY-----\n\
";
pub const RSA_PKCS1: &str = "\
eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyTmFtZSI6ImFubiIsImV4cCI6MzI1MDM2ODAwMDB9.TCptwtctmqPpFBPUbWrrO-Qz\
4dLPmomvRIaM35dKhqiStdQR3i-s7rjj1T4SzlaugVvrtWGxU8u7mNVdmXIaytPJGC_bdwJVZ6ciU0fembH-CWSvFWA6BALMVgqjtbME9-q6L5\
JC2w2LgLEeQcTQhnwUdwOjJ8ZutoK1XMRYeLmBluzEUwQkFhwxtbs6T1bWXTtsaQ6VP3DQGyewpGnh6FERKWxqlvBxhEIHeq0F81B6yxCL9rii\
52unRYhucP0MWAewMXcnVKwaL8NyiiycgwGmoeXs1d2iabQD6fFJnp6vD_KKIZGl9rsv5-0eMxJbEgZVnTKBjU22ynHYL5tZvw\
";
pub const RSA_PSS: &str = "\
eyJhbGciOiJQUzUxMiIsInR5cCI6IkpXVCJ9.eyJ1c2VyTmFtZSI6ImFubiIsImV4cCI6MzI1MDM2ODAwMDB9.bzmC-SMOShX7bgDwiIpyW7Qk\
engdC7Ymg8lI9w3Xl8yem3fq3ueeR5mbXoQgfLN2TB3IlR9uCS5yLx7_H2VAIOt0PE6JEQBa6D34OhKDOmKpAR2QvbFuwE0s9bhKPdErvM8MS4\
cJruAHgUFjIy0w9YMXiFY_oFcQHSRb-vuDO6r3JheBw-gP3RBpRWtwgZVvG3ky9M1pdbqpsw_N3IjbE4_sPx8mNgJLVidy4TYgEY0ZQGessndS\
2qWYluUdCZNUBrUc9XJRvcMdqGtBVndclYWtyDAcinnDrwxi4A89Q49evWHjVkc9w-79qvMbKGHKzk-Ub-HsFDcWpAXumnw-4w\
";
