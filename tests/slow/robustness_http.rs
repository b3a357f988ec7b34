//! HTTP that no browser sends: heads and paths. The server rejects it or closes the connection, on every service.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::bystanders::Bystanders;
use crate::support::folder::{folder, name};
use crate::support::frames::{Service, handshake};
use crate::support::http::{is_refusal, status};
use crate::support::polling::POLLING;
use crate::support::{Bare, TestServer, at_once, within};

/// A request to every service, without the empty line at its end.
fn heads() -> Vec<String> {
    let services = Service::ALL.map(|service| handshake(service.path()).trim_end().to_owned() + "\r\n");
    let others = [
        format!("GET {POLLING} HTTP/1.1\r\nHost: localhost\r\n"),
        format!("POST {POLLING}&sid=AAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"),
        "POST /create-room HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n".into(),
        "GET / HTTP/1.1\r\nHost: localhost\r\n".into(),
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n".into(),
    ];
    services.into_iter().chain(others).collect()
}

#[tokio::test]
async fn head_with_too_many_or_too_long_lines_is_rejected() {
    let server = TestServer::start(&["--gst"]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let huge = "x".repeat(1_000_000);
    let additions = [
        "X-Many: x\r\n".repeat(5_000),
        (0..5_000).map(|number| format!("X-{number}: x\r\n")).collect(),
        "Cookie: a=b\r\n".repeat(5_000),
        "Sec-WebSocket-Protocol: a\r\n".repeat(5_000),
        format!("X-Huge: {huge}\r\n"),
        format!("{huge}: x\r\n"),
        format!("Origin: http://{huge}\r\n"),
        format!("Cookie: {}\r\n", "a=b; ".repeat(200_000)),
    ];
    for head in heads() {
        for addition in &additions {
            let request = format!("{head}{addition}\r\n");
            let status = status(server.stream().await, request.as_bytes()).await;
            assert!(is_refusal(status), "{status:?} to {head} with {addition:.40}");
        }
    }
    bystanders.call_again().await;
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for length in [70_000, 1_000_000] {
        let long = "x".repeat(length);
        let paths = [
            format!("/{long}"),
            format!("/?userId={long}"),
            format!("/ws?userName={long}"),
            format!("{POLLING}&t={long}"),
            format!("/socket.io/{long}"),
            format!("/room/{long}"),
        ];
        for path in paths {
            let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let status = status(server.stream().await, request.as_bytes()).await;
            assert!(is_refusal(status), "{status:?} to {path:.40}");
        }
    }
    // Short enough for HTTP, and too long for a name.
    let long = "x".repeat(60_000);
    for key in ["userName", "lobby", "session"] {
        assert_eq!(Bare::refused(&server, &format!("?password=x&{key}={long}"), &[]).await.status, 400, "{key}");
    }
    let many = "&userName=x".repeat(5_000);
    assert_eq!(Bare::refused(&server, &format!("?password=x{many}"), &[]).await.status, 400);
    bystanders.call_again().await;
}

#[tokio::test]
async fn bytes_that_are_not_http_are_rejected() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let close = "Host: localhost\r\nConnection: close\r\n\r\n";
    let nonsense = [
        "\0\0\0\0\0\0\0\0\r\n\r\n".into(),
        "hello\r\n\r\n".into(),
        "GET\r\n\r\n".into(),
        "GET /\r\n\r\n".into(),
        format!("GET / HTTP/9.9\r\n{close}"),
        format!("GET / FTP/1.1\r\n{close}"),
        format!("GET / HTTP/1.1 x\r\n{close}"),
        format!("GET /a b HTTP/1.1\r\n{close}"),
        format!("G\u{1}T / HTTP/1.1\r\n{close}"),
        format!("GET / HTTP/1.1\r\nX : space before the colon\r\n{close}"),
        format!("GET / HTTP/1.1\r\n X: folded\r\n{close}"),
        format!("GET / HTTP/1.1\r\nX: a\0b\r\n{close}"),
        format!("GET / HTTP/1.1\r\nno colon\r\n{close}"),
        format!("GET / HTTP/1.1\r\n: no name\r\n{close}"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
        "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".into(),
        "SSH-2.0-OpenSSH_9.9\r\n".into(),
        // What begins as TLS does.
        "\u{16}\u{3}\u{1}\u{0}\u{5}hello".into(),
        "\u{16}\u{3}\u{1}\u{0}\u{0}\u{16}\u{3}\u{1}\u{0}\u{0}".into(),
        "<policy-file-request/>\0\r\n\r\n".into(),
    ];
    for nonsense in nonsense {
        let status = status(server.stream().await, nonsense.as_bytes()).await;
        assert!(is_refusal(status), "{status:?} to {nonsense:?}");
    }
    bystanders.call_again().await;
}

#[tokio::test]
async fn a_head_that_never_ends_is_given_up() {
    let server = TestServer::start(&["--gst", "--connect-timeout", "500ms"]).await;
    at_once(heads(), async |head| {
        for part in [&head[..1], &head[..head.len() / 2], &head] {
            let status = status(server.stream().await, part.as_bytes()).await;
            assert!(matches!(status, None | Some(408)), "{status:?} to {part}");
        }
    })
    .await;
}

#[tokio::test]
async fn hundreds_of_unfinished_heads_do_not_delay_others() {
    let server = TestServer::start(&["--gst"]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut held = Vec::new();
    for number in 0..300 {
        let mut stream = server.stream().await;
        let heads = heads();
        let head = &heads[number % heads.len()];
        stream.write_all(&head.as_bytes()[..head.len() * (number % 10) / 10]).await.expect("sent");
        held.push(stream);
    }
    bystanders.call_again().await;
    assert_eq!(server.get("/healthz").await.text(), "ok\n");
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = TestServer::start(&[]).await;
    let mut stream = server.stream().await;
    let ready = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let requests = ready.repeat(500) + last;
    let mut replies = Vec::new();
    within("all replies", async {
        let (mut read, mut write) = stream.split();
        let (sent, received) = tokio::join!(write.write_all(requests.as_bytes()), read.read_to_end(&mut replies));
        sent.and(received).expect("all is answered");
    })
    .await;
    let replies = String::from_utf8_lossy(&replies);
    assert_eq!(replies.matches("\r\n\r\nready\n").count(), 500);
    assert!(replies.ends_with("ok\n"));
}

#[tokio::test]
async fn unknown_paths_get_a_client_error() {
    let dir = folder(&["index.html", "secret.key"]);
    for flags in [&[][..], &[name(&dir)]] {
        let server = TestServer::start(flags).await;
        let mut bystanders = Bystanders::talking(&server).await;
        let paths = [
            "/%00",
            "/%ff%fe",
            "/%",
            "/%zz",
            "/..%2f..%2fetc%2fpasswd",
            "/../../etc/passwd",
            "//etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/..\\..\\etc\\passwd",
            "/socket.io/../secret.key",
            "/socket.io//",
            "/socket.io/%00",
            "/socket.io/?EIO=4&transport=polling/../",
            "/secret.key",
            "/SECRET.KEY",
            "/secret.key%00.html",
            "/room/%00/x",
            "/api/qr.svg",
            "/api/nothing",
            "/switchboard-ca.crt/x",
        ];
        for path in paths {
            let reply = server.get(path).await;
            assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
        }
        bystanders.call_again().await;
    }
}

#[tokio::test]
async fn request_for_many_ranges_gets_at_most_the_file() {
    let dir = folder(&["index.html", "large.txt"]);
    std::fs::write(dir.path().join("large.txt"), vec![b'x'; 100_000]).expect("written");
    let server = TestServer::start(&[name(&dir)]).await;
    for ranges in [
        "0-,".repeat(1_000),
        "0-0,".repeat(1_000),
        "-1,".repeat(1_000),
        "5-1".into(),
        "x".into(),
        "0-99999999999999999999".into(),
    ] {
        let ranges = format!("bytes={}", ranges.trim_end_matches(','));
        let reply = server.get_with("/large.txt", &[("Range", &ranges)]).await;
        assert!(matches!(reply.status, 200 | 206 | 416), "{}", reply.status);
        assert!(reply.body.len() <= 100_000, "{} bytes", reply.body.len());
    }
}

#[tokio::test]
async fn request_for_another_upgrade_gets_the_page() {
    let server = TestServer::start(&[]).await;
    for upgrade in ["h2c", "HTTP/2.0", "TLS/1.3", "foo", ""] {
        let headers = [("Connection", "Upgrade, close"), ("Upgrade", upgrade)];
        for path in ["/", "/index.html"] {
            let reply = server.get_with(path, &headers).await;
            assert_eq!(reply.status, 200, "{upgrade} at {path}: {}", reply.text());
        }
    }
}
