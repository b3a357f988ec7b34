//! Which web pages may connect: pages of this machine and its network, and origins that `--allow-origin` names; on
//! polling, on a POST to a session, and on WebSocket ("Origins").

use serde_json::{Value, json};

use crate::support::http::Reply;
use crate::support::program::Program;
use crate::support::wire::web_socket;
use crate::support::{Bare, Client, TestServer, Transport};

const POLL: &str = "/socket.io/?EIO=4&transport=polling";

const ALLOWED: [&str; 18] = [
    "http://localhost",
    "https://localhost:3000",
    "http://app.localhost:5173",
    "https://my-laptop.local:8181",
    "http://127.0.0.1:8181",
    "https://127.8.8.8",
    "http://192.168.1.7:3000",
    "https://10.0.0.1",
    "https://172.16.0.1:1",
    "http://172.31.255.255",
    "http://169.254.1.1",
    "http://[::1]:3000",
    "https://[fe80::1]:8181",
    "http://100.101.102.103:8181",
    "http://0.0.0.0:8181",
    "http://localhost.:8181",
    "https://desk.lan",
    "https://page.test",
];

const FOREIGN: [&str; 22] = [
    "null",
    "https://evil.example",
    "https://localhost.evil.example",
    "https://evil-localhost",
    "https://evillocalhost:3000",
    "https://local",
    "https://evil.example:localhost",
    "https://localhost@evil.example",
    "https://evil.example/localhost",
    "https://evil.example#.local",
    "https://192.168.1.7.evil.example",
    "https://127.0.0.1.evil.example",
    "https://10.evil.example",
    "https://172.32.0.1",
    "https://8.8.8.8",
    "https://[2001:4860:4860::8888]",
    "file://",
    "",
    "https://desk.tail1234.ts.net",
    "capacitor://localhost",
    "https://100.128.0.1",
    "https://evil.lan.example",
];

async fn poll_from(server: &TestServer, origin: &str) -> Reply {
    server.get_with(POLL, &[("Origin", origin)]).await
}

#[tokio::test]
async fn origin_of_this_machine_or_its_network_is_accepted() {
    let server = TestServer::start(&[]).await;
    for origin in ALLOWED {
        let reply = poll_from(&server, origin).await;
        assert_eq!(reply.status, 200, "{origin}");
        assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
        assert_eq!(reply.header("access-control-allow-credentials"), Some("true"), "{origin}");
        assert!(web_socket(&server, "", Some(origin)).await.is_ok(), "{origin}");
    }
}

#[tokio::test]
async fn client_without_origin_is_accepted() {
    let server = TestServer::start(&[]).await;
    assert_eq!(server.get(POLL).await.status, 200);
    assert!(web_socket(&server, "", None).await.is_ok());
}

#[tokio::test]
async fn foreign_pages_are_refused_on_polling_and_on_web_socket() {
    let server = TestServer::start(&[]).await;
    for origin in FOREIGN {
        let reply = poll_from(&server, origin).await;
        assert_eq!(reply.status, 403, "{origin}");
        let refused = web_socket(&server, "", Some(origin)).await.err();
        assert!(refused.is_some_and(|fault| fault.contains("403")), "{origin}");
    }
}

