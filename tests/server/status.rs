//! `switchboard status` of a server of its own, and of what is none.

use std::net::{Ipv4Addr, TcpListener};

use serde_json::Value;
use switchboard::config::Program as Choice;

use crate::support::program::Program;
use crate::support::status::status;
use crate::support::{Client, TestServer};

#[tokio::test]
async fn server_of_its_own_tells_its_metrics() {
    let program = Program::start(&["--metrics", "127.0.0.1:0"]).await;
    let address = program.metrics.as_ref().expect("metrics").address().to_string();
    let _amy = Client::connect(&program.server, "amy").await;
    let told = status(&[&address]).await;
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.output.contains("a server of its own (without --cluster)"), "{told:?}");
    // As a person may copy it.
    let told = status(&["--json", &format!("http://{address}/metrics")]).await;
    let answer: Value = serde_json::from_str(&told.output).expect("JSON");
    assert_eq!((&answer["cluster"], &answer["metrics"]["switchboard_connections"]), (&Value::Null, &1.0.into()));
    assert_eq!(answer["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn server_that_cannot_be_asked_is_an_error_with_cure() {
    let nothing = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port").local_addr().expect("an address");
    let server = TestServer::start(&[]).await;
    for (address, error) in [
        (nothing.to_string(), "Does it run, and with --metrics?"),
        (server.address().to_string(), "is the port of clients"),
        ("127.0.0.1:0".to_owned(), "Port 0 stands for a free one"),
        ("9100".to_owned(), "write it like 127.0.0.1:9100"),
    ] {
        let told = status(&[&address]).await;
        assert_eq!((told.code, told.output.as_str()), (2, ""), "{told:?}");
        assert!(told.errors.contains(error), "{told:?}");
    }
    assert_eq!(status(&[]).await.code, 2, "no address");
}

#[test]
fn folder_with_the_name_of_the_subcommand_is_served() {
    let parsed = |args: &[&str]| Choice::from_args([&["switchboard"], args].concat()).expect("flags");
    let Choice::Serve(config) = parsed(&["./status"]) else { panic!("it is not served") };
    assert_eq!(config.folder.as_deref(), Some(std::path::Path::new("./status")));
    assert!(matches!(parsed(&["status", "127.0.0.1:9100"]), Choice::Status(_)));
}
