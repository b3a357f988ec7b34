//! Whose pages may speak to this server: a browser names the page's origin (RFC 6454) in every such request.
//!
//! Without this check any web site that a student has open could make calls in their name. The Host header is
//! not believed: a foreign name may point to this machine (DNS rebinding).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use anyhow::{Result, bail};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::tally;
use crate::tls::{host_name, lan_addresses};

/// The origins that are let in.
#[derive(Debug)]
pub struct Origins {
    allowed: Vec<String>,
    host: String,
    /// This machine's own addresses: in some networks they are public ones.
    addresses: Vec<IpAddr>,
}

impl Origins {
    /// Those of this machine and its network, and these.
    ///
    /// # Errors
    /// A text that is no origin: one is `https://example.org` or `https://example.org:8443`.
    pub fn new(allowed: &[String]) -> Result<Self> {
        for origin in allowed {
            if host_of(origin).is_none() {
                bail!(
                    "\"{origin}\" is no web origin: write it like https://example.org or https://example.org:8443, without a path."
                );
            }
        }
        Ok(Self {
            allowed: allowed.iter().map(|origin| origin.to_lowercase()).collect(),
            host: host_name(),
            addresses: lan_addresses(),
        })
    }

    /// Whether a page of this origin is let in.
    pub fn allows(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str().map(str::to_lowercase) else { return false };
        let Some(host) = host_of(&origin) else { return false };
        let is_own = address_of(&host).is_some_and(|address| self.addresses.contains(&address));
        self.allowed.contains(&origin) || is_near(&host) || is_own || (!self.host.is_empty() && host == self.host)
    }
}

/// What a page of a refused origin reads, in the form of the official server's handshake errors.
#[derive(Serialize)]
struct Forbidden {
    code: u8,
    message: &'static str,
}

/// "Forbidden" among the codes of Engine.IO's handshake errors.
const FORBIDDEN: Forbidden = Forbidden {
    code: 4,
    message: "This server does not let pages of this origin connect: start it with --allow-origin and the page's origin; \
              its log names the flag.",
};

/// Refuses a request from a page of a foreign origin. One without an origin is not from a browser.
pub async fn check(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    match request.headers().get(header::ORIGIN) {
        Some(origin) if !origins.allows(origin) => {
            if let Some(origin) = tally::first("wrong-origin", origin.to_str().unwrap_or("(not text)")) {
                tracing::warn!("refused a page of {origin}: to let it in, start with --allow-origin {origin}");
            }
            (StatusCode::FORBIDDEN, Json(FORBIDDEN)).into_response()
        }
        _ => next.run(request).await,
    }
}

/// The host of an origin in lower case; `None` if it is none, as `null`.
fn host_of(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    let authority = uri.authority()?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    let bare =
        uri.path() == "/" && uri.query().is_none() && !origin.ends_with('/') && !authority.as_str().contains('@');
    (web && bare).then(|| authority.host().to_lowercase())
}

/// Whether a host is this machine or in its network.
fn is_near(host: &str) -> bool {
    if host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local") {
        return true;
    }
    match address_of(host) {
        Some(IpAddr::V4(address)) => is_near_v4(address),
        Some(IpAddr::V6(address)) => is_near_v6(address),
        None => false,
    }
}

fn address_of(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

fn is_near_v4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_private() || address.is_link_local()
}

fn is_near_v6(address: Ipv6Addr) -> bool {
    address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
}

/// Whether a Host header names this very machine, for which browsers grant cameras without https.
pub fn is_loopback(host: &str) -> bool {
    let host = host_of(&format!("http://{host}")).unwrap_or_default();
    host == "localhost"
        || host.ends_with(".localhost")
        || address_of(&host).is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> Origins {
        let address = |text: &str| text.parse().unwrap();
        let addresses = vec![address("203.0.113.5"), address("2001:db8::5")];
        Origins { allowed: vec![], host: "desk".into(), addresses }
    }

    fn allows(origins: &Origins, origin: &str) -> bool {
        origins.allows(&HeaderValue::from_str(origin).unwrap())
    }

    #[test]
    fn pages_of_this_machine_and_its_network_are_let_in() {
        let origins = desk();
        for near in [
            "http://localhost",
            "https://LOCALHOST:3000",
            "http://page.localhost:5173",
            "https://mac.local",
            "http://desk:80",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "https://192.168.1.7:3000",
            "http://10.0.0.1",
            "http://172.31.255.255",
            "http://169.254.3.4",
            "https://[::1]:3000",
            "https://[fd00::7]",
            "https://[fe80::1]:8181",
            "https://[::ffff:192.168.1.7]",
            "https://203.0.113.5:8181",
            "https://[2001:db8::5]:8181",
        ] {
            assert!(allows(&origins, near), "{near}");
        }
    }

    #[test]
    fn everything_else_is_kept_out() {
        let origins = desk();
        for far in [
            "null",
            "http://localhost.evil.example",
            "http://evil-localhost",
            "http://notlocal",
            "http://desk.example",
            "http://203.0.113.6",
            "http://172.32.0.1",
            "http://127.0.0.1.evil.example",
            "http://[2001:db8::1]",
            "http://user@localhost",
            "http://localhost/path",
            "http://localhost/",
            "file://localhost",
            "chrome-extension://abcdef",
            "localhost:3000",
            "",
        ] {
            assert!(!allows(&origins, far), "{far}");
        }
    }

    #[test]
    fn an_allowed_origin_is_that_one_and_no_other() {
        let allowed = Origins::new(&["https://Example.org".into()]).unwrap().allowed;
        let origins = Origins { allowed, ..desk() };
        assert!(allows(&origins, "https://example.org"));
        for other in
            ["http://example.org", "https://example.org:8443", "https://www.example.org", "https://example.org.evil"]
        {
            assert!(!allows(&origins, other), "{other}");
        }
        assert!(Origins::new(&["example.org".into()]).is_err());
    }
}