#[tokio::test]
async fn a_foreign_page_is_refused_on_a_session_that_it_knows() {
    let server = TestServer::start(&[]).await;
    let amy = Client::connect_by(&server, Transport::Polling, "amy").await;
    let path = format!("{POLL}&sid={}", amy.handshake["sid"].as_str().expect("a session id"));
    let forged = b"42[\"newOffer\",{\"type\":\"offer\",\"sdp\":\"forged\"}]";
    for origin in FOREIGN {
        for method in ["POST", "GET"] {
            let reply = server.request(method, &path, &[("Origin", origin)], forged).await;
            assert_eq!(reply.status, 403, "{method} from {origin}");
        }
        let sid = format!("&sid={}", amy.handshake["sid"].as_str().expect("a session id"));
        let refused = web_socket(&server, &sid, Some(origin)).await.err();
        assert!(refused.is_some_and(|fault| fault.contains("403")), "{origin}");
    }
    let mut bob = Client::connect(&server, "bob").await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn an_origin_in_other_letters_is_the_same() {
    let server = TestServer::start_patient(&["--password", "secret", "--allow-origin", "https://course.example"]).await;
    for origin in ["HTTPS://LOCALHOST:3000", "https://Course.Example"] {
        assert_eq!(poll_from(&server, origin).await.status, 200, "{origin}");
        assert!(web_socket(&server, "", Some(origin)).await.is_ok(), "{origin}");
        assert_eq!(others(&server, &[("Origin", origin)]).await, [401; 4], "{origin}");
    }
}

#[tokio::test]
async fn origin_in_the_flag_is_accepted_and_no_other() {
    let server =
        TestServer::start(&["--allow-origin", "https://course.example", "--allow-origin", "https://b.example:444"])
            .await;
    for origin in ["https://course.example", "https://b.example:444"] {
        assert_eq!(poll_from(&server, origin).await.status, 200, "{origin}");
        assert!(web_socket(&server, "", Some(origin)).await.is_ok(), "{origin}");
    }
    let others = ["https://www.course.example", "https://course.example.evil.example", "https://b.example", "null"];
    for origin in others {
        assert_eq!(poll_from(&server, origin).await.status, 403, "{origin}");
    }
    // The usual ones are not shut out by it.
    assert_eq!(poll_from(&server, "https://localhost:3000").await.status, 200);
}

#[tokio::test]
async fn allowed_application_origin_connects() {
    for (named, sent) in [
        ("null", "null"),
        ("file://", "file://"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("tauri://localhost/", "tauri://localhost"),
        ("ionic://localhost", "ionic://localhost"),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
        ("https://*.example.org", "https://a.b.example.org"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://example.org:443", "https://example.org"),
    ] {
        let server = TestServer::start_patient(&["--password", "secret", "--allow-origin", named]).await;
        let reply = poll_from(&server, sent).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some(sent)), "{named}");
        assert_eq!(others(&server, &[("Origin", sent)]).await, [401; 4], "{named}");
        assert_eq!(poll_from(&server, "https://example.com").await.status, 403, "{named}");
    }
}

#[tokio::test]
async fn certificate_name_given_by_flag_is_allowed_origin() {
    let dir = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let names = ["calls.example.org", "*.example.com"].map(str::to_owned);
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let (cert, key) = (dir.path().join("cert.crt"), dir.path().join("cert.key"));
    std::fs::write(&cert, made.cert.pem()).expect("a file");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
    std::fs::write(dir.path().join("index.html"), "page").expect("a file");
    let [folder, cert, key] = [dir.path(), &cert, &key].map(|path| path.to_str().expect("a path"));

    let server = TestServer::start(&["--cert", cert, "--key", key]).await;
    assert_eq!(poll_from(&server, "https://calls.example.org:8181").await.status, 200);
    for other in ["http://calls.example.org:8181", "https://www.example.com", "https://www.calls.example.org"] {
        assert_eq!(poll_from(&server, other).await.status, 403, "{other}");
    }
    // A folder's certificate decides nothing.
    let server = TestServer::start(&[folder]).await;
    assert_eq!(poll_from(&server, "https://calls.example.org:8181").await.status, 403);
}

#[tokio::test]
async fn the_host_header_is_not_believed() {
    let server = TestServer::start_patient(&["--password", "secret"]).await;
    // DNS rebinding: the page and the address it asks have the same name, and it is not ours.
    for origin in ["http://rebound.example", "http://rebound.example:8181"] {
        let host = origin.strip_prefix("http://").expect("http");
        let headers = [("Origin", origin), ("Host", host), ("X-Forwarded-Host", host)];
        assert_eq!(server.get_with(POLL, &headers).await.status, 403, "{origin}");
        assert_eq!(others(&server, &headers).await, [403; 4], "{origin}");
    }
    // Nor is it held against a page that may come.
    let headers = [("Origin", "http://localhost:3000"), ("Host", "rebound.example")];
    assert_eq!(server.get_with(POLL, &headers).await.status, 200);
    assert_eq!(others(&server, &headers).await, [401; 4]);
}

/// How the other services answer a page with these headers and no password: the bare WebSocket, pairs by WebSocket, and
/// their two requests. A request that is accepted up to the password gets 401.
async fn others(server: &TestServer, headers: &[(&str, &str)]) -> [u16; 4] {
    let body = br#"{"roomName":"tea","userId":1}"#;
    [
        Bare::refused(server, "?userName=amy", headers).await.status,
        Bare::refused_at(server, "/?userId=1", headers).await.status,
        server.request("POST", "/create-room", headers, body).await.status,
        server.request("POST", "/destroy-room", headers, body).await.status,
    ]
}

#[tokio::test]
async fn origin_rule_is_the_same_on_every_path() {
    let server =
        TestServer::start_patient(&["--password", "secret", "--allow-origin", "https://course.example:444"]).await;
    for origin in ALLOWED.into_iter().chain(["https://course.example:444"]) {
        assert_eq!(others(&server, &[("Origin", origin)]).await, [401; 4], "{origin}");
    }
    let near_misses = ["https://course.example", "http://course.example:444", "https://course.example:4444"];
    for origin in FOREIGN.into_iter().chain(near_misses) {
        assert_eq!(others(&server, &[("Origin", origin)]).await, [403; 4], "{origin}");
    }
    // No browser.
    assert_eq!(others(&server, &[]).await, [401; 4]);
}

#[tokio::test]
async fn request_with_several_origins_is_rejected() {
    let server = TestServer::start_patient(&["--password", "secret"]).await;
    for pair in ["http://localhost, https://evil.example", "http://localhost https://evil.example"] {
        assert_eq!(poll_from(&server, pair).await.status, 403, "{pair}");
        assert_eq!(others(&server, &[("Origin", pair)]).await, [403; 4], "{pair}");
    }
}

#[tokio::test]
async fn a_browser_may_ask_before_it_polls_from_another_origin() {
    let server = TestServer::start(&[]).await;
    for origin in ["https://localhost:3000", "http://192.168.1.7:3000"] {
        let asks = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type,x-own"),
        ];
        let reply = server.request("OPTIONS", POLL, &asks, b"").await;
        assert!(matches!(reply.status, 200 | 204), "{origin}: {}", reply.status);
        assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
        let methods = reply.header("access-control-allow-methods").unwrap_or_default().to_owned();
        assert!(methods.contains("POST") && methods.contains("GET"), "{methods}");
        let headers = reply.header("access-control-allow-headers").unwrap_or_default().to_lowercase();
        assert!(headers.contains("content-type") && headers.contains("x-own"), "{headers}");
        let vary = reply.header("vary").unwrap_or_default().to_lowercase();
        assert!(vary.contains("origin"), "{vary}");
    }
}

