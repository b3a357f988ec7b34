//! With `--log-format json` all that the program prints is JSON, one object a line.

use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::support::{server, within};

fn switchboard(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).args(["--log-format", "json", "--state-dir"]).arg(server::state_dir());
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
