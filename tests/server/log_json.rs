//! With `--log-format json` all that the program prints is JSON, one object a line, and with `logfmt` pairs.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::support::{Bare, Client, TestServer, Transport, server, within};

fn switchboard(arguments: &[&str]) -> Command {
    switchboard_with("json", arguments)
}

fn switchboard_with(format: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).args(["--log-format", format, "--state-dir"]).arg(server::state_dir());
    command.env_remove("RUST_LOG").kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn objects(text: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(text);
    let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(object).collect()
}

#[tokio::test]
async fn stdout_has_one_ready_object() {
    // Whatever the level: a script waits for it.
    let arguments = ["--bind", "127.0.0.1", "--port", "0", "--lan", "--log-level", "error"];
    let mut child = switchboard(&arguments).spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let line = within("the ready line", lines.next_line()).await.expect("readable").expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(ready["fields"]["message"], "ready");
    let inspector = ready["fields"]["inspector"].as_str().expect("an address");
    assert!(inspector.contains("/inspector#"), "{inspector}");
    let address = ready["fields"]["addresses"][1].as_str().expect("an address");
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it accepts");
    assert_eq!(crate::support::http::request(stream, "GET", "/readyz", &[], b"").await.status, 200);
    child.start_kill().expect("it runs");
    assert_eq!(within("the end", lines.next_line()).await.expect("readable"), None, "nothing but that line");
}

#[tokio::test]
async fn fault_at_start_is_an_object_too() {
    let output: Output =
        within("the end", switchboard(&["--port", "0", "no/such/folder"]).output()).await.expect("run");
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"");
    let log = objects(&output.stderr);
    assert!(log.iter().any(|line| line["level"] == "ERROR" && line.to_string().contains("no/such/folder")), "{log:?}");
}

/// Starts the program on loopback; returns its first line, and what it writes to its log.
async fn start(format: &str) -> (tokio::process::Child, String, tokio::task::JoinHandle<Vec<String>>) {
    let mut child = switchboard_with(format, &["--bind", "127.0.0.1", "--port", "0"]).spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut log = BufReader::new(child.stderr.take().expect("its log")).lines();
    let log = tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok(Some(line)) = log.next_line().await {
            kept.push(line);
        }
        kept
    });
    let first = within("the ready line", lines.next_line()).await.expect("readable").expect("a line");
    (child, first, log)
}

/// The log until the program has ended.
async fn end(mut child: tokio::process::Child, log: tokio::task::JoinHandle<Vec<String>>) -> Vec<String> {
    let id = child.id().expect("it runs");
    let asked = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
    assert!(asked.expect("kill runs").success());
    within("the end", child.wait()).await.expect("a status");
    within("the log", log).await.expect("readable")
}

fn port_in(text: &str) -> u16 {
    let digits: String =
        text.split("localhost:").nth(1).expect("an address").chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a port")
}

#[tokio::test]
async fn lines_about_a_connection_name_its_request_and_peer() {
    let (child, first, log) = start("json").await;
    let server = TestServer::elsewhere(([127, 0, 0, 1], port_in(&first)).into());
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit_with_ack("newOffer", Value::Null).await;
    amy.emit_with_ack("newOffer", json!({ "type": "offer", "sdp": "v=0" })).await;
    amy.emit("misspelled", Value::Null).await;
    amy.settle().await;
    let polling = Client::connect_by(&server, Transport::Polling, "pol").await;
    let mut bob = Bare::connect(&server, "bob").await;
    bob.send_text("nonsense").await;
    bob.expect("signaling-error").await;
    let mut eve = Client::open(&server, Transport::WebSocket).await;
    eve.send_raw(r#"40{"userName":"eve","password":"wrong"}"#).await;
    eve.expect_end().await;
    Bare::refused(&server, "?userName=mal&password=wrong", &[]).await;
    assert_eq!(
        server.get_with("/socket.io/?EIO=4&transport=polling", &[("Origin", "http://evil.example")]).await.status,
        403
    );
    amy.leave().await;
    polling.leave().await;
    bob.close().await;
    let log: Vec<Value> = end(child, log).await.iter().flat_map(|line| objects(line.as_bytes())).collect();

    let of = |user: &str| -> Vec<&Value> {
        log.iter().map(|line| &line["fields"]).filter(|fields| fields["user"] == user).collect()
    };
    let mut requests = Vec::new();
    for (user, fewest) in [("amy", 5), ("pol", 2), ("bob", 3)] {
        let lines = of(user);
        assert!(lines.len() >= fewest, "{user}: {lines:#?}");
        let connected = lines[0];
        assert!(connected["message"].as_str().is_some_and(|words| words.starts_with("connected")), "{connected}");
        assert!(connected["request"].as_u64().is_some_and(|number| number > 0), "{connected}");
        for line in &lines {
            assert_eq!(line["peer"], connected["peer"], "{line}");
            assert_eq!(line["request"], connected["request"], "{line}");
        }
        requests.push(connected["request"].as_u64());
    }
    for user in ["eve", "mal"] {
        let [line] = of(user)[..] else { panic!("{user}: {log:#?}") };
        assert!(line["peer"].is_null() && line["message"].as_str().is_some_and(|words| words.starts_with("refused")));
        requests.push(line["request"].as_u64());
    }
    let foreign = log.iter().find(|line| line.to_string().contains("evil.example")).expect("a line");
    requests.push(foreign["fields"]["request"].as_u64());
    let mut different = requests.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!((different.len(), different[0].is_some_and(|first| first > 0)), (requests.len(), true), "{requests:?}");
}

#[tokio::test]
async fn logfmt_lines_are_pairs() {
    let (child, first, log) = start("logfmt").await;
    assert!(
        first.starts_with("ts=") && first.contains(" level=info target=switchboard message=ready version="),
        "{first}"
    );
    assert!(first.contains(" default_password=true") && first.contains(" inspector=http://localhost:"), "{first}");
    let server = TestServer::elsewhere(([127, 0, 0, 1], port_in(&first)).into());
    let name = "eve\n\"level\"=error";
    Client::enter(&server, Transport::WebSocket, json!({ "userName": name, "password": "x" })).await.leave().await;
    let log = end(child, log).await;
    assert!(log.iter().all(|line| line.starts_with("ts=") && line.contains(" level=")), "{log:#?}");
    let connected = log.iter().find(|line| line.contains("message=connected")).expect("a line");
    assert!(connected.contains(r#"user="eve\n\"level\"=error""#) && connected.contains(" request="), "{connected}");
}
