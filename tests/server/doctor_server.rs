//! `switchboard doctor` on the machine of the server: flags, port, certificate, files.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, CustomExtension, Issuer, KeyPair};
use switchboard::config::Program;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::TestServer;
use crate::support::doctor::{examine, examine_trusting, examine_with_files};
use crate::support::folder::folder;
use crate::support::server::state_dir;

/// The flags of a server on the loopback.
fn flags(port: u16) -> [String; 6] {
    let state = state_dir().to_str().expect("a readable path").to_owned();
    ["--bind", "127.0.0.1", "--port", &port.to_string(), "--state-dir", &state].map(str::to_owned)
}

async fn examine_server(port: u16, more: &[&str]) -> crate::support::doctor::Examined {
    let flags = flags(port);
    let mut args: Vec<&str> = flags.iter().map(String::as_str).collect();
    args.extend(more);
    examine(&args).await
}

/// A port on which nothing listens.
async fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    listener.local_addr().expect("an address").port()
}

#[tokio::test]
async fn port_without_server_is_free() {
    let found = examine_server(free_port().await, &[]).await;
    found.is_well_but_for(&[]);
    assert!(found.has("ok", "port").contains("free"));
    found.has("skipped", "public URL");
    assert!(found.has("ok", "certificate").contains("at the start"));
}

#[tokio::test]
async fn port_with_switchboard_is_recognized() {
    let server = TestServer::start(&[]).await;
    let found = examine_server(server.address().port(), &[]).await;
    // The certificate is the server's own, and no system trusts it.
    found.is_well_but_for(&["trust"]);
    assert!(found.has("ok", "port").contains("Switchboard listens"));
    assert!(found.has("ok", "certificate").contains("valid until"));
    found.has("ok", "names");
    assert!(found.has("warning", "trust").contains("browsers warn"));
}

#[tokio::test]
async fn port_with_other_program_is_a_problem() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    // It closes each connection at once.
    let other = tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let found = examine_server(port, &[]).await;
    other.abort();
    assert!(found.has("problem", "port").contains("another program"));
    found.is_well_but_for(&["port"]);
}

#[tokio::test]
async fn address_of_other_machine_is_a_problem() {
    let found = examine(&["--bind", "203.0.113.7", "--port", &free_port().await.to_string()]).await;
    assert!(found.has("problem", "port").contains("--bind"));
}

#[tokio::test]
async fn metrics_address_that_is_taken_is_a_problem() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let found = examine_server(free_port().await, &["--metrics", &address]).await;
    assert!(found.has("problem", "metrics").contains(&address));
}

#[tokio::test]
async fn flags_that_the_server_rejects_are_a_problem() {
    let port = free_port().await;
    let found = examine_server(port, &["--password", "secret", "--no-password"]).await;
    assert!(found.has("problem", "flags").contains("--no-password"));
    let found = examine_server(port, &["/no/such/folder"]).await;
    assert!(found.has("problem", "flags").contains("/no/such/folder"));
    let found = examine_server(port, &["--password", "secret"]).await;
    assert_eq!(found.has("ok", "flags"), "They are accepted.");
}

#[cfg(unix)]
#[tokio::test]
async fn few_open_files_are_a_warning() {
    let port = free_port().await.to_string();
    let args = ["--bind", "127.0.0.1", "--port", &port];
    let found = examine_with_files(256, &args).await;
    assert!(found.has("warning", "files").contains("ulimit"));
    let found = examine_with_files(256, &[&args[..], &["--max-connections", "100"]].concat()).await;
    found.has("ok", "files");
}

/// A certificate and its key in a folder, and the flags that name them.
struct Pair {
    folder: TempDir,
}

impl Pair {
    /// Signs `params` by an authority of its own, which is `authority.pem` in the folder.
    fn signed(mut params: CertificateParams, days: i64) -> Self {
        let folder = folder(&[]);
        let mut authority = CertificateParams::default();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        // Another name each time: by name the authority of a certificate is found.
        authority.distinguished_name.push(rcgen::DnType::CommonName, folder.path().to_string_lossy());
        let authority_key = KeyPair::generate().expect("a key");
        let made = authority.self_signed(&authority_key).expect("a certificate");
        fs::write(folder.path().join("authority.pem"), made.pem()).expect("a file");
        let key = KeyPair::generate().expect("a key");
        let day = Duration::from_secs(24 * 60 * 60);
        let far = day * u32::try_from(days.unsigned_abs()).expect("not so many");
        let now = SystemTime::now();
        params.not_before = (now - 400 * day).into();
        params.not_after = if days < 0 { (now - far).into() } else { (now + far).into() };
        let own = params.signed_by(&key, &Issuer::new(authority, authority_key)).expect("a certificate");
        let pair = Self { folder };
        fs::write(pair.path("own.pem"), own.pem()).expect("a file");
        fs::write(pair.path("own.key"), key.serialize_pem()).expect("a file");
        pair
    }

