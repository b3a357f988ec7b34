//! Tokens signed with keys that their issuer publishes: `--jwt-jwks` ("Tokens").

use std::fs;

use ring::hmac;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::pair_user::post;
use crate::support::program::Program;
use crate::support::server::{build, state_dir};
use crate::support::service::Service;
use crate::support::token::{Keys, SECRET, assembled, now, signed_by, token};
use crate::support::{Bare, Client, TestServer, Transport, within};
use crate::tokens::{RSA, RSA_PKCS1, RSA_PSS};

/// The modulus of `RSA`.
const RSA_MODULUS: &str = "r2gAL6yTgJf1tlzSwYxyLifynWJaNmS-Z5-PL01RwtVKcub6twWVwqc5fMg3kMBCqaptq0-rhp4MHRJjXN_6LWSI\
                           _I49O9qSWBh-nwtVuJxnA_Q-R6NYcanO8WDjAe5A0s7MJtTqFMyXA30J9Hq7574GB_aOuWmYb05IhXDHZpZiM8h2\
                           ClPcIpoaCDC67Yr372jOTD51jt4psroX9IyhQBcHQJXuavevkIOBD82mvs4kKdU-9kQOtMKtmJP97s4Gkij7lh-k\
                           j8pBhiTv4vFd2P1ChjZHR2dNflhYYp2an9Z1qoQ5xwhjhV7LL7NexjzvDhSN3cxc85_zw7UlenSSsQ";

fn claims(name: &str) -> Value {
    json!({ "userName": name, "exp": now() + 3600 })
}

fn key_set(keys: &[(&Keys, &str)]) -> Value {
    json!({ "keys": keys.iter().map(|(keys, id)| keys.jwk(id)).collect::<Vec<_>>() })
}

/// A server with the keys of this service, which it has asked once already.
async fn server(service: &mut Service, keys: Value) -> TestServer {
    let server = TestServer::start_patient(&["--jwt-jwks", &service.url("/keys")]).await;
    let asked = service.next().await;
    assert!(asked.head.starts_with("GET /keys HTTP/1.1\r\n"), "{}", asked.head);
    asked.reply_json(keys);
    server
}

/// Why the server refuses this token; `None` if it does not.
async fn refusal(server: &TestServer, token: &str) -> Option<String> {
    let refused = Client::try_connect(server, Transport::WebSocket, json!({ "token": token })).await.err()?;
    Some(refused["message"].as_str().expect("a sentence").to_owned())
}

async fn is_refused(server: &TestServer, token: &str, words: &str) {
    let sentence = refusal(server, token).await.unwrap_or_else(|| panic!("admitted: {words}"));
    assert!(sentence.contains(words), "{words}: {sentence}");
}

#[tokio::test]
async fn published_keys_accept_tokens_that_name_them() {
    let mut service = Service::open().await;
    let [p256, p384, ed] = Keys::of_each_kind();
    let mut keys = key_set(&[(&p256, "one"), (&p384, "two"), (&ed, "three")]);
    let list = keys["keys"].as_array_mut().expect("a list");
    list.push(json!({ "kty": "RSA", "kid": "four", "n": RSA_MODULUS, "e": "AQAB", "use": "sig" }));
    list.push(json!({ "kty": "oct", "kid": "five", "k": "YSBzZWNyZXQgb2YgdGhlIHRlc3Rz", "alg": "HS256" }));
    let server = server(&mut service, keys).await;
    for token in [
        p256.sign_as("one", claims("ann")),
        p384.sign_as("two", claims("ann")),
        ed.sign_as("three", claims("ann")),
        // No other key is of its kind.
        ed.sign(claims("ann")),
        RSA_PKCS1.to_owned(),
        RSA_PSS.to_owned(),
    ] {
        assert_eq!(refusal(&server, &token).await, None);
    }
    for (token, words) in [
        (p256.sign_as("two", claims("ann")), "another kind"),
        (Keys::ec_p256().sign_as("one", claims("ann")), "signature is wrong"),
        (signed_by("HS256", hmac::HMAC_SHA256, RSA, claims("ann")), "another kind"),
        (signed_by("HS256", hmac::HMAC_SHA256, RSA_MODULUS, claims("ann")), "another kind"),
        (assembled(json!({ "alg": "HS256", "kid": "five" }), claims("ann"), |_| vec![1; 32]), "does not publish"),
        (assembled(json!({ "alg": "none", "kid": "one" }), claims("ann"), |_| Vec::new()), "cannot be read"),
        (p256.sign_as("one", json!({ "userName": "ann", "exp": now() - 120 })), "expired"),
        (p256.sign_as("one", json!({ "userName": "ann", "exp": now() + 60, "aud": "mail" })), "another service"),
        (String::new(), "no token"),
    ] {
        // One of them names a key that is not known: the server asks, and learns nothing new.
        let answer = async {
            let asked = service.next().await;
            asked.reply("404 Not Found", &[], "");
            std::future::pending::<()>().await
        };
        tokio::select! {
            () = is_refused(&server, &token, words) => {}
            () = answer => {}
        }
    }
}