#[tokio::test]
async fn refused_page_reads_the_sentence_on_every_way_in() {
    let server = TestServer::start(&[]).await;
    for origin in ["https://evil.example", "null"] {
        for (method, path) in [("GET", POLL), ("POST", POLL), ("POST", "/create-room"), ("GET", "/ws?userName=amy")] {
            // A browser asks first where the request is not a simple one, and is then allowed to send it.
            let asks = [("Origin", origin), ("Access-Control-Request-Method", method)];
            let asked = server.request("OPTIONS", path, &asks, b"").await;
            let reply = server.request(method, path, &[("Origin", origin)], b"{}").await;
            for reply in [&asked, &reply] {
                assert_eq!(reply.header("access-control-allow-origin"), Some(origin), "{method} {path}");
                assert_eq!(reply.header("access-control-allow-credentials"), Some("true"), "{method} {path}");
            }
            assert_eq!((asked.status, reply.status), (200, 403), "{method} {path}");
            let error: Value = serde_json::from_slice(&reply.body).expect("JSON");
            assert_eq!(error["code"], 4, "as the official server's \"Forbidden\"");
            assert!(error["message"].as_str().is_some_and(|message| message.contains("--allow-origin")), "{error}");
        }
    }
}

#[tokio::test]
async fn client_script_is_public_for_every_origin() {
    let server = TestServer::start(&[]).await;
    for file in ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"] {
        for origin in ["https://evil.example", "null", "http://localhost:3000"] {
            let reply = server.get_with(&format!("/socket.io/{file}"), &[("Origin", origin)]).await;
            assert_eq!(reply.status, 200, "{file} for {origin}");
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{file} for {origin}");
            let tag = reply.header("etag").expect("a tag");
            let known = [("Origin", origin), ("If-None-Match", tag)];
            let unchanged = server.get_with(&format!("/socket.io/{file}"), &known).await;
            assert_eq!(unchanged.header("access-control-allow-origin"), Some("*"), "{file} for {origin}");
        }
    }
}

#[tokio::test]
async fn rejected_origin_is_logged_once_each() {
    let mut program =
        Program::start_keeping(&[], |line| line.contains("--allow-origin") || line.contains("since")).await;
    let origins = ["https://a.example", "https://b.example", "https://c.example", "null"];
    for origin in [&origins[..], &origins, &[origins[0]; 20], &["https://last.example"]].concat() {
        assert_eq!(poll_from(&program.server, origin).await.status, 403);
    }
    program.stop().await;
    let log = program.log_until("since the start").await;
    for origin in [&origins[..], &["https://last.example"]].concat() {
        let named = log.iter().filter(|line| line.contains(&format!("--allow-origin {origin} request="))).count();
        assert_eq!(named, 1, "{origin} in {log:#?}");
    }
    assert!(log.last().is_some_and(|line| line.contains("wrong-origin 29")), "{log:#?}");
}

#[tokio::test]
async fn a_foreign_page_learns_nothing_from_a_listed_offer() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit_with_ack("newOffer", json!("secret")).await;
    let reply = poll_from(&server, "https://evil.example").await;
    assert!(!reply.text().contains("secret") && !reply.text().contains("sid"), "{}", reply.text());
}
