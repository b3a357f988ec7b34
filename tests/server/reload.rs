//! SIGHUP reads the flags again: what changes while the server runs, what needs a restart, and what is refused.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use crate::support::payload::offer;
use crate::support::program::Program;
use crate::support::service::Service;
use crate::support::token::{Keys, now};
use crate::support::{Client, TestServer, Transport};

/// The last line of each reload.
const DONE: &str = "all other flags are unchanged";
const REFUSED: &str = "nothing changes";

/// A program with a configuration file that can be changed.
struct Configured {
    program: Program,
    folder: TempDir,
    reloads: usize,
}

impl Configured {
    async fn start(text: &str, flags: &[&str]) -> Self {
        Self::start_keeping(text, flags, |line| line.contains("SIGHUP")).await
    }

    async fn start_keeping(text: &str, flags: &[&str], keep: fn(&str) -> bool) -> Self {
        let folder = TempDir::new().expect("a folder");
        let file = Self::path(&folder);
        fs::write(&file, text).expect("written");
        let flags = [&["--config", file.to_str().expect("readable")], flags].concat();
        let program = Program::start_keeping(&flags, keep).await;
        Self { program, folder, reloads: 0 }
    }

    fn path(folder: &TempDir) -> PathBuf {
        folder.path().join("switchboard.toml")
    }

    /// Writes the file and sends SIGHUP. Returns what the log says of it.
    async fn reload(&mut self, text: &str) -> String {
        fs::write(Self::path(&self.folder), text).expect("written");
        let before = self.program.log().len();
        self.program.hang_up().await;
        self.reloads += 1;
        let log = self.program.log_until_times(self.reloads, DONE).await;
        log[before..].join("\n")
    }

    fn server(&self) -> &TestServer {
        &self.program.server
    }

    async fn lets_in(&self, password: &str) -> bool {
        match self.server().get(&format!("/api/ice-servers?userName=cem&password={password}")).await.status {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        }
    }

    async fn polls_from(&self, origin: &str) -> u16 {
        self.server().get_with("/socket.io/?EIO=4&transport=polling", &[("Origin", origin)]).await.status
    }
}

#[tokio::test]
async fn password_and_origins_change_and_clients_stay() {
    let mut configured = Configured::start("password = \"one\"\n", &[]).await;
    let auth = json!({ "userName": "amy", "password": "one" });
    let mut amy = Client::enter(configured.server(), Transport::WebSocket, auth).await;
    amy.settle().await;
    assert_eq!(configured.polls_from("https://calls.example.org").await, 403);

    let text = "password = \"two\"\nallow-origin = [\"https://calls.example.org\"]\nport = 8999\n";
    let said = configured.reload(text).await;
    assert!(said.contains("changed: allow-origin, password"), "{said}");
    // The port stands on the command line, before the file.
    assert!(!said.contains("need a restart") && !said.contains("two"), "{said}");
    assert!(!configured.lets_in("one").await && configured.lets_in("two").await);
    assert_eq!(configured.polls_from("https://calls.example.org").await, 200);
    assert_eq!(configured.polls_from("https://evil.example").await, 403);
    amy.settle().await;

    let said = configured.reload("no-password = true\nmax-room = 3\n").await;
    assert!(said.contains("changed: allow-origin, no-password, password"), "{said}");
    assert!(said.contains("need a restart: max-room"), "{said}");
    assert!(configured.lets_in("anything").await);
    let said = configured.reload("no-password = true\nmax-room = 3\n").await;
    assert!(!said.contains("; changed") && said.contains("need a restart: max-room"), "{said}");
    assert_eq!(configured.polls_from("https://calls.example.org").await, 403);
    amy.settle().await;
}

#[tokio::test]
async fn level_of_the_log_changes() {
    let text = |level: &str| format!("log-level = \"{level}\"\n");
    let [all, quiet] = [text("info"), text("error,switchboard::reload=info")];
    let mut configured = Configured::start_keeping(&all, &[], |_| true).await;
    // Each origin is named once in the log, before its page gets the reply.
    assert_eq!(configured.polls_from("https://one.example").await, 403);
    configured.program.log_until("one.example").await;
    let said = configured.reload(&quiet).await;
    assert!(said.contains("changed: log-level"), "{said}");
    assert_eq!(configured.polls_from("https://two.example").await, 403);
    configured.reload(&all).await;
    assert_eq!(configured.polls_from("https://three.example").await, 403);
    let log = configured.program.log_until("three.example").await.concat();
    assert!(!log.contains("two.example"), "{log}");
}

