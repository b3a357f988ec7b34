//! TURN on the port of HTTP and HTTPS, over TCP and over TLS.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use switchboard_turn::client::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::http::request;
use crate::support::program::Program;
use crate::support::turn::{RELAY, Turn, relay};
use crate::support::{TestServer, within};

/// A STUN binding request (RFC 8489, section 5).
const BINDING: [u8; 20] = *b"\0\x01\0\0\x21\x12\xA4\x42twelve bytes";

/// Shakes hands as a client that speaks these protocols.
async fn shake_hands(server: &TestServer, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
    let authority = server.get("/switchboard-ca.crt").await.body;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&authority).expect("a certificate")).expect("a root");
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = server.stream().await;
    within("a TLS handshake", TlsConnector::from(Arc::new(config)).connect(name, stream)).await.expect("trusted")
}

#[tokio::test]
async fn clients_relay_over_tcp_and_tls_on_the_http_port() {
    let server = TestServer::start(&RELAY).await;
    let turn = Turn::of(&server).await;
    for protocols in [&[][..], &[b"stun.turn".as_slice()], &[b"http/1.1"]] {
        let mut plain = Client::tcp(server.address()).await.expect("a connection");
        let tls = shake_hands(&server, protocols).await;
        let mut secure = Client::over(tls, server.address());
        let (by_plain, _) = relay(&turn, &mut plain, &mut secure).await;
        secure.send(by_plain, b"milk?").await.expect("sent");
        assert_eq!(within("the message", plain.receive()).await.expect("a message").1, b"milk?");
    }
    assert_eq!(server.get("/healthz").await.text(), "ok\n");
    let secure = shake_hands(&server, &[b"http/1.1"]).await;
    assert_eq!(request(secure, "GET", "/healthz", &[], b"").await.text(), "ok\n");
}

#[tokio::test]
async fn client_with_alpn_stun_turn_is_served_without_asking_first() {
    let server = TestServer::start(&RELAY).await;
    let mut tls = shake_hands(&server, &[b"stun.turn"]).await;
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(b"stun.turn".as_slice()));
    tls.write_all(&BINDING).await.expect("sent");
    let mut head = [0; 2];
    within("an answer", tls.read_exact(&mut head)).await.expect("an answer");
    assert_eq!(head, [0x01, 0x01], "a success");
}

#[tokio::test]
async fn turn_client_idle_for_longer_than_a_request_may_stays() {
    let flags = [&RELAY[..], &["--connect-timeout", "300ms", "--max-message", "1KiB"]].concat();
    let server = TestServer::start(&flags).await;
    let turn = Turn::of(&server).await;
    let (mut one, mut other) = (
        Client::tcp(server.address()).await.expect("a connection"),
        Client::tcp(server.address()).await.expect("another"),
    );
    let (_, peer) = relay(&turn, &mut one, &mut other).await;
    // A connection that opens later is closed for its silence: longer than that the two were idle.
    let mut silent = server.stream().await;
    assert_eq!(within("its end", silent.read(&mut [0])).await.expect("closed"), 0);
    // More bytes than an unfinished request may have.
    for _ in 0..60 {
        one.send(peer, &[7; 1000]).await.expect("sent");
        assert_eq!(within("the message", other.receive()).await.expect("a message").1.len(), 1000);
    }
}

#[tokio::test]
async fn turn_client_of_a_server_without_turn_is_closed_and_logged() {
    let program = Program::start_keeping(&[], |line| line.contains("TURN") || line.contains("since the start")).await;
    let mut program = program;
    let mut plain = program.server.stream().await;
    plain.write_all(&BINDING).await.expect("sent");
    let mut answer = Vec::new();
    let _ = within("the end", plain.read_to_end(&mut answer)).await;
    assert!(answer.is_empty());
    let mut tls = shake_hands(&program.server, &[]).await;
    tls.write_all(&BINDING).await.expect("sent");
    let _ = within("the end", tls.read_to_end(&mut answer)).await;
    assert!(answer.is_empty());
    program.log_until("start the server with --turn").await;
    assert_eq!(program.server.get("/healthz").await.status, 200);
    program.stop().await;
    let log = program.log_until("since the start").await.concat();
    assert!(log.contains("turn-off 2"), "{log}");
}

#[tokio::test]
async fn tls_client_silent_after_its_handshake_is_closed() {
    let server = TestServer::start(&["--connect-timeout", "300ms"]).await;
    let mut tls = shake_hands(&server, &[]).await;
    let mut answer = Vec::new();
    let _ = within("the end", tls.read_to_end(&mut answer)).await;
    assert!(answer.is_empty());
}

#[tokio::test]
async fn stopping_server_closes_a_tls_client_that_is_silent() {
    let server = TestServer::start(&["--connect-timeout", "1h", "--drain", "1h"]).await;
    let _silent = shake_hands(&server, &[]).await;
    server.stop().await;
}
