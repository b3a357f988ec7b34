//! Balancers in front of several nodes: haproxy as deploy/cluster has it, nginx and Caddy with the lines of docs/cluster.md.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::process::Command;

use crate::compose::{Compose, NODES};
use crate::nodes::nodes;
use crate::support::http::{Reply, request};
use crate::support::payload::{answer, answered, offered};
use crate::support::polling::POLLING;
use crate::support::redis::{free_port, own_log, redis};
use crate::support::server::connect;
use crate::support::{Client, TestServer, Transport, within};

/// A request by a connection of its own, from this address of the loopback.
async fn request_from(
    source: &str,
    to: &TestServer,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(source.parse().expect("an address"), 0)).expect("an address of this machine");
    let stream = within("a connection", socket.connect(to.address())).await.expect("it accepts");
    request(stream, method, path, headers, body.as_bytes()).await
}

/// Opens a session of long-polling; its path, and its cookie.
async fn open_from(source: &str, to: &TestServer) -> (String, String) {
    let opened = request_from(source, to, "GET", POLLING, &[], "").await;
    let handshake: Value = serde_json::from_str(&opened.text()[1..]).expect("the open packet");
    let cookie = opened.header("set-cookie").expect("a cookie").split(';').next().unwrap_or_default().to_owned();
    (format!("{POLLING}&sid={}", handshake["sid"].as_str().expect("an id")), cookie)
}

/// A call by each transport.
async fn serves_all_transports(balancer: &TestServer) {
    for (number, transport) in [Transport::Polling, Transport::Upgrade, Transport::WebSocket].into_iter().enumerate() {
        let [amy, bob] = ["amy", "bob"].map(|name| format!("{name}-{number}"));
        let mut bob = Client::connect_by(balancer, transport, &bob).await;
        let mut amy = Client::connect(balancer, &amy).await;
        let object = offered(&mut amy, &mut bob, "offer").await;
        bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
        assert_eq!(amy.expect("answerResponse").await["answer"], answer("answer"));
    }
}

#[tokio::test]
async fn haproxy_of_the_compose_file_keeps_clients_at_their_node() {
    let Some(mut compose) = Compose::start().await else { return };
    let balancer = &compose.balancer;
    serves_all_transports(balancer).await;
    // By the cookie, from any address; without a cookie by the address.
    let mut cookies = Vec::new();
    for number in 1..=40 {
        let [source, other] = [format!("127.0.1.{number}"), format!("127.0.2.{number}")];
        let (path, cookie) = open_from(&source, balancer).await;
        let connect = r#"40{"userName":"eve","password":"x"}"#;
        let posted = request_from(&source, balancer, "POST", &path, &[], connect).await;
        assert_eq!(posted.status, 200, "without a cookie: {}", posted.text());
        let fetched = request_from(&other, balancer, "GET", &path, &[("Cookie", &cookie)], "").await;
        assert_eq!(fetched.status, 200, "with its cookie: {}", fetched.text());
        cookies.push(cookie);
    }
    assert!(NODES.iter().all(|node| cookies.contains(&format!("NODE={node}"))), "each node has clients: {cookies:?}");
    // The client's address is the one that haproxy sees.
    let forged = [("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https")];
    let seen = request_from("127.0.1.9", balancer, "GET", "/api/connection", &forged, "").await;
    let seen: Value = serde_json::from_str(&seen.text()).expect("JSON");
    assert_eq!((&seen["address"], &seen["scheme"]), (&json!("127.0.1.9"), &json!("unknown")), "{seen}");
    // A node that stops takes no request with it.
    compose.stop_node(NODES[0]).await;
    for number in 1..=40 {
        let headers = [("Cookie", "NODE=node1")];
        let opened = request_from(&format!("127.0.1.{number}"), &compose.balancer, "GET", POLLING, &headers, "").await;
        assert_eq!(opened.status, 200, "{}", opened.text());
    }
}

