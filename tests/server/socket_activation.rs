//! The listener that a service manager has opened: it outlives the process, so that a restart refuses no connection.
#![cfg(unix)]

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::http::request;
use crate::support::payload::restored;
use crate::support::program::Program;
use crate::support::server::connect;
use crate::support::{Client, within};

const RESTARTS: usize = 10;
const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a free port")
}

#[tokio::test]
async fn socket_of_the_service_manager_stands_before_the_port() {
    let listener = listener();
    let address = listener.local_addr().expect("an address");
    let mut program = Program::start_with_listener(&listener, &[], |line| line.contains("service manager")).await;
    assert_eq!(program.server.address(), address);
    program.log_until("whatever --bind and --port say").await;
    Client::connect(&program.server, "amy").await.leave().await;
    program.stop().await;
    // The socket is still open: who connects now waits for the next process.
    let waiting = connect(address).await.expect("the socket accepts");
    let _next = Program::start_with_listener(&listener, &[], |_| false).await;
    assert_eq!(request(waiting, "GET", "/readyz", &[], b"").await.status, 200);
}

#[tokio::test]
async fn restarts_refuse_no_connection_and_lose_no_offer() {
    let folder = TempDir::new().expect("a folder");
    let state_file = folder.path().join("state.json");
    let flags = ["--state-file", state_file.to_str().expect("readable"), "--drain", "1s"];
    let listener = listener();
    let address = listener.local_addr().expect("an address");
    let mut program = Program::start_with_listener(&listener, &flags, |_| false).await;
    let mut amy = Client::connect(&program.server, "amy").await;
    let offer = amy.emit_with_ack("newOffer", json!({ "type": "offer", "sdp": "v=0" })).await["offerId"].clone();

    let (is_over, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let visits = tokio::spawn({
        let (is_over, served) = (is_over.clone(), served.clone());
        async move {
            while !is_over.load(Ordering::Relaxed) {
                let mut stream = connect(address).await.expect("no connection is refused");
                let mut reply = Vec::new();
                // One that the stopping process has taken already may end without an answer, as any connection may.
                if stream.write_all(REQUEST).await.is_ok() && stream.read_to_end(&mut reply).await.is_ok() {
                    served.fetch_add(usize::from(reply.starts_with(b"HTTP/1.1 200")), Ordering::Relaxed);
                }
            }
        }
    });
    for _ in 0..RESTARTS {
        program.stop().await;
        let before = served.load(Ordering::Relaxed);
        program = Program::start_with_listener(&listener, &flags, |_| false).await;
        within("a visit", async {
            while served.load(Ordering::Relaxed) == before {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    is_over.store(true, Ordering::Relaxed);
    within("the last visit", visits).await.expect("none was refused");
    let mut amy = Client::connect(&program.server, "amy").await;
    assert_eq!(amy.expect("restored").await, restored(&offer, &[], 0));
}
