//! What a reverse proxy forwards: the client's address, the scheme, WebSockets, long-polling.

use axum::http::{Method, StatusCode};
use futures_util::StreamExt;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

use super::client::{Connection, Target, within};
use super::report::Finding;
use crate::config::Config;
use crate::http::public_url::PublicUrl;
use crate::net::proxies::TrustedProxies;

/// An address of no client (RFC 5737): a server that sees it has believed a forged header.
const FORGED: &str = "192.0.2.77";
/// The path of the Socket.IO handshake.
const HANDSHAKE: &str = "/socket.io/?EIO=4&transport=";
const LINES: &str = "docs/proxies.md has the lines for nginx, haproxy, Caddy and Apache";

/// Looks at what arrives at the server that answers at the public URL. `own` are the flags of that server, if it runs here.
pub(super) async fn look(target: &Target, url: &PublicUrl, own: Option<&Config>) -> Vec<Finding> {
    let mut findings = addresses(target, own).await;
    findings.push(websocket(target, url).await);
    findings.push(polling(target, url).await);
    findings
}

async fn addresses(target: &Target, own: Option<&Config>) -> Vec<Finding> {
    let (plain, forged) = (target.connection(&[]).await, target.connection(&[("X-Forwarded-For", FORGED)]).await);
    let (Ok(Some(plain)), Ok(Some(forged))) = (plain, forged) else {
        return vec![Finding::skipped("proxy", "The server did not reply twice: run this again.")];
    };
    let expects_proxy = own.is_some_and(|config| config.listening.trust_proxy != TrustedProxies::None);
    let mut findings = vec![proxy(&plain, &forged, target.is_secure, expects_proxy)];
    if target.is_secure && plain.scheme != "https" {
        let sentence = format!(
            "The proxy does not forward the scheme: set X-Forwarded-Proto to the scheme by which it was reached; {LINES}."
        );
        findings.push(Finding::warning("scheme", sentence));
    }
    findings
}

/// What becomes of the client's address.
fn proxy(plain: &Connection, forged: &Connection, is_secure: bool, expects_proxy: bool) -> Finding {
    if forged.address.as_deref() == Some(FORGED) {
        let sentence = format!(
            "A client can claim any address: the proxy forwards the client's own X-Forwarded-For; make it set the header \
             itself ({LINES})."
        );
        return Finding::problem("proxy", sentence);
    }
    match plain.forwarded.as_str() {
        "believed" => Finding::ok("proxy", "The proxy forwards the client's address, and the server believes it."),
        "ignored" => Finding::warning(
            "proxy",
            "The proxy forwards the client's address, but the server does not believe it, so all clients count as one: \
             start the server with --trust-proxy.",
        ),
        _ if is_secure && plain.scheme != "https" => {
            let sentence = format!(
                "The proxy does not forward the client's address, so all clients count as one: make it set \
                 X-Forwarded-For ({LINES}), and start the server with --trust-proxy."
            );
            Finding::warning("proxy", sentence)
        }
        _ if expects_proxy => Finding::warning(
            "proxy",
            "The server has --trust-proxy, but no X-Forwarded-For arrives: make the proxy set it, or leave out the flag.",
        ),
        _ => Finding::ok("proxy", "No reverse proxy shows: the server sees the clients' own connections."),
    }
}

/// Whether a WebSocket is opened, and messages pass at once.
async fn websocket(target: &Target, url: &PublicUrl) -> Finding {
    match open_websocket(target, url).await {
        Ok(()) => Finding::ok("WebSocket", "A WebSocket is opened, and a message arrives by it."),
        Err(Failure::Status(403)) => Finding::problem("WebSocket", not_allowed(url)),
        Err(Failure::Status(503)) => Finding::warning("WebSocket", FULL),
        Err(Failure::Status(status)) => Finding::problem(
            "WebSocket",
            format!(
                "The reply to the WebSocket's handshake is {status} instead of 101: make the proxy forward Upgrade and \
                 Connection by HTTP/1.1; {LINES}."
            ),
        ),
        Err(Failure::Other(why)) => Finding::problem("WebSocket", format!("{why}: {LINES}.")),
    }
}

enum Failure {
    Status(u16),
    Other(String),
}

async fn open_websocket(target: &Target, url: &PublicUrl) -> Result<(), Failure> {
    let scheme = if target.is_secure { "wss" } else { "ws" };
    let address = format!("{scheme}://{}{}{HANDSHAKE}websocket", target.authority(), target.base);
    let mut request = address.into_client_request().map_err(|error| Failure::Other(error.to_string()))?;
    if let Ok(origin) = url.origin_header().parse() {
        request.headers_mut().insert("Origin", origin);
    }
    let (stream, _) = target.connect().await.map_err(Failure::Other)?;
    let opened = within("reply to the WebSocket's handshake", client_async(request, stream)).await;
    let (mut socket, _) = opened.map_err(Failure::Other)?.map_err(|error| match error {
        tungstenite::Error::Http(response) => Failure::Status(response.status().as_u16()),
        error => Failure::Other(format!("no WebSocket ({error})")),
    })?;
    let first = within("first message by the WebSocket", socket.next()).await.map_err(Failure::Other)?;
    // Engine.IO's packet "open".
    let is_open = matches!(&first, Some(Ok(Message::Text(text))) if text.starts_with('0'));
    let _ = within("end of the WebSocket", socket.close(None)).await;
    if is_open {
        Ok(())
    } else {
        Err(Failure::Other("the first message by the WebSocket is not the server's".to_owned()))
    }
}

/// Whether a session of long-polling is opened by one request and closed by the next.
async fn polling(target: &Target, url: &PublicUrl) -> Finding {
    let origin = url.origin_header();
    let headers = [("Origin", origin.as_str())];
    let opened = match target.get(&format!("{HANDSHAKE}polling"), &headers).await {
        Ok(reply) => reply,
        Err(why) => return Finding::problem("polling", format!("{why}: {LINES}.")),
    };
    let text = String::from_utf8_lossy(&opened.body);
    let session = text.strip_prefix(r#"0{"sid":""#).and_then(|rest| rest.split('"').next());
    let session = match (opened.status, session) {
        (StatusCode::OK, Some(session)) => session,
        (StatusCode::FORBIDDEN, _) => return Finding::problem("polling", not_allowed(url)),
        (StatusCode::SERVICE_UNAVAILABLE, _) => return Finding::warning("polling", FULL),
        (status, _) => {
            let sentence = format!("The reply to long-polling is {status}, not a session: {LINES}.");
            return Finding::problem("polling", sentence);
        }
    };
    // Engine.IO's packet "close": no client is left behind.
    let path = format!("{HANDSHAKE}polling&sid={session}");
    match target.request(Method::POST, &path, &headers, "1").await {
        Ok(reply) if reply.status == StatusCode::OK => {
            Finding::ok("polling", "Long-polling works, for networks that let no WebSocket through.")
        }
        Ok(reply) if reply.status == StatusCode::BAD_REQUEST => Finding::problem(
            "polling",
            "The second request of a session is not recognized: if several servers run behind the proxy, it must send \
             the requests of a client to the same one.",
        ),
        Ok(reply) => Finding::problem("polling", format!("The reply to a POST is {}: {LINES}.", reply.status)),
        Err(why) => Finding::problem("polling", format!("A POST fails, {why}: {LINES}.")),
    }
}

fn not_allowed(url: &PublicUrl) -> String {
    format!("The server rejects the pages of {url}: start it with --public-url {url}.")
}

const FULL: &str = "The server has no room for more clients now: see --max-connections, and run this again later.";