#[tokio::test]
async fn nginx_with_lines_of_the_docs_keeps_clients_at_their_node() {
    if !is_installed("/usr/sbin/nginx", "-v") {
        return;
    }
    let [first, second] = nodes(&own_log(&redis().address()), &["--trust-proxy"]).await;
    let upstream = part(include_str!("../../docs/cluster.md"), "nginx: `", "`");
    let location = part(include_str!("../../docs/proxies.md"), "location / {", "}");
    let upstream = upstream.replace("10.0.0.11:8181", &first.server.address().to_string());
    let upstream = upstream.replace("10.0.0.12:8181", &second.server.address().to_string());
    let location = location.replace("127.0.0.1:8181", "switchboard");
    let (folder, port) = (TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"), free_port());
    let path = folder.path().display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|kind| format!("{kind}_temp_path {path}/{kind};")).concat();
    let text = format!(
        "daemon off; master_process off; pid {path}/pid; events {{}}\nhttp {{ {temporary} access_log off;\n\
         map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\n{upstream}\n\
         server {{ listen 127.0.0.1:{port}; location / {{ {location} }} }} }}\n"
    );
    std::fs::write(folder.path().join("nginx.conf"), text).expect("writable");
    let mut command = Command::new("/usr/sbin/nginx");
    command.args(["-e", &format!("{path}/log"), "-c", &format!("{path}/nginx.conf")]).kill_on_drop(true);
    let _nginx = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nginx starts");
    let balancer = balancer_at(port).await;
    serves_all_transports(&balancer).await;
    // By the first three numbers of the address.
    let mut instances = BTreeSet::new();
    for number in 1..=20 {
        let seen = request_from(&format!("127.0.{number}.1"), &balancer, "GET", "/api/connection", &[], "").await;
        let seen: Value = serde_json::from_str(&seen.text()).expect("JSON");
        instances.insert(seen["instance"].to_string());
        assert_eq!(seen["address"], format!("127.0.{number}.1"), "{seen}");
    }
    assert_eq!(instances.len(), 2, "both nodes have clients");
}

#[tokio::test]
async fn caddy_with_lines_of_the_docs_keeps_clients_at_their_node() {
    if !is_installed("caddy", "version") {
        return;
    }
    let [first, second] = nodes(&own_log(&redis().address()), &["--trust-proxy"]).await;
    let lines = part(include_str!("../../docs/cluster.md"), "```caddy\n", "```");
    let lines = lines.replace("10.0.0.11:8181", &first.server.address().to_string());
    let by_address = lines.replace("10.0.0.12:8181", &second.server.address().to_string());
    let by_cookie = by_address.replace("ip_hash", "cookie");
    let (folder, [port, other]) =
        (TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"), [(); 2].map(|()| free_port()));
    let site = |port: u16, lines: &str| format!("http://:{port} {{\nbind 127.0.0.1\n{lines}}}\n");
    let text = format!("{{\nadmin off\nauto_https off\n}}\n{}{}", site(port, &by_address), site(other, &by_cookie));
    let file = folder.path().join("Caddyfile");
    std::fs::write(&file, text).expect("writable");
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).kill_on_drop(true);
    command.env("XDG_DATA_HOME", folder.path()).env("XDG_CONFIG_HOME", folder.path());
    let _caddy = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("Caddy starts");
    let balancer = balancer_at(port).await;
    serves_all_transports(&balancer).await;
    let mut instances = BTreeSet::new();
    for number in 1..=20 {
        let source = format!("127.0.{number}.1");
        let of = async || {
            let seen = request_from(&source, &balancer, "GET", "/api/connection", &[], "").await;
            let seen: Value = serde_json::from_str(&seen.text()).expect("JSON");
            assert_eq!(seen["address"], source, "{seen}");
            seen["instance"].to_string()
        };
        let instance = of().await;
        assert_eq!(of().await, instance, "the same node");
        instances.insert(instance);
    }
    assert_eq!(instances.len(), 2, "both nodes have clients");

    let balancer = balancer_at(other).await;
    let mut cookies = BTreeSet::new();
    for number in 1..=40 {
        let [source, other] = [format!("127.0.1.{number}"), format!("127.0.2.{number}")];
        let (path, cookie) = open_from(&source, &balancer).await;
        let connect = r#"40{"userName":"eve","password":"x"}"#;
        let posted = request_from(&other, &balancer, "POST", &path, &[("Cookie", &cookie)], connect).await;
        assert_eq!(posted.status, 200, "with its cookie: {}", posted.text());
        cookies.insert(cookie);
    }
    assert_eq!(cookies.len(), 2, "both nodes have clients");
}

/// Whether this program can be run; in the CI it has to be.
fn is_installed(program: &str, version: &str) -> bool {
    let mut command = std::process::Command::new(program);
    let is_here = command.arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !is_here {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{program} is not installed");
        eprintln!("skipped: {program} is not installed");
    }
    is_here
}

/// The balancer at this port of the machine, once it accepts connections.
async fn balancer_at(port: u16) -> TestServer {
    let balancer = TestServer::elsewhere(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    within("the balancer", async {
        while connect(balancer.address()).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    balancer
}

/// What stands between these two in a text.
fn part(text: &str, start: &str, end: &str) -> String {
    let part = text.split_once(start).and_then(|(_, rest)| rest.split_once(end));
    part.expect("the lines of the docs").0.to_owned()
}
