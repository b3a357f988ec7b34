//! `switchboard doctor` and the ICE servers that a server lists.

use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::TestServer;
use crate::support::doctor::{Examined, examine};
use crate::support::server::state_dir;
use crate::support::turn::{ICE_SECRET, RELAY};

/// What the doctor says on the machine of this server.
async fn examine_server(server: &TestServer, more: &[&str]) -> Examined {
    let (port, state) = (server.address().port().to_string(), state_dir().to_str().expect("a readable path"));
    let args = ["--bind", "127.0.0.1", "--port", &port, "--state-dir", state];
    examine(&[&args[..], more].concat()).await
}

#[tokio::test]
async fn server_that_relays_is_tried_by_each_url() {
    let server = TestServer::start(&RELAY).await;
    let found = examine_server(&server, &["--turn"]).await;
    found.is_well_but_for(&["trust", "UDP buffer"]);
    for check in ["ICE servers", "TURN by UDP", "TURN by TCP", "relay"] {
        found.has("ok", check);
    }
}

#[tokio::test]
async fn server_that_relays_is_tried_from_elsewhere() {
    let server = TestServer::start(&[&RELAY[..], &["--password", "grün and long"]].concat()).await;
    let url = format!("http://127.0.0.1:{}", server.address().port());
    let found = examine(&[&url, "--password", "grün and long"]).await;
    found.is_well_but_for(&[]);
    found.has("ok", "relay");
    assert!(examine(&[&url, "--password", "wrong"]).await.has("skipped", "ICE servers").contains("--password"));
}

#[tokio::test]
async fn public_server_without_ice_servers_is_a_warning() {
    let server = TestServer::start(&[]).await;
    examine_server(&server, &[]).await.has("ok", "ICE servers");
    let url = format!("http://localhost:{}", server.address().port());
    let found = examine_server(&server, &["--public-url", &url]).await;
    assert!(found.has("warning", "ICE servers").contains("--turn"));
}

#[tokio::test]
async fn ice_server_that_does_not_run_is_a_problem() {
    let nothing = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address");
    let url = format!("turn:{nothing}?transport=tcp");
    let server = TestServer::start(&["--bind", "127.0.0.1", "--ice-server", &url, "--ice-secret", ICE_SECRET]).await;
    let found = examine_server(&server, &[]).await;
    assert!(found.has("problem", "TURN by TCP").contains("firewall"));
    assert_eq!(found.code, 1);
}

#[tokio::test]
async fn ice_server_with_another_secret_is_a_problem() {
    let other = TestServer::start(&[&RELAY[..], &["--ice-secret", "another one"]].concat()).await;
    let reply = other.get("/api/ice-servers?password=x").await;
    let list: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let url = list["iceServers"][0]["urls"][0].as_str().expect("a URL");
    let server = TestServer::start(&["--bind", "127.0.0.1", "--ice-server", url, "--ice-secret", ICE_SECRET]).await;
    assert!(examine_server(&server, &[]).await.has("problem", "TURN by UDP").contains("--ice-secret"));
}

#[tokio::test]
async fn turn_with_the_courses_password_is_a_problem() {
    let found = examine(&["--turn", "--bind", "192.0.2.1"]).await;
    assert!(found.has("problem", "flags").contains("course's password"));
}