#[tokio::test]
async fn key_that_is_not_known_is_fetched_once_for_all_tokens() {
    let mut service = Service::open().await;
    let (old, new) = (Keys::ec_p256(), Keys::ed25519());
    let server = server(&mut service, key_set(&[(&old, "old")])).await;
    assert_eq!(refusal(&server, &old.sign_as("old", claims("ann"))).await, None);

    // The issuer has replaced its key.
    let connect = |token: String| {
        let server = TestServer::elsewhere(server.address());
        tokio::spawn(async move { refusal(&server, &token).await })
    };
    let waiting = [connect(new.sign_as("new", claims("ann"))), connect(new.sign_as("new", claims("bob")))];
    let asked = service.next().await;
    assert_eq!(refusal(&server, &old.sign_as("old", claims("cem"))).await, None, "others do not wait");
    asked.reply_json(key_set(&[(&new, "new")]));
    for client in waiting {
        assert_eq!(client.await.expect("a reply"), None);
    }

    // A moment later no client makes the server ask again.
    is_refused(&server, &old.sign_as("old", claims("ann")), "does not publish").await;
    for number in 0..20 {
        is_refused(&server, &new.sign_as(&format!("key {number}"), claims("eve")), "does not publish").await;
    }
    assert!(!service.is_asked());
    assert_eq!(refusal(&server, &new.sign_as("new", claims("ann"))).await, None);
}

