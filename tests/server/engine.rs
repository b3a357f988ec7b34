//! The engine beneath socketioxide is our own: cargo only warns if a patch goes unused, and everything works on the
//! other engine, too, slower.

use std::net::Ipv4Addr;

use axum::Router;
use socketioxide::SocketIo;
use socketioxide::extract::SocketRef;
use switchboard_conn::ConnHandle;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::polling::{new_session, poll};
use crate::support::program::Program;
use crate::support::{Client, TestServer, within};

#[tokio::test]
async fn engine_beneath_socketioxide_is_our_own() {
    let (service, io) = SocketIo::new_svc();
    let (tell, mut opened) = mpsc::unbounded_channel();
    io.ns("/", move |socket: SocketRef| {
        tell.send(ConnHandle::of(&socket.req_parts().extensions).is_some()).ok();
        std::future::ready(())
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let routes = Router::new().route_service("/socket.io/", service);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let sid = new_session(address).await;
    assert_eq!(poll(address, "POST", &sid, "40").await.status, 200);
    assert_eq!(within("the connection", opened.recv()).await, Some(true));
}

#[tokio::test]
async fn refused_handshake_has_the_official_body() {
    let server = TestServer::start(&[]).await;
    let reply = server.get("/socket.io/?EIO=3&transport=polling").await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.text(), r#"{"code":5,"message":"Unsupported protocol version"}"#);
    let reply = server.get("/socket.io/?EIO=4&transport=foo").await;
    assert_eq!(reply.text(), r#"{"code":0,"message":"Transport unknown"}"#);
}

/// On the engine of crates.io it was 20 KiB. A buffer that an idle connection keeps would show as well.
#[tokio::test]
async fn idle_websocket_costs_less_than_seven_kibibytes() {
    const CLIENTS: usize = 600;
    let program = Program::start(&["--log-level", "error", "--max-connections-per-address", "10000"]).await;
    let mut clients = Vec::new();
    let connect = async |clients: &mut Vec<Client>, most: usize| {
        while clients.len() < most {
            clients.push(Client::connect(&program.server, &format!("u{}", clients.len())).await);
        }
    };
    // What is allocated once, however many come.
    connect(&mut clients, 100).await;
    let Some(before) = program.usage() else { return };
    connect(&mut clients, 100 + CLIENTS).await;
    let after = program.settled(|usage| usage.resident < before.resident + 7 * CLIENTS).await.expect("as before");
    let each = after.resident.saturating_sub(before.resident) as f64 / CLIENTS as f64;
    assert!(each < 7.0, "{each:.1} KiB for each");
}
