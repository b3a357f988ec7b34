//! Certificates by ACME with HTTP-01: the listener of `--acme-http`.

use tempfile::TempDir;

use crate::support::TestServer;
use crate::support::pebble::Pebble;
use crate::support::program::Program;
use crate::support::tls::shake_hands;

#[tokio::test]
async fn certificate_is_obtained_by_http_for_several_domains() {
    let Some(mut pebble) = Pebble::prepare() else { return };
    let state = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let flags = pebble.flags("calls.example.org,www.example.org");
    let more = ["--acme-http", "127.0.0.1:0", "--acme-email", "amy@example.org", "--log-level", "debug"];
    let flags: Vec<_> = flags.iter().map(String::as_str).chain(more).collect();
    let program = Program::start_with_state(state.path(), &flags, |_| true).await;
    let address = program.line("acme-http: ").and_then(|line| line.split(' ').nth(1)).expect("a start-up line");
    let http = TestServer::elsewhere(address.parse().expect("an address"));

    // Everything but challenges leads to https, at a domain of the certificate and nowhere else.
    for (host, path, target) in [
        ("www.example.org", "/call?room=7", "https://www.example.org/call?room=7"),
        ("evil.example", "//evil.example/", "https://calls.example.org//evil.example/"),
        ("127.0.0.1", "/", "https://calls.example.org/"),
    ] {
        let reply = http.get_with(path, &[("Host", host)]).await;
        assert_eq!((reply.status, reply.header("location")), (307, Some(target)));
    }
    assert_eq!(http.get("/.well-known/acme-challenge/unknown").await.status, 404);

    pebble.start(http.address().port(), 1, 3600).await;
    let log = program.log_until("the server has a certificate for calls.example.org, www.example.org").await;
    let root = pebble.root().await;
    for domain in ["calls.example.org", "www.example.org"] {
        shake_hands(&program.server, &root, domain).await.unwrap_or_else(|fault| panic!("{domain}: {fault}"));
    }
    let page = program.server.get_with("/api/ice-servers?password=x", &[("Origin", "https://www.example.org")]).await;
    assert_ne!(page.status, 403, "pages of the domains may connect");
    assert_secrets_are_kept(&state, &log.concat());
}

/// Keys are readable by their owner only, and nothing of them is in the log.
fn assert_secrets_are_kept(state: &TempDir, log: &str) {
    let mut files = 0;
    for entry in std::fs::read_dir(state.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if name.starts_with("acme-") {
            files += 1;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "{name}");
            }
            let text = std::fs::read_to_string(&path).expect("a text");
            let secret = text.split_once("key_pkcs8\":\"").map(|(_, rest)| &rest[..40]);
            let secret = secret.or_else(|| text.lines().nth(1)).expect("a key");
            assert!(!log.contains(secret), "{name}");
        }
    }
    assert_eq!(files, 2, "the account and the certificate");
}
