//! The server's own authority: what it signs, and what clients accept of it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::server;

fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// The start-up lines of a server that keeps its certificates here.
async fn start_up_lines(state: &Path) -> String {
    let server = server::build(state, &[]).expect("a server");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    server.banner(&listener).expect("start-up lines").text()
}

/// Whether a TLS client that trusts this authority accepts a certificate for this name that its key has signed.
fn is_accepted(state: &Path, name: &str) -> bool {
    let root = fs::read_to_string(state.join("switchboard-ca.crt")).expect("the authority");
    let key = fs::read_to_string(state.join("switchboard-ca.key")).expect("its key");
    let issuer = Issuer::from_ca_cert_pem(&root, KeyPair::from_pem(&key).expect("a key")).expect("an authority");
    let params = CertificateParams::new([name.to_owned()]).expect("a name");
    let leaf = params.signed_by(&KeyPair::generate().expect("a key"), &issuer).expect("a certificate");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root.as_bytes()).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("a verifier");
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    verifier.verify_server_cert(leaf.der(), &[], &name, &[], UnixTime::now()).is_ok()
}

#[test]
fn stolen_authority_signs_for_private_networks_only() {
    let state = folder();
    server::build(state.path(), &[]).expect("a server that makes its authority");
    for near in ["localhost", "desk.local", "127.0.0.1", "::1", "192.168.1.7", "10.0.0.1", "fd00::7", "fe80::7"] {
        assert!(is_accepted(state.path(), near), "{near}");
    }
    for far in ["example.org", "local.example", "203.0.113.5", "8.8.8.8", "2001:db8::5"] {
        assert!(!is_accepted(state.path(), far), "{far}");
    }
}

#[tokio::test]
async fn start_up_lines_tell_the_fingerprint_of_the_authority() {
    let state = folder();
    let lines = start_up_lines(state.path()).await;
    let root = fs::read(state.path().join("switchboard-ca.crt")).expect("the authority");
    let root = CertificateDer::from_pem_slice(&root).expect("a certificate");
    let digest = ring::digest::digest(&ring::digest::SHA256, &root);
    let expected: String = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    let at = lines.find("Fingerprint ").expect("a fingerprint") + "Fingerprint ".len();
    let printed: String = lines[at..].chars().filter(char::is_ascii_hexdigit).take(64).collect();
    assert_eq!(printed, expected, "{lines}");
    assert!(!lines.contains("signs for every name"), "{lines}");
}

#[tokio::test]
async fn authority_of_an_earlier_version_is_kept_and_reported() {
    let state = folder();
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    let root = params.self_signed(&key).expect("a certificate").pem();
    fs::write(state.path().join("switchboard-ca.crt"), &root).expect("a file");
    fs::write(state.path().join("switchboard-ca.key"), key.serialize_pem()).expect("a file");
    let lines = start_up_lines(state.path()).await;
    assert!(lines.contains("signs for every name") && lines.contains("remove"), "{lines}");
    assert_eq!(fs::read_to_string(state.path().join("switchboard-ca.crt")).expect("a file"), root);
    for file in ["switchboard-ca.crt", "switchboard-ca.key"] {
        fs::remove_file(state.path().join(file)).expect("removed");
    }
    let lines = start_up_lines(state.path()).await;
    assert!(!lines.contains("signs for every name"), "{lines}");
}
