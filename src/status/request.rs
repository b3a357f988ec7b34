//! Asks the listener of `--metrics`.

use axum::http::StatusCode;
use tokio::net::lookup_host;

use super::answer::Answer;
use crate::doctor::client::{Target, within};

/// Asks the server whose `--metrics` has this address.
///
/// # Errors
/// A sentence that says why it cannot be asked, and what to do.
pub async fn ask(address: &str) -> Result<Answer, String> {
    let authority = address.strip_prefix("http://").unwrap_or(address).split('/').next().unwrap_or_default();
    let malformed = |error: std::io::Error| {
        format!("{address} is no address that can be asked ({error}): write it like 127.0.0.1:9100.")
    };
    let found = within("address", lookup_host(authority)).await?.map_err(malformed)?.next();
    let mut socket = found.ok_or_else(|| format!("{address} has no address in this network."))?;
    // What a listener of all addresses was started with: it is reached by loopback.
    if socket.ip().is_unspecified() {
        socket.set_ip(if socket.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    if socket.port() == 0 {
        return Err("Port 0 stands for a free one: the server's start-up line \"metrics:\" has the port.".to_owned());
    }
    let target = Target::plain(socket);
    let unreachable = |reason: String| {
        format!(
            "The server at {socket} cannot be asked: {reason}. Does it run, and with --metrics? Its start-up line \
             \"metrics:\" has the address."
        )
    };
    let metrics = target.get("/metrics", &[]).await.map_err(unreachable)?;
    let text = String::from_utf8_lossy(&metrics.body);
    if metrics.status != StatusCode::OK || !text.contains("switchboard_build_info") {
        let is_port_of_clients = target.connection(&[]).await.is_ok_and(|seen| seen.is_some());
        return Err(match is_port_of_clients {
            true => format!(
                "{socket} is the port of clients. Start the server with --metrics ADDR:PORT, and give that address here."
            ),
            false => format!("What listens at {socket} is no Switchboard with --metrics."),
        });
    }
    let reply = target.get("/api/cluster", &[]).await.map_err(unreachable)?;
    let cluster = match reply.status {
        // A server of its own has no such page.
        StatusCode::NOT_FOUND => None,
        _ => Some(serde_json::from_slice(&reply.body).map_err(|_| {
            format!(
                "The server at {socket} answers in a form that Switchboard {} does not read: ask it with its own version.",
                env!("CARGO_PKG_VERSION")
            )
        })?),
    };
    Ok(Answer::new(&text, cluster))
}
