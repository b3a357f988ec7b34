//! Bodies that no browser sends: too long, without an end, of a length that is none. They are refused, and leave nothing.

use tokio::io::AsyncWriteExt;

use crate::support::TestServer;
use crate::support::bystanders::Bystanders;
use crate::support::http::{is_refusal, status};
use crate::support::http_server::HttpServer;
use crate::support::pair_user::{create, post};
use crate::support::polling::{POLLING, fetch_until, poll, session};
use crate::support::server::connect;

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
    bystanders.call_again().await;
}

#[tokio::test]
async fn oversized_body_is_rejected_with_and_without_length() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let packets = ["4".to_owned() + &"x".repeat(1_100_000), "3\u{1e}".repeat(550_000), "\u{1e}".repeat(1_100_000)];
    for address in [http_server.address, server.address()] {
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
    bystanders.call_again().await;
    http_server.expect_empty().await;
}

#[tokio::test]
async fn a_body_that_is_broken_off_leaves_nothing() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let bodies = [
        "Content-Length: 1000\r\n\r\n42[\"test\"]",
        "Transfer-Encoding: chunked\r\n\r\n5\r\n42[",
        "Content-Length: 5\r\n\r\n",
    ];
    for body in bodies {
        let sid = session(http_server.address).await;
        let head = format!("POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: localhost\r\n{body}");
        let mut stream = connect(http_server.address).await.expect("the server accepts");
        stream.write_all(head.as_bytes()).await.expect("sent");
        drop(stream);
        poll(http_server.address, "POST", &sid, "1").await;
    }
    http_server.expect_empty().await;
}

#[tokio::test]
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
async fn polling_body_sent_byte_by_byte_is_one_body() {
    let server = TestServer::start(&[]).await;
    let sid = session(server.address()).await;
    let body = "42[\"💥\",\"💥\"]\u{1e}427[\"test\"]\u{1e}428[\"test\"]";
    let drops: Vec<u8> =
        body.bytes().flat_map(|byte| [b"1\r\n".as_slice(), &[byte], b"\r\n"].concat()).chain(*b"0\r\n\r\n").collect();
    let head = format!(
        "POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    assert_eq!(status(server.stream().await, &[head.as_bytes(), &drops].concat()).await, Some(200));
    let received = fetch_until(server.address(), &sid, "438[").await;
    assert!(received.contains(r#"437["pong"]"#), "{received}");
}

#[tokio::test]
async fn pair_request_body_of_any_content_type_is_read() {
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