#[tokio::test]
async fn last_keys_hold_when_no_usable_ones_come() {
    let other = Service::open().await.url("/elsewhere");
    let large = json!({ "keys": [], "x": "x".repeat(300_000) }).to_string();
    for (status, header, body) in [
        ("500 Internal Server Error", ("X-A", "b"), "{}"),
        ("302 Found", ("Location", other.as_str()), ""),
        ("200 OK", ("X-A", "b"), "<html>"),
        ("200 OK", ("X-A", "b"), r#"{"keys":[]}"#),
        ("200 OK", ("X-A", "b"), large.as_str()),
    ] {
        let mut service = Service::open().await;
        let keys = Keys::ed25519();
        let server = server(&mut service, key_set(&[(&keys, "mine")])).await;
        assert_eq!(refusal(&server, &keys.sign_as("mine", claims("ann"))).await, None);
        let token = keys.sign_as("unknown", claims("ann"));
        let (asked, ()) = tokio::join!(
            async { service.next().await.reply(status, &[header], body) },
            is_refused(&server, &token, "does not publish")
        );
        let () = asked;
        assert_eq!(refusal(&server, &keys.sign_as("mine", claims("bob"))).await, None, "{status}");
        assert!(!service.is_asked());
    }
}

#[tokio::test]
async fn without_any_keys_clients_are_told_to_come_again() {
    let mut service = Service::open().await;
    let keys = Keys::ed25519();
    let server = TestServer::start_patient(&["--jwt-jwks", &service.url("/keys")]).await;
    // What the server asks at the start, and for the first token.
    tokio::spawn(async move {
        loop {
            service.next().await.reply("503 Service Unavailable", &[], "");
        }
    });
    let token = keys.sign_as("mine", claims("ann"));
    for transport in [Transport::WebSocket, Transport::Polling] {
        let auth = json!({ "token": token });
        // A page that got connect_error would not come again.
        let mut client = Client::try_connect(&server, transport, auth).await.expect("connected for a moment");
        let error = client.expect("signalingError").await;
        assert_eq!((&error["event"], &error["code"]), (&json!("connect"), &json!("unavailable")), "{error}");
        assert!(error["retryAfterMs"].as_u64().is_some_and(|time| time > 0), "{error}");
        client.expect_end().await;
    }
    let mut bare = Bare::open(&server, &format!("token={token}")).await;
    let error = bare.next_or_end().await.expect("a frame");
    assert_eq!(error["data"]["code"], "unavailable", "{error}");
    bare.expect_close(1013).await;
    let reply = post(&server, &format!("/create-room?token={token}"), r#"{"roomName":"tea"}"#).await;
    assert_eq!(reply.status, 503, "{}", reply.text());
    let reply = server.get(&format!("/api/ice-servers?token={token}")).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{}", reply.text());
}

#[tokio::test]
async fn file_with_keys_is_read_again_when_it_changes() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let path = folder.path().join("keys.json");
    let name = path.to_str().expect("a readable path");
    let (old, new) = (Keys::ec_p256(), Keys::ec_p384());
    fs::write(&path, key_set(&[(&old, "old")]).to_string()).expect("written");
    let server = TestServer::start_patient(&["--jwt-jwks", name]).await;
    let (old, renewed) = (old.sign_as("old", claims("ann")), new.sign_as("new", claims("ann")));
    assert_eq!(refusal(&server, &old).await, None);
    is_refused(&server, &renewed, "does not publish").await;
    // What cannot be used changes nothing.
    fs::write(&path, "{").expect("written");
    fs::write(&path, key_set(&[(&new, "new")]).to_string()).expect("written");
    within("the new key", async { while refusal(&server, &renewed).await.is_some() {} }).await;
    is_refused(&server, &old, "does not publish").await;
}

#[tokio::test]
async fn keys_come_by_https_from_an_authority_that_is_trusted() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let (authority, other) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    let keys = Keys::ed25519();
    let service = Service::open_tls(&authority).await;
    Service::open_tls(&other).await;
    let url = service.url("/keys");
    let document = key_set(&[(&keys, "mine")]);
    service.answering(move |_| document.clone());
    let token = keys.sign_as("mine", claims("ann"));
    let program = Program::start_trusting(&authority, &["--jwt-jwks", &url]).await;
    assert_eq!(refusal(&program.server, &token).await, None);
    Client::connect_as(&program.server, json!({ "token": token })).await.expect_silence().await;
    let program = Program::start_trusting(&other, &["--jwt-jwks", &url]).await;
    let mut client = Client::try_connect(&program.server, Transport::WebSocket, json!({ "token": token }))
        .await
        .expect("connected for a moment");
    client.expect_error("connect", "unavailable").await;
}

#[test]
fn sources_that_prove_nothing_are_refused_at_the_start() {
    for (flags, words) in [
        (vec!["--jwt-jwks", "http://keys.example/jwks.json"], "Use https"),
        (vec!["--jwt-jwks", "https://amy:secret@keys.example/"], "user name or password"),
        (vec!["--jwt-jwks", "no-such-file.json"], "no-such-file.json"),
        (
            vec!["--jwt-jwks", "https://keys.example/", "--jwt-secret", SECRET],
            "--jwt-secret cannot be used with --jwt-jwks",
        ),
        (vec!["--jwt-jwks", "https://keys.example/", "--password", "x"], "choose one"),
    ] {
        let error = build(state_dir(), &flags).err().unwrap_or_else(|| panic!("{flags:?}"));
        let text = format!("{error:#}");
        assert!(text.contains(words) && !text.contains(token("x").as_str()), "{text}");
    }
}
