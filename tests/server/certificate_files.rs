//! Certificates from files are read again when they change, and at SIGHUP.

use std::fs;
use std::path::PathBuf;

use futures_util::{SinkExt, StreamExt};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;

use crate::support::program::Program;
use crate::support::tls::{shake_hands, write_pair};
use crate::support::within;

const READ_AGAIN: &str = "has been read again";

/// A folder with a certificate, its key and a server that presents them.
struct World {
    folder: TempDir,
    root: Vec<u8>,
    program: Program,
}

impl World {
    async fn start(names: &[&str]) -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let (cert, key) = (folder.path().join("own.crt"), folder.path().join("own.key"));
        let root = write_pair(&cert, &key, names);
        let [cert, key] = [cert, key].map(|path| path.to_str().expect("a path").to_owned());
        let flags = ["--cert", &cert, "--key", &key, "--inspector=off"];
        let keep = |line: &str| line.contains(READ_AGAIN) || line.contains("is not used") || line.contains("panic");
        Self { root, program: Program::start_keeping(&flags, keep).await, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces both files as programs that renew certificates do, by renaming. Returns the new certificate.
    fn renew(&self, names: &[&str]) -> Vec<u8> {
        let root = write_pair(&self.path("new.crt"), &self.path("new.key"), names);
        fs::rename(self.path("new.crt"), self.path("own.crt")).expect("renamed");
        fs::rename(self.path("new.key"), self.path("own.key")).expect("renamed");
        root
    }

    async fn presents(&self, root: &[u8]) -> bool {
        shake_hands(&self.program.server, root, "localhost").await.is_ok()
    }

    /// The status of a request by a page of this origin.
    async fn status_for(&self, origin: &str) -> u16 {
        let path = "/socket.io/?EIO=4&transport=polling";
        self.program.server.request("GET", path, &[("Origin", origin)], b"").await.status
    }
}

#[tokio::test]
async fn changed_files_are_presented_and_connections_stay() {
    let world = World::start(&["localhost"]).await;
    let stream = shake_hands(&world.program.server, &world.root, "localhost").await.expect("trusted");
    let url = "wss://localhost/socket.io/?EIO=4&transport=websocket";
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.expect("a WebSocket over TLS");
    let renewed = world.renew(&["localhost"]);
    world.program.log_until(READ_AGAIN).await;
    assert!(world.presents(&renewed).await, "the new one");
    assert!(!world.presents(&world.root).await, "and not the old one");
    socket.send(Message::Ping("still here".into())).await.expect("sent");
    let answer = Message::Pong("still here".into());
    while within("a pong", socket.next()).await.expect("open").expect("a frame") != answer {}
}

#[tokio::test]
async fn unusable_new_file_is_refused_once_and_the_old_stays() {
    let world = World::start(&["localhost"]).await;
    fs::write(world.path("own.crt"), "damaged").expect("a file");
    let log = world.program.log_until("is not used").await;
    assert!(log[0].contains("own.crt") && log[0].contains("earlier one stays"), "{log:?}");
    assert!(world.presents(&world.root).await);
    // The certificate alone does not fit the old key.
    let renewed = world.renew(&["localhost"]);
    let log = world.program.log_until(READ_AGAIN).await;
    assert_eq!(log.iter().filter(|line| line.contains("is not used")).count(), 1, "{log:#?}");
    assert!(world.presents(&renewed).await);
}

#[cfg(unix)]
#[tokio::test]
async fn hang_up_reads_the_files_again() {
    let world = World::start(&["localhost"]).await;
    world.program.hang_up().await;
    world.program.log_until(READ_AGAIN).await;
    assert!(world.presents(&world.root).await);
}

#[cfg(unix)]
#[tokio::test]
async fn hang_up_does_not_end_a_server_without_files() {
    let mut program = Program::start(&[]).await;
    program.hang_up().await;
    // Signals arrive in no order: this request is answered after the other one is handled.
    assert_eq!(program.server.get("/healthz").await.status, 200);
    assert!(program.stop().await.success(), "it ends by being asked to, not by SIGHUP");
}

#[tokio::test]
async fn certificate_that_the_system_trusts_has_no_warning() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let [ca, cert, key] = ["ca.crt", "own.crt", "own.key"].map(|name| folder.path().join(name));
    let (issuer_key, leaf_key) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    fs::write(&ca, params.self_signed(&issuer_key).expect("an authority").pem()).expect("a file");
    let issuer = Issuer::new(params, issuer_key);
    let leaf = CertificateParams::new(["calls.example.org".to_owned()]).expect("a name");
    fs::write(&cert, leaf.signed_by(&leaf_key, &issuer).expect("a certificate").pem()).expect("a file");
    fs::write(&key, leaf_key.serialize_pem()).expect("a file");
    let flags = ["--cert", cert.to_str().expect("a path"), "--key", key.to_str().expect("a path")];
    let warning = "               Browsers warn";
    let program = Program::start_trusting(&ca, &flags).await;
    assert_eq!(program.line(warning), None);
    let program = Program::start_trusting(&cert, &flags).await;
    assert!(program.line(warning).is_some(), "the authority is not known");
}

#[tokio::test]
async fn pages_of_the_names_in_a_new_certificate_may_connect() {
    let world = World::start(&["localhost", "old.example.org"]).await;
    assert_eq!(world.status_for("https://old.example.org").await, 200);
    assert_eq!(world.status_for("https://new.example.org").await, 403);
    world.renew(&["localhost", "new.example.org"]);
    world.program.log_until(READ_AGAIN).await;
    assert_eq!(world.status_for("https://new.example.org").await, 200);
    assert_eq!(world.status_for("https://old.example.org").await, 403);
}
