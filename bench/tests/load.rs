//! The load tool against the floor: it plays, it counts, and it notices what is wrong.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The floor, until the test is over.
struct Floor {
    child: Child,
    url: String,
}

impl Floor {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_floor")).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("ready: ").unwrap().to_string();
        Self { child, url }
    }

    fn load(&self, arguments: &str) -> Result<Value, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_load"));
        command.args(["--url", &self.url, "--pid", &self.child.id().to_string()]).args(arguments.split(' '));
        let output = command.output().unwrap();
        match output.status.success() {
            true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
            false => Err(String::from_utf8(output.stderr).unwrap()),
        }
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_call_of_every_kind_is_played() {
    for more in ["", " --late", " --idle 5 --open 3 --past 60 --bucket 5"] {
        let figures = Floor::start().load(&format!("calls --pairs 20 --concurrency 4{more}")).unwrap();
        assert_eq!(figures["failed"], 0, "{figures}");
        assert_eq!(figures["complete_ms"]["count"], 20);
    }
}

#[test]
fn candidates_offers_and_sockets_are_counted() {
    let floor = Floor::start();
    assert_eq!(floor.load("broadcast --sockets 10 --offers 3").unwrap()["delivery_ms"]["count"], 30);
    assert!(floor.load("relay --pairs 2 --seconds 1").unwrap()["messages"].as_u64().unwrap() > 0);
    assert_eq!(floor.load("idle --sockets 20").unwrap()["lost"], 0);
}

#[test]
fn what_a_server_does_not_do_is_noticed() {
    // The floor knows no polling.
    let figures = Floor::start().load("--carrier polling calls --pairs 2 --concurrency 1").unwrap();
    assert_eq!(figures["failed"], 2, "{figures}");
}

#[test]
fn load_for_another_machine_is_refused() {
    let mut elsewhere = Floor::start();
    elsewhere.url = "ws://192.0.2.1:80".into();
    assert!(elsewhere.load("calls --pairs 1").unwrap_err().contains("not a loopback address"));
}
