//! HTTP that no browser sends: heads, bodies and paths. It is refused or its connection closed, whatever door it was
//! meant for.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::bystanders::Bystanders;
use crate::support::entrance::Entrance;
use crate::support::folder::{folder, name};
use crate::support::frames::{Door, handshake};
use crate::support::pair_user::{create, post};
use crate::support::polling::{POLLING, poll, session};
use crate::support::server::connect;
use crate::support::{Bare, TestServer, within};

/// The status of what comes back for these bytes, or nothing where the server closes without a word. (It may close
/// before it has read all, and then the reply gets lost.)
async fn status(mut stream: TcpStream, bytes: &[u8]) -> Option<u16> {
    let mut reply = Vec::new();
    within("the server to answer and close", async {
        stream.write_all(bytes).await.ok();
        stream.read_to_end(&mut reply).await.ok();
    })
    .await;
    let reply = String::from_utf8_lossy(&reply);
    let status = reply.split(' ').nth(1)?;
    Some(status.parse().unwrap_or_else(|_| panic!("no status: {reply}")))
}

fn is_refusal(status: Option<u16>) -> bool {
    status.is_none_or(|status| (400..600).contains(&status) && status != 500)
}

/// A request at every door, without the empty line at its end.
fn heads() -> Vec<String> {
    let doors = Door::ALL.map(|door| handshake(door.path()).trim_end().to_owned() + "\r\n");
    let others = [
        format!("GET {POLLING} HTTP/1.1\r\nHost: localhost\r\n"),
        format!("POST {POLLING}&sid=AAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"),
        "POST /create-room HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n".into(),
        "GET / HTTP/1.1\r\nHost: localhost\r\n".into(),
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n".into(),
    ];
    doors.into_iter().chain(others).collect()
}

#[tokio::test]
async fn a_head_of_thousands_of_lines_or_with_a_huge_one_is_refused() {
    let server = TestServer::start(&[]).await;
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
    bystanders.call_anew().await;
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
    bystanders.call_anew().await;
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
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
    bystanders.call_anew().await;
}

#[tokio::test]
async fn a_body_whose_length_cannot_be_believed_is_refused() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let bodies = [
        "Content-Length: -1\r\n\r\n",
        "Content-Length: +1\r\n\r\nx",
        "Content-Length: 0x10\r\n\r\n",
        "Content-Length: 1,2\r\n\r\nxx",
        "Content-Length: 99999999999999999999999\r\n\r\n",
        "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "Transfer-Encoding: gzip\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\nx\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n",
        &format!("Transfer-Encoding: chunked\r\n\r\n1;{}\r\nx\r\n0\r\n\r\n", "x".repeat(1_000_000)),
        &format!("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n{}\r\n", "X-Trailer: x\r\n".repeat(5_000)),
        &format!("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: {}\r\n\r\n", "x".repeat(1_000_000)),
    ];
    for body in bodies {
        let sid = session(server.address()).await;
        for path in [format!("{POLLING}&sid={sid}"), "/create-room".into()] {
            let request = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{body}");
            let status = status(server.stream().await, request.as_bytes()).await;
            assert!(is_refusal(status), "{status:?} to {path} with {body:?}");
        }
    }
    bystanders.call_anew().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_and_without_a_length() {
    let entrance = Entrance::open(&["--reconnect-grace", "0s"]).await;
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let packets = ["4".to_owned() + &"x".repeat(1_100_000), "3\u{1e}".repeat(550_000), "\u{1e}".repeat(1_100_000)];
    for address in [entrance.address, server.address()] {
        for body in &packets {
            let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
            let drops: String = body
                .as_bytes()
                .chunks(1_000)
                .map(|drop| format!("{:x}\r\n{}\r\n", drop.len(), String::from_utf8_lossy(drop)))
                .collect();
            let bodies = [
                format!("Content-Length: {}\r\n\r\n{body}", body.len()),
                format!("Transfer-Encoding: chunked\r\n\r\n{chunk}"),
                format!("Transfer-Encoding: chunked\r\n\r\n{drops}0\r\n\r\n"),
            ];
            for body in bodies {
                let sid = session(address).await;
                let head = format!("POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
                let stream = connect(address).await.expect("the server accepts");
                let status = status(stream, (head + &body).as_bytes()).await;
                assert!(matches!(status, None | Some(400 | 413)), "{status:?} to {body:.60}");
                assert_eq!(poll(address, "GET", &sid, "").await.status, 400, "its session is over");
            }
        }
    }
    let large = format!(r#"{{"roomName":"tea","userId":"{}"}}"#, "x".repeat(3_000_000));
    for path in ["/create-room", "/destroy-room"] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{large}",
            large.len()
        );
        let status = status(server.stream().await, request.as_bytes()).await;
        assert!(is_refusal(status), "{status:?} to {path}");
    }
    bystanders.call_anew().await;
    entrance.expect_empty().await;
}

