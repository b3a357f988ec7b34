//! HTTPS: our own certificate, the user's, and HTTP and HTTPS on one port.

use std::fs;
use std::path::{Path, PathBuf};

use futures_util::{SinkExt, StreamExt};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

use crate::support::http::request;
use crate::support::program::Program;
use crate::support::tls::{self, shake_hands, shown};
use crate::support::{Client, TestServer, server, within};

fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// The authority's certificate, as a phone fetches it.
async fn authority(server: &TestServer) -> Vec<u8> {
    let reply = server.get("/switchboard-ca.crt").await;
    assert_eq!(reply.status, 200);
    reply.body
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.clone(), fs::read(&path).expect("a file")))
        .collect();
    files.sort();
    files
}

/// Writes a new certificate of one's own for `localhost`. Returns the certificate.
fn write_pair(cert: &Path, key: &Path) -> Vec<u8> {
    tls::write_pair(cert, key, &["localhost"])
}

#[tokio::test]
async fn a_first_run_makes_a_certificate_for_this_machine() {
    let state = folder();
    let server = TestServer::start_with_state(&state.path().join("deep/er"), &[]).await;
    let root = authority(&server).await;
    for name in ["localhost", "127.0.0.1", "::1"] {
        shake_hands(&server, &root, name).await.unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
    assert!(shake_hands(&server, &root, "evil.example").await.is_err(), "it is for no other name");
}

#[tokio::test]
async fn a_second_run_keeps_the_certificate() {
    let state = folder();
    let first = TestServer::start_with_state(state.path(), &[]).await;
    let root = authority(&first).await;
    let shown_first = shown(&shake_hands(&first, &root, "localhost").await.expect("trusted"));
    let made = files(state.path());
    first.stop().await;
    let second = TestServer::start_with_state(state.path(), &[]).await;
    assert_eq!(shown(&shake_hands(&second, &root, "localhost").await.expect("trusted")), shown_first);
    assert_eq!(files(state.path()), made);
}

#[tokio::test]
async fn installations_have_separate_authorities() {
    let (here, there) = (folder(), folder());
    let here = TestServer::start_with_state(here.path(), &[]).await;
    let there = TestServer::start_with_state(there.path(), &[]).await;
    let root = authority(&here).await;
    assert!(shake_hands(&there, &root, "localhost").await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn private_keys_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let state = folder();
    TestServer::start_with_state(state.path(), &[]).await;
    let mut keys = 0;
    for (path, content) in files(state.path()) {
        if String::from_utf8_lossy(&content).contains("PRIVATE KEY") {
            let mode = fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
            keys += 1;
        }
    }
    assert_eq!(keys, 2, "the authority's and the leaf's");
}

#[tokio::test]
async fn http_and_https_use_the_same_port() {
    let server = TestServer::start(&[]).await;
    let root = authority(&server).await;
    assert_eq!(server.get("/healthz").await.status, 200);
    let secure = shake_hands(&server, &root, "localhost").await.expect("trusted");
    let reply = request(secure, "GET", "/healthz", &[], b"").await;
    assert_eq!(reply.status, 200);
    // By https there is nowhere better to be sent.
    let secure = shake_hands(&server, &root, "127.0.0.1").await.expect("trusted");
    assert_eq!(request(secure, "GET", "/", &[("Host", "192.0.2.7:8181")], b"").await.status, 200);
}

#[tokio::test]
async fn socket_io_works_over_tls() {
    let server = TestServer::start(&[]).await;
    let mut plain = Client::connect(&server, "plain").await;
    let secure = shake_hands(&server, &authority(&server).await, "localhost").await.expect("trusted");
    let url = "wss://localhost/socket.io/?EIO=4&transport=websocket";
    let (mut socket, _) = tokio_tungstenite::client_async(url, secure).await.expect("a WebSocket over TLS");
    socket.send(Message::text(r#"40{"userName":"secure","password":"x"}"#)).await.expect("sent");
    // Only after the reply to CONNECT may a client send events; the handshake and perhaps a ping come before it.
    loop {
        let message = within("a packet", socket.next()).await.expect("open").expect("a frame");
        if message.to_text().is_ok_and(|text| text.starts_with("40")) {
            break;
        }
    }
    socket.send(Message::text(r#"42["newOffer",{"type":"offer"}]"#)).await.expect("sent");
    assert_eq!(plain.expect("newOfferAwaiting").await[0]["offererUserName"], "secure");
}

#[tokio::test]
async fn slow_tls_handshake_does_not_delay_others() {
    let server = TestServer::start(&[]).await;
    let mut slow = Vec::new();
    for number in 0..50 {
        let mut stream = server.stream().await;
        // The beginning of a TLS record, or nothing at all.
        if number % 2 == 0 {
            stream.write_all(&[0x16, 0x03, 0x01, 0x02]).await.expect("sent");
        }
        slow.push(stream);
    }
    let root = authority(&server).await;
    shake_hands(&server, &root, "localhost").await.expect("trusted");
    Client::connect(&server, "amy").await.settle().await;
}

#[tokio::test]
async fn a_folders_own_certificate_is_used() {
    let page = folder();
    let root = write_pair(&page.path().join("cert.crt"), &page.path().join("cert.key"));
    let server = TestServer::start(&[page.path().to_str().expect("a path")]).await;
    let stream = shake_hands(&server, &root, "localhost").await.expect("trusted");
    assert_eq!(shown(&stream), CertificateDer::from_pem_slice(&root).expect("a certificate"));
    let secure = shake_hands(&server, &root, "localhost").await.expect("trusted");
    assert_eq!(request(secure, "GET", "/cert.key", &[], b"").await.status, 404);
}

#[tokio::test]
async fn a_certificate_that_is_named_wins_over_the_folders() {
    let (page, elsewhere) = (folder(), folder());
    write_pair(&page.path().join("cert.crt"), &page.path().join("cert.key"));
    let (cert, key) = (elsewhere.path().join("own.crt"), elsewhere.path().join("own.key"));
    let root = write_pair(&cert, &key);
    let [page, cert, key] = [page.path(), &cert, &key].map(|path| path.to_str().expect("a path"));
    let server = TestServer::start(&[page, "--cert", cert, "--key", key]).await;
    shake_hands(&server, &root, "localhost").await.expect("trusted");
}

/// The error message for an unusable certificate and key.
fn fault_of(folder: &TempDir) -> String {
    let fault = server::build(server::state_dir(), &[folder.path().to_str().expect("a path")]).err().expect("a fault");
    format!("{fault:#}")
}

#[tokio::test]
async fn key_of_another_certificate_is_an_error_with_reason() {
    let page = folder();
    let (cert, key) = (page.path().join("cert.crt"), page.path().join("cert.key"));
    write_pair(&cert, &key);
    write_pair(&page.path().join("other.crt"), &key);
    let words = fault_of(&page);
    assert!(words.contains("cert.crt") && words.contains("cert.key") && words.contains("belong"), "{words}");
}

#[tokio::test]
async fn unreadable_certificate_or_key_is_an_error_with_reason() {
    for damaged in ["cert.crt", "cert.key"] {
        for damage in ["empty", "no PEM", "half", "binary", "a folder", "missing"] {
            let page = folder();
            write_pair(&page.path().join("cert.crt"), &page.path().join("cert.key"));
            let path = page.path().join(damaged);
            let whole = fs::read_to_string(&path).expect("a file");
            fs::remove_file(&path).expect("removed");
            match damage {
                "empty" => fs::write(&path, "").expect("a file"),
                "no PEM" => fs::write(&path, "hello").expect("a file"),
                "half" => fs::write(&path, &whole[..whole.len() / 2]).expect("a file"),
                "binary" => fs::write(&path, [0, 159, 146, 150]).expect("a file"),
                "a folder" => fs::create_dir(&path).expect("a folder"),
                _ => {}
            }
            let words = fault_of(&page);
            assert!(words.contains(damaged) && words.contains(' '), "{damaged} {damage}: {words}");
        }
    }
}

/// The message about this certificate and this key.
fn fault_of_pair(cert: &[u8], key: &[u8]) -> String {
    let page = folder();
    fs::write(page.path().join("cert.crt"), cert).expect("a file");
    fs::write(page.path().join("cert.key"), key).expect("a file");
    fault_of(&page)
}

fn pair() -> (rcgen::Certificate, rcgen::KeyPair) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).expect("a pair");
    (cert, signing_key)
}

#[test]
fn key_or_certificate_in_other_format_gets_openssl_command() {
    let (cert, key) = pair();
    let (pem, key_pem) = (cert.pem(), key.serialize_pem());
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let older = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let pkcs12 = [&[0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x03][..], &[0; 64]].concat();
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(pem.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let request = "-----BEGIN CERTIFICATE REQUEST-----\nMIGj\n-----END CERTIFICATE REQUEST-----\n";
    let public = "-----BEGIN PUBLIC KEY-----\nMIGj\n-----END PUBLIC KEY-----\n";
    let (pem, key_pem) = (pem.as_bytes(), key_pem.as_bytes());
    let cases: [(&[u8], &[u8], &str, &str); 11] = [
        (cert.der(), key_pem, "cert.crt", "openssl x509 -inform der"),
        (pem, &key.serialize_der(), "cert.key", "openssl pkey -inform der"),
        (pem, encrypted.as_bytes(), "cert.key", "openssl pkey -in"),
        (pem, older.as_bytes(), "cert.key", "passphrase"),
        (&pkcs12, key_pem, "cert.crt", "openssl pkcs12"),
        (pem, &pkcs12, "cert.key", "openssl pkcs12"),
        (&utf16, key_pem, "cert.crt", "UTF-8"),
        (key_pem, pem, "cert.crt", "changed places"),
        (pem, pem, "cert.key", "changed places"),
        (request.as_bytes(), key_pem, "cert.crt", "request"),
        (pem, public.as_bytes(), "cert.key", "public key"),
    ];
    for (cert, key, file, words) in cases {
        let fault = fault_of_pair(cert, key);
        assert!(fault.contains(file) && fault.contains(words), "{words}: {fault}");
    }
}

#[test]
fn pem_behind_a_byte_order_mark_is_taken() {
    let (cert, key) = pair();
    let page = folder();
    fs::write(page.path().join("cert.crt"), format!("\u{feff}{}", cert.pem())).expect("a file");
    fs::write(page.path().join("cert.key"), format!("\u{feff}{}", key.serialize_pem())).expect("a file");
    let path = page.path().to_str().expect("a path");
    assert!(server::build(server::state_dir(), &[path]).is_ok());
}

#[test]
fn chain_in_wrong_order_is_reported_as_such() {
    let (cert, key) = pair();
    let (other, _) = pair();
    let fault = fault_of_pair(format!("{}{}", other.pem(), cert.pem()).as_bytes(), key.serialize_pem().as_bytes());
    assert!(fault.contains("number 2") && fault.contains("first"), "{fault}");
}

#[test]
fn key_with_unknown_algorithm_is_no_mismatch() {
    let (cert, _) = pair();
    // PKCS #8 around nothing that is a key.
    let odd = "-----BEGIN PRIVATE KEY-----\nMAUCAQAwAA==\n-----END PRIVATE KEY-----\n";
    let fault = fault_of_pair(cert.pem().as_bytes(), odd.as_bytes());
    assert!(fault.contains("kind") && !fault.contains("belong"), "{fault}");
}

#[test]
fn invalid_certificate_is_no_mismatch() {
    let (_, key) = pair();
    let odd = "-----BEGIN CERTIFICATE-----\nMAUCAQAwAA==\n-----END CERTIFICATE-----\n";
    let fault = fault_of_pair(odd.as_bytes(), key.serialize_pem().as_bytes());
    assert!(fault.contains("X.509") && !fault.contains("belong"), "{fault}");
}

/// The program's warnings about a certificate that is valid between these years and has these names.
async fn warnings_of(from: i32, until: i32, names: Vec<String>) -> String {
    let (files, key) = (folder(), rcgen::KeyPair::generate().expect("a key"));
    let mut params = rcgen::CertificateParams::new(names).expect("names");
    (params.not_before, params.not_after) = (rcgen::date_time_ymd(from, 1, 1), rcgen::date_time_ymd(until, 1, 1));
    let (cert_file, key_file) = (files.path().join("own.crt"), files.path().join("own.key"));
    fs::write(&cert_file, params.self_signed(&key).expect("a certificate").pem()).expect("a file");
    fs::write(&key_file, key.serialize_pem()).expect("a file");
    let [cert_file, key_file] = [&cert_file, &key_file].map(|path| path.to_str().expect("a path"));
    let mut program = Program::start_keeping(&["--cert", cert_file, "--key", key_file], |_| true).await;
    program.stop().await;
    program.log_until("since the start").await.concat()
}

#[tokio::test]
async fn certificate_rejected_by_browsers_causes_startup_warning() {
    let names = || vec!["localhost".to_owned()];
    let expired = warnings_of(2019, 2020, names()).await;
    assert!(expired.contains("own.crt expired on") && expired.contains("make a new one"), "{expired}");
    let future = warnings_of(2100, 2101, names()).await;
    assert!(future.contains("own.crt is valid from") && future.contains("clock"), "{future}");
    let nameless = warnings_of(2020, 2100, vec![]).await;
    assert!(nameless.contains("subjectAltName"), "{nameless}");
    let good = warnings_of(2020, 2100, names()).await;
    assert!(!good.contains("WARN"), "{good}");
}

#[tokio::test]
async fn missing_certificate_is_an_error_with_reason() {
    let fault = server::build(server::state_dir(), &["--cert", "no/such.crt", "--key", "no/such.key"]).err();
    let words = format!("{:#}", fault.expect("a fault"));
    assert!(words.contains("no/such.crt"), "{words}");
    assert!(server::build(server::state_dir(), &["--cert", "only.crt"]).is_err(), "one without the other");
}

#[test]
fn servers_that_start_at_the_same_moment_agree_on_a_certificate() {
    for _ in 0..5 {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let options = switchboard::tls::TlsOptions {
            files: None,
            folder: None,
            state_dir: Some(dir.path().to_owned()),
            acme: None,
        };
        std::thread::scope(|scope| {
            let choose = || switchboard::tls::certificate::choose(&options).map(drop);
            let servers: Vec<_> = (0..8).map(|_| scope.spawn(choose)).collect();
            for server in servers {
                server.join().expect("no panic").expect("a certificate that fits its key");
            }
        });
    }
}

#[tokio::test]
async fn authority_of_earlier_host_name_still_signs() {
    let state = folder();
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    params.distinguished_name.push(rcgen::DnType::CommonName, "Switchboard on a machine of another name");
    let root = params.self_signed(&key).expect("a certificate").pem();
    fs::write(state.path().join("switchboard-ca.crt"), &root).expect("a file");
    fs::write(state.path().join("switchboard-ca.key"), key.serialize_pem()).expect("a file");
    let server = TestServer::start_with_state(state.path(), &[]).await;
    shake_hands(&server, root.as_bytes(), "localhost").await.expect("a leaf that the authority signed");
}

#[tokio::test]
async fn certificate_rejected_by_client_is_logged_once_and_counted() {
    let keep = |line: &str| line.contains("does not trust") || line.contains("since the start");
    let mut program = Program::start_keeping(&[], keep).await;
    let (stranger, _) = pair();
    for _ in 0..3 {
        assert!(shake_hands(&program.server, stranger.pem().as_bytes(), "localhost").await.is_err());
    }
    // No TLS at all behind the first byte.
    let mut stream = program.server.stream().await;
    stream.write_all(&[0x16, 0x03, 0x01, 0x00, 0x04, 0xff, 0x00, 0x00, 0x00]).await.expect("sent");
    within("the end", tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut Vec::new())).await.ok();
    // An end without an alert, in the middle of it: of a handshake, not of a connection that only looked in.
    for begun in [&[0x16, 0x03, 0x01, 0x00, 0x04][..], &[]] {
        let mut stream = program.server.stream().await;
        stream.write_all(begun).await.expect("sent");
        stream.shutdown().await.expect("ended");
        within("the end", tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut Vec::new())).await.ok();
    }
    let port = program.server.address().port();
    program.stop().await;
    let log = program.log_until("since the start").await;
    let lines: Vec<_> = log.iter().filter(|line| line.contains("does not trust")).collect();
    assert_eq!(lines.len(), 1, "{log:#?}");
    assert!(lines[0].contains(" INFO ") && lines[0].contains(&format!("https://localhost:{port}")), "{lines:?}");
    assert!(log.concat().contains("certificate-refused 3") && log.concat().contains("tls-failed 2"), "{log:#?}");
}

#[tokio::test]
async fn refused_certificate_is_shown_by_the_inspector() {
    let server = TestServer::start(&[]).await;
    let (stranger, _) = pair();
    assert!(shake_hands(&server, stranger.pem().as_bytes(), "localhost").await.is_err());
    let records = server.records_with("the refusal", |record| record["kind"] == "reject").await;
    assert_eq!(
        (&records[0]["as"], &records[0]["code"], &records[0]["from"]),
        (&"tls".into(), &"certificate".into(), &"a1".into())
    );
}
