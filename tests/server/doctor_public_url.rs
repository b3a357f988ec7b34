//! `switchboard doctor` and the way to the server by its public URL: name, TLS, what a reverse proxy forwards.

use tokio::net::TcpListener;

use crate::support::TestServer;
use crate::support::doctor::{Examined, examine, examine_trusting};
use crate::support::reverse_proxy::{GOOD, Header, Manners, ReverseProxy};
use crate::support::server::state_dir;

/// What the doctor says on the machine of a server with these flags, behind a proxy by https.
async fn examine_behind(manners: Manners, more: &[&str]) -> Examined {
    let proxy = ReverseProxy::https("localhost").await;
    let url = format!("https://localhost:{}", proxy.port);
    let server = TestServer::start(&[&["--public-url", &url], more].concat()).await;
    let (authority, _forwarding) = proxy.forward_to(server.address(), manners);
    let (port, state) = (server.address().port().to_string(), state_dir().to_str().expect("a readable path"));
    let args = ["--bind", "127.0.0.1", "--port", &port, "--state-dir", state, "--public-url", &url];
    examine_trusting(&authority, &[&args[..], more].concat()).await
}

#[tokio::test]
async fn server_behind_good_proxy_has_no_problem() {
    let found = examine_behind(GOOD, &["--trust-proxy", "--password", "secret"]).await;
    // Whether there are enough files depends on the machine; a relay is another test's.
    found.is_well_but_for(&["files", "ICE servers"]);
    for check in ["name", "connection", "https", "clock", "server", "proxy", "WebSocket", "polling"] {
        found.has("ok", check);
    }
    assert!(found.has("ok", "server").contains("this machine"));
    assert!(found.has("ok", "proxy").contains("believes"));
}

#[tokio::test]
async fn proxy_that_passes_a_forged_address_is_a_problem() {
    let forges = Manners { forwarded_for: Header::Unchanged, ..GOOD };
    let found = examine_behind(forges, &["--trust-proxy"]).await;
    assert!(found.has("problem", "proxy").contains("any address"));
    assert_eq!(found.code, 1);
}

#[tokio::test]
async fn server_without_trust_proxy_is_a_warning() {
    let found = examine_behind(GOOD, &[]).await;
    assert!(found.has("warning", "proxy").contains("--trust-proxy"));
}

#[tokio::test]
async fn proxy_that_sends_no_headers_is_a_warning() {
    let silent = Manners { forwarded_for: Header::Unchanged, has_scheme: false, ..GOOD };
    let found = examine_behind(silent, &[]).await;
    assert!(found.has("warning", "proxy").contains("X-Forwarded-For"));
    assert!(found.has("warning", "scheme").contains("X-Forwarded-Proto"));
}

#[tokio::test]
async fn proxy_that_drops_upgrade_is_a_problem() {
    let found = examine_behind(Manners { has_upgrade: false, ..GOOD }, &["--trust-proxy"]).await;
    assert!(found.has("problem", "WebSocket").contains("Upgrade"));
    found.has("ok", "polling");
}

#[tokio::test]
async fn certificate_of_proxy_that_is_not_trusted_is_reported() {
    let proxy = ReverseProxy::https("localhost").await;
    let url = format!("https://localhost:{}", proxy.port);
    let server = TestServer::start(&["--public-url", &url]).await;
    let (_, _forwarding) = proxy.forward_to(server.address(), GOOD);
    let found = examine(&[&url]).await;
    assert!(found.has("warning", "https").contains("browsers warn"));
    found.has("ok", "server");
}

#[tokio::test]
async fn certificate_of_proxy_for_another_name_is_a_problem() {
    let proxy = ReverseProxy::https("calls.test").await;
    let url = format!("https://localhost:{}", proxy.port);
    let server = TestServer::start(&["--public-url", &url]).await;
    let (authority, _forwarding) = proxy.forward_to(server.address(), GOOD);
    assert!(examine_trusting(&authority, &[&url]).await.has("problem", "https").contains("another name"));
}

#[tokio::test]
async fn server_elsewhere_is_examined_by_its_url() {
    let proxy = ReverseProxy::http().await;
    let url = format!("http://localhost:{}", proxy.port);
    let server = TestServer::start(&["--public-url", &url, "--trust-proxy"]).await;
    let (_, _forwarding) = proxy.forward_to(server.address(), GOOD);
    let found = examine(&[&url]).await;
    found.is_well_but_for(&[]);
    found.has("ok", "WebSocket");
    found.has("ok", "polling");
    found.has_no("port");
    found.has_no("files");
}

#[tokio::test]
async fn server_without_public_url_is_a_problem() {
    // By whatever name a test reaches the loopback, its pages may connect: another origin has to arrive.
    let found = examine_behind(Manners { origin: Some("https://calls.example.org"), ..GOOD }, &["--trust-proxy"]).await;
    for check in ["WebSocket", "polling"] {
        assert!(found.has("problem", check).contains("--public-url"));
    }
}

#[tokio::test]
async fn other_switchboard_at_public_url_is_a_warning() {
    let (here, there) = (TestServer::start(&[]).await, TestServer::start(&[]).await);
    let (port, url) = (here.address().port().to_string(), format!("http://localhost:{}", there.address().port()));
    let found = examine(&["--bind", "127.0.0.1", "--port", &port, "--public-url", &url]).await;
    assert!(found.has("warning", "server").contains("Another Switchboard"));
}

#[tokio::test]
async fn other_program_at_public_url_is_a_problem() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
    let other = tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let found = examine(&[&url]).await;
    other.abort();
    found.has("problem", "server");
    found.has_no("WebSocket");
    assert_eq!(found.code, 1);
}

#[tokio::test]
async fn url_without_server_is_a_problem_with_cure() {
    let port = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
    let found = examine(&[&format!("http://localhost:{port}")]).await;
    assert!(found.has("problem", "connection").contains("forward TCP port"));
    let found = examine(&["https://no-such-host.invalid"]).await;
    assert!(found.has("problem", "name").contains("DNS"));
    let found = examine(&["https://me@calls.test"]).await;
    found.has("problem", "URL");
}