#[tokio::test]
async fn a_body_that_is_broken_off_leaves_nothing() {
    let entrance = Entrance::open(&["--reconnect-grace", "0s"]).await;
    let bodies = [
        "Content-Length: 1000\r\n\r\n42[\"test\"]",
        "Transfer-Encoding: chunked\r\n\r\n5\r\n42[",
        "Content-Length: 5\r\n\r\n",
    ];
    for body in bodies {
        let sid = session(entrance.address).await;
        let head = format!("POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: localhost\r\n{body}");
        let mut stream = connect(entrance.address).await.expect("the server accepts");
        stream.write_all(head.as_bytes()).await.expect("sent");
        drop(stream);
        poll(entrance.address, "POST", &sid, "1").await;
    }
    entrance.expect_empty().await;
}

#[tokio::test]
#[ignore = "a body may take for ever: nothing ends its connection yet"]
async fn a_body_that_never_ends_is_given_up() {
    let server =
        TestServer::start(&["--connect-timeout", "500ms", "--ping-interval", "300ms", "--ping-timeout", "300ms"]).await;
    let sid = session(server.address()).await;
    for path in [format!("{POLLING}&sid={sid}"), "/create-room".into()] {
        for length in ["Content-Length: 100\r\n\r\n4", "Transfer-Encoding: chunked\r\n\r\n5\r\n4"] {
            let request = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{length}");
            let status = status(server.stream().await, request.as_bytes()).await;
            assert!(is_refusal(status), "{status:?} to {request}");
        }
    }
}

#[tokio::test]
#[ignore = "a head may take for ever: the time-out comes with our own serving of HTTP"]
async fn a_head_that_never_ends_is_given_up() {
    let server = TestServer::start(&["--connect-timeout", "500ms"]).await;
    for head in heads() {
        for part in [&head[..1], &head[..head.len() / 2], &head] {
            let status = status(server.stream().await, part.as_bytes()).await;
            assert!(matches!(status, None | Some(408)), "{status:?} to {part}");
        }
    }
}

#[tokio::test]
async fn hundreds_who_are_half_way_through_their_heads_keep_nobody_waiting() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut held = Vec::new();
    for number in 0..300 {
        let mut stream = server.stream().await;
        let heads = heads();
        let head = &heads[number % heads.len()];
        stream.write_all(&head.as_bytes()[..head.len() * (number % 10) / 10]).await.expect("sent");
        held.push(stream);
    }
    bystanders.call_anew().await;
    assert_eq!(server.get("/healthz").await.text(), "ok\n");
}

#[tokio::test]
async fn requests_one_upon_the_other_are_answered_in_order() {
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
async fn paths_that_lead_nowhere_are_told_so() {
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
        bystanders.call_anew().await;
    }
}

#[tokio::test]
async fn a_request_for_many_ranges_is_not_answered_by_more_than_the_file() {
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
async fn bodies_for_pairs_are_read_whatever_they_are_called() {
    let server = TestServer::start(&[]).await;
    for (number, kind) in ["application/json", "text/plain", "image/png", "multipart/form-data", ""].iter().enumerate()
    {
        let body = format!(r#"{{"roomName":"{number}","userId":1,"__proto__":{{"userId":2}}}}"#);
        let reply = server.request("POST", "/create-room", &[("Content-Type", kind)], body.as_bytes()).await;
        assert_eq!(reply.status, 200, "{kind}");
    }
    for odd in ["__proto__", "constructor", "../..", "\u{0}", "💥"] {
        create(&server, odd, odd.into()).await;
    }
    assert_eq!(post(&server, "/create-room", "\u{feff}{}").await.status, 400);
}

#[tokio::test]
async fn a_polling_body_that_comes_in_drops_is_one_body() {
    let server = TestServer::start(&[]).await;
    let sid = session(server.address()).await;
    let body = "42[\"💥\",\"💥\"]\u{1e}427[\"test\"]\u{1e}428[\"test\"]";
    let drops: Vec<u8> =
        body.bytes().flat_map(|byte| [b"1\r\n".as_slice(), &[byte], b"\r\n"].concat()).chain(*b"0\r\n\r\n").collect();
    let head = format!(
        "POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    assert_eq!(status(server.stream().await, &[head.as_bytes(), &drops].concat()).await, Some(200));
    let mut told = String::new();
    while !told.contains("438[") {
        told += &poll(server.address(), "GET", &sid, "").await.text();
    }
    assert!(told.contains(r#"437["pong"]"#), "{told}");
}

#[tokio::test]
async fn who_asks_for_another_upgrade_gets_the_page() {
    let server = TestServer::start(&[]).await;
    for upgrade in ["h2c", "HTTP/2.0", "TLS/1.3", "foo", ""] {
        let headers = [("Connection", "Upgrade, close"), ("Upgrade", upgrade)];
        for path in ["/", "/index.html"] {
            let reply = server.get_with(path, &headers).await;
            assert_eq!(reply.status, 200, "{upgrade} at {path}: {}", reply.text());
        }
    }
}