#[tokio::test]
async fn flags_that_cannot_be_used_change_nothing() {
    let mut configured = Configured::start("password = \"one\"\n", &[]).await;
    let mut refusals = 0;
    for (text, why) in [
        ("password = \"two\"\nporrt = 1\n", "porrt"),
        ("password = \"two\"\nno-password = true\n", "--no-password"),
        ("password = \"two\"\nallow-origin = [\"*\"]\n", "every web site"),
        ("password = \"two\"\ncert = \"a\"\nkey = \"b\"\nhttp-only = true\n", "--http-only"),
        ("password = \"two\"\nlog-level = \"=loud\"\n", "log level"),
        ("password = \"x\"\nturn = true\npublic-url = \"https://calls.example.org\"\n", "traffic of everybody"),
    ] {
        fs::write(Configured::path(&configured.folder), text).expect("written");
        configured.program.hang_up().await;
        refusals += 1;
        let log = configured.program.log_until_times(refusals, REFUSED).await;
        assert!(log.last().is_some_and(|line| line.contains(why) && line.contains("ERROR")), "{why}: {log:#?}");
        assert!(configured.lets_in("one").await, "{why}");
    }
    assert!(!configured.lets_in("two").await);
    assert!(configured.reload("password = \"two\"\n").await.contains("changed: password"));
    assert!(configured.lets_in("two").await);
}

#[tokio::test]
async fn secret_in_a_file_is_read_again() {
    let folder = TempDir::new().expect("a folder");
    let secret = folder.path().join("password");
    fs::write(&secret, "one\n").expect("written");
    let text = format!("password = \"@{}\"\n", secret.display());
    let mut configured = Configured::start(&text, &[]).await;
    assert!(configured.lets_in("one").await);
    let said = configured.reload(&text).await;
    assert!(!said.contains("; changed"), "{said}");
    fs::write(&secret, "two\n").expect("written");
    let said = configured.reload(&text).await;
    assert!(said.contains("changed: the file of the password, secret, token or key"), "{said}");
    assert!(configured.lets_in("two").await && !configured.lets_in("one").await);
}

#[tokio::test]
async fn back_end_and_published_keys_change_and_clients_stay() {
    let mut configured = Configured::start("password = \"one\"\n", &[]).await;
    let auth = json!({ "userName": "amy", "password": "one" });
    let mut amy = Client::enter(configured.server(), Transport::WebSocket, auth).await;
    let service = Service::open().await;
    let text = format!("auth-hook = \"{}\"\nauth-hook-secret = \"of the hook\"\n", service.url("/admit"));
    service.answering(|asked| json!({ "userName": asked.header("authorization") }));
    let said = configured.reload(&text).await;
    assert!(said.contains("changed: auth-hook, auth-hook-secret, password") && !said.contains("of the hook"), "{said}");
    let mut bob = Client::enter(configured.server(), Transport::WebSocket, json!({})).await;
    bob.emit_with_ack("newOffer", offer("one")).await;
    assert_eq!(amy.expect("newOfferAwaiting").await[0]["offererUserName"], "Bearer of the hook");

    let (keys, file) = (Keys::ed25519(), configured.folder.path().join("keys.json"));
    fs::write(&file, json!({ "keys": [keys.jwk("one")] }).to_string()).expect("written");
    let said = configured.reload(&format!("jwt-jwks = \"{}\"\n", file.display())).await;
    assert!(said.contains("changed: auth-hook, auth-hook-secret, jwt-jwks"), "{said}");
    let lets_in = async |server: &TestServer, id: &str| {
        let token = keys.sign_as(id, json!({ "sub": "cem", "exp": now() + 60 }));
        server.get(&format!("/api/ice-servers?token={token}")).await.status
    };
    assert_eq!([lets_in(configured.server(), "one").await, lets_in(configured.server(), "two").await], [200, 401]);
    fs::write(&file, json!({ "keys": [keys.jwk("two")] }).to_string()).expect("written");
    let said = configured.reload(&format!("jwt-jwks = \"{}\"\n", file.display())).await;
    assert!(!said.contains("need a restart"), "{said}");
    assert_eq!([lets_in(configured.server(), "one").await, lets_in(configured.server(), "two").await], [401, 200]);
    amy.settle().await;
}

#[tokio::test]
async fn limits_change_for_the_connections_that_follow() {
    let mut configured = Configured::start("max-connections = 100\nhttp-only = true\n", &[]).await;
    let mut amy = Client::connect(configured.server(), "amy").await;
    let said = configured.reload("max-connections = 1\nevent-burst = 3\nevent-rate = 1\nhttp-only = true\n").await;
    assert!(said.contains("changed: event-burst, event-rate, max-connections"), "{said}");
    assert_eq!(configured.server().get("/socket.io/?EIO=4&transport=polling").await.status, 503);
    for _ in 0..20 {
        amy.emit("misspelled", json!(null)).await;
    }
    // Its own limit is the earlier one.
    amy.settle().await;
    amy.leave().await;
    configured.reload("event-burst = 3\nevent-rate = 1\nhttp-only = true\n").await;
    let mut bob = Client::connect(configured.server(), "bob").await;
    for _ in 0..20 {
        bob.emit("misspelled", json!(null)).await;
    }
    while bob.next_event().await.payload["code"] != "rate-limited" {}
}