    /// For this name, for so many days.
    fn of(name: &str, days: i64) -> Self {
        Self::signed(CertificateParams::new([name.to_owned()]).expect("a name"), days)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn flags(&self) -> [String; 4] {
        let text = |path: PathBuf| path.to_str().expect("a readable path").to_owned();
        ["--cert".to_owned(), text(self.path("own.pem")), "--key".to_owned(), text(self.path("own.key"))]
    }

    /// What the doctor says of it, where the system trusts only this authority.
    async fn examined(&self, authority: &Path, more: &[&str]) -> crate::support::doctor::Examined {
        let (port, own) = (free_port().await.to_string(), self.flags());
        let mut args = vec!["--bind", "127.0.0.1", "--port", &port];
        args.extend(own.iter().map(String::as_str));
        args.extend(more);
        examine_trusting(authority, &args).await
    }
}

const CALLS: [&str; 2] = ["--public-url", "https://calls.test"];

#[tokio::test]
async fn trusted_certificate_for_public_url_is_ok() {
    let pair = Pair::of("calls.test", 90);
    let found = pair.examined(&pair.path("authority.pem"), &CALLS).await;
    assert!(found.has("ok", "certificate").contains("89 days"));
    assert!(found.has("ok", "names").contains("calls.test"));
    found.has("ok", "trust");
}

#[tokio::test]
async fn certificate_that_ended_or_ends_soon_is_reported() {
    let pair = Pair::of("calls.test", -1);
    let found = pair.examined(&pair.path("authority.pem"), &CALLS).await;
    assert!(found.has("problem", "certificate").contains("ended"));
    assert_eq!(found.code, 1);
    let pair = Pair::of("calls.test", 3);
    let found = pair.examined(&pair.path("authority.pem"), &CALLS).await;
    assert!(found.has("warning", "certificate").contains("renewed"));
}

#[tokio::test]
async fn certificate_for_another_name_is_a_problem() {
    let pair = Pair::of("other.test", 90);
    let found = pair.examined(&pair.path("authority.pem"), &CALLS).await;
    assert!(found.has("problem", "names").contains("calls.test"));
    assert!(found.has("problem", "trust").contains("another name"));
}

#[tokio::test]
async fn certificate_of_unknown_authority_is_a_warning() {
    let (pair, other) = (Pair::of("calls.test", 90), Pair::of("calls.test", 90));
    let found = pair.examined(&other.path("authority.pem"), &CALLS).await;
    assert!(found.has("warning", "trust").contains("authority"));
}

#[tokio::test]
async fn chain_without_intermediate_is_a_problem() {
    let mut params = CertificateParams::new(["calls.test".to_owned()]).expect("a name");
    // Authority information access: caIssuers is http://a.test/ (RFC 5280, section 4.2.2.1).
    let mut content =
        vec![0x30, 0x1E, 0x30, 0x1C, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02, 0x86, 0x10];
    content.extend(b"http://a.test/ca");
    params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], content));
    let (pair, other) = (Pair::signed(params, 90), Pair::of("calls.test", 90));
    let found = pair.examined(&other.path("authority.pem"), &CALLS).await;
    assert!(found.has("problem", "trust").contains("fullchain"));
}

#[tokio::test]
async fn key_of_another_certificate_is_a_problem() {
    let (pair, other) = (Pair::of("calls.test", 90), Pair::of("calls.test", 90));
    fs::copy(other.path("own.key"), pair.path("own.key")).expect("a file");
    let found = pair.examined(&pair.path("authority.pem"), &CALLS).await;
    assert!(found.has("problem", "certificate").contains("does not belong"));
}

#[tokio::test]
async fn certificate_by_acme_is_left_to_the_start() {
    let found = examine_server(free_port().await, &["--acme", "calls.test"]).await;
    assert!(found.has("skipped", "certificate").contains("port 443 of calls.test"));
}

#[tokio::test]
async fn running_server_with_other_certificate_is_reported() {
    let server = TestServer::start(&[]).await;
    let (pair, port) = (Pair::of("localhost", 90), server.address().port().to_string());
    let own = pair.flags();
    let args = ["--bind", "127.0.0.1", "--port", &port, &own[0], &own[1], &own[2], &own[3]];
    assert!(examine(&args).await.has("warning", "certificate").contains("restart"));
}

#[test]
fn folder_named_doctor_is_served_by_its_path() {
    let parsed = |args: &[&str]| Program::from_args([&["switchboard"], args].concat()).expect("flags");
    assert!(matches!(parsed(&["doctor"]), Program::Doctor(_)));
    for args in [&["./doctor"][..], &["--port", "0", "doctor"], &["--", "doctor"], &["help"], &["docter"]] {
        let Program::Serve(config) = parsed(args) else { panic!("{args:?} is not served") };
        assert!(config.folder.is_some(), "{args:?}");
    }
    let Program::Doctor(args) = parsed(&["doctor", "--port", "9000", "page"]) else { panic!("not the doctor") };
    assert_eq!((args.config.listening.port, args.url().is_none()), (9000, true));
    let Program::Doctor(args) = parsed(&["doctor", "https://calls.test"]) else { panic!("not the doctor") };
    assert_eq!(args.url().expect("a URL").expect("well-formed").to_string(), "https://calls.test");
}
