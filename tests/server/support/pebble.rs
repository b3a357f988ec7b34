//! Pebble, an ACME authority for tests, with a name server that says of every domain that it is on this machine.

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::Stdio;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::http::request;
use super::tls::shake_hands_with;
use super::within;

/// Where an authority will be, and how to reach it before it runs.
pub struct Pebble {
    folder: TempDir,
    port: u16,
    management: u16,
    running: Vec<Child>,
}

impl Pebble {
    /// Chooses free ports and makes a certificate for the directory. `None` where Pebble is not installed; in the CI a
    /// test without it fails.
    pub fn prepare() -> Option<Self> {
        let is_there = |program: &str| {
            std::process::Command::new(program)
                .arg("-help")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok()
        };
        if !is_there("pebble") || !is_there("pebble-challtestsrv") {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "the CI needs Debian's package pebble");
            eprintln!("skipped: Debian's package pebble is not installed");
            return None;
        }
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let root = params.self_signed(&key).expect("an authority");
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let leaf = params.signed_by(&key, &issuer).expect("a certificate");
        for (name, text) in [("ca.pem", root.pem()), ("cert.pem", leaf.pem()), ("key.pem", key.serialize_pem())] {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let [port, management] = [(), ()].map(|()| free_port());
        Some(Self { folder, port, management, running: Vec::new() })
    }

    /// The flags by which a server obtains its certificate for this domain here.
    pub fn flags(&self, domain: &str) -> Vec<String> {
        let directory = format!("https://localhost:{}/dir", self.port);
        let ca = self.path("ca.pem");
        ["--acme", domain, "--acme-directory", &directory, "--acme-ca", &ca].map(str::to_owned).to_vec()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("a path").to_owned()
    }

    /// Starts it. It looks for challenges on these ports of this machine, and issues certificates that are valid for so
    /// many seconds.
    pub async fn start(&mut self, http: u16, tls: u16, valid: u32) {
        let (dns, dns_management) = (free_port(), free_port());
        let mut names = Command::new("pebble-challtestsrv");
        names.args(["-dns01", &format!("127.0.0.1:{dns}"), "-management", &format!("127.0.0.1:{dns_management}")]);
        names.args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]);
        self.running.push(run(names, "Starting management server").await);
        let config = serde_json::json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{}", self.port),
            "managementListenAddress": format!("127.0.0.1:{}", self.management),
            "certificate": self.path("cert.pem"),
            "privateKey": self.path("key.pem"),
            "httpPort": http,
            "tlsPort": tls,
            "certificateValidityPeriod": valid,
        }});
        std::fs::write(self.path("pebble.json"), config.to_string()).expect("a file");
        let mut pebble = Command::new("pebble");
        pebble.args(["-config", &self.path("pebble.json"), "-dnsserver", &format!("127.0.0.1:{dns}")]);
        pebble.env("PEBBLE_VA_NOSLEEP", "1");
        self.running.push(run(pebble, "ACME directory available").await);
    }

    /// Stops it.
    pub async fn stop(&mut self) {
        for mut child in self.running.drain(..) {
            child.kill().await.expect("it ends");
        }
    }

    /// The authority above the certificates that it issues, PEM.
    pub async fn root(&self) -> Vec<u8> {
        let ca = std::fs::read(Path::new(&self.path("ca.pem"))).expect("a file");
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", self.management)).await.expect("it accepts");
        let stream = shake_hands_with(stream, &ca, "localhost").await.expect("trusted");
        let reply = request(stream, "GET", "/roots/0", &[("Host", "localhost")], b"").await;
        assert_eq!(reply.status, 200);
        reply.body
    }
}

/// Starts a program and waits until it has printed this text.
async fn run(mut command: Command, ready: &str) -> Child {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    within("Pebble to be ready", async {
        while !lines.next_line().await.expect("readable").expect("it runs").contains(ready) {}
    })
    .await;
    // It waits for no reader.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}

/// A port that nothing uses, by TCP and by UDP.
fn free_port() -> u16 {
    let free = (0..100).find_map(|_| {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).ok()?.port();
        UdpSocket::bind(("127.0.0.1", port)).is_ok().then_some(port)
    });
    free.expect("a free port")
}
