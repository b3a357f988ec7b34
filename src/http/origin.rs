//! Which pages may connect: a browser sends the page's origin (RFC 6454) with every request of a script.
//!
//! Without this check, any web site that a student has open could make calls in the student's name. The Host header proves
//! nothing: a foreign name may point to this machine (DNS rebinding).

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::allowed_origins::AllowedOrigins;
use super::options::RouterOptions;
use super::web_origin::WebOrigin;
use crate::auth::client_addr::ClientAddr;
use crate::auth::same_origin::IsSameOrigin;
use crate::inspect::recorder::Recorder;
use crate::metrics;
use crate::net::address::is_private;
use crate::net::certified_names::CertifiedNames;
use crate::net::host::{lan_addresses, own_names};
use crate::net::request_id::RequestId;

/// Names that no host on the Internet has: those of one machine, of home networks, and for tests.
const NEAR_NAMES: [&str; 6] = ["localhost", "local", "lan", "home.arpa", "internal", "test"];

/// The origins whose pages may connect.
#[derive(Debug)]
pub(super) struct Origins {
    allowed: AllowedOrigins,
    /// This machine's own names.
    names: Vec<String>,
    /// This machine's own addresses. In some networks they are public.
    addresses: Vec<IpAddr>,
    /// The names for which the user has given a certificate. Their https pages may connect.
    certified: CertifiedNames,
    /// The origin of `--public-url`.
    public: Option<String>,
    recorder: Recorder,
}

impl Origins {
    /// Allows pages of this machine and its network, these origins, and https pages of the `certified` names.
    pub(super) fn new(options: &RouterOptions, allowed: AllowedOrigins, recorder: Recorder) -> Self {
        let RouterOptions { certified, public_url, .. } = options;
        let public = public_url.as_ref().map(|url| url.origin().to_string());
        Self { allowed, names: own_names(), addresses: lan_addresses(), certified: certified.clone(), public, recorder }
    }

    /// Whether a page of this origin may connect.
    pub(super) fn allows(&self, origin: &HeaderValue) -> bool {
        let Some(origin) = origin.to_str().ok().and_then(WebOrigin::parse) else { return false };
        if self.allowed.allow(&origin) {
            return true;
        }
        let WebOrigin::Site { scheme, host, .. } = &origin else { return false };
        match scheme.as_str() {
            "http" => self.is_near(host),
            "https" => self.is_near(host) || self.certified.contains(host),
            _ => false,
        }
    }

    /// Whether a page of this origin, if there is a page, is one of this server: at the host that the request names, or at
    /// that of `--public-url`.
    pub(super) fn is_same(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host_of_page = origin.split_once("://").map(|(_, host)| host);
        self.public.as_deref() == Some(origin)
            || host_of_page.zip(host).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
    }

    /// Whether a host is this machine or in its network.
    pub(super) fn is_near(&self, host: &str) -> bool {
        // A name may end with a dot (RFC 1034, section 3.1).
        let host = host.strip_suffix('.').unwrap_or(host);
        if let Some(address) = address_of(host) {
            return is_private(address) || address.is_unspecified() || self.addresses.contains(&address);
        }
        host == "localhost"
            || NEAR_NAMES.iter().any(|name| is_within(host, name))
            || self.names.iter().any(|name| name == host)
    }
}

/// Why a page is rejected, and which flag allows it: for the log and for the page.
fn refusal(origin: &HeaderValue) -> String {
    match origin.to_str().ok().and_then(WebOrigin::parse) {
        Some(WebOrigin::Null) => {
            "Pages whose origin is null (files, sandboxed frames) may not connect to this server. To \
             allow all of them, start it with --allow-origin null"
                .to_owned()
        }
        Some(origin) => format!(
            "Pages of {origin} may not connect to this server. To allow them, start it with --allow-origin {origin}"
        ),
        None => "The origin that this page claims is not one that a browser sends, and no flag allows it.".to_owned(),
    }
}

/// The body for a rejected page, in the form of the official server's handshake errors.
#[derive(Serialize)]
struct Forbidden {
    code: u8,
    message: String,
}

/// "Forbidden" among the codes of Engine.IO's handshake errors.
const FORBIDDEN: u8 = 4;

/// Rejects a request of a page whose origin is not allowed, with 403. A request without an origin is not from a browser's
/// script.
pub(super) async fn check(State(origins): State<Arc<Origins>>, mut request: Request, next: Next) -> Response {
    let is_same = IsSameOrigin(origins.is_same(request.headers()));
    request.extensions_mut().insert(is_same);
    match rejected(&origins, "socketio", &request) {
        Some(message) => (StatusCode::FORBIDDEN, Json(Forbidden { code: FORBIDDEN, message })).into_response(),
        None => next.run(request).await,
    }
}

/// Why a request of a page whose origin is not allowed is rejected, which is counted, logged and reported; `None` for
/// others.
pub(super) fn rejected(origins: &Origins, service: &'static str, request: &Request) -> Option<String> {
    let origin = request.headers().get(header::ORIGIN).filter(|origin| !origins.allows(origin))?;
    let message = refusal(origin);
    let (page, address) = (origin.to_str().ok(), request.extensions().get().map(ClientAddr::address));
    origins.recorder.rejected(service, None, ("wrong-origin", &message), page, address);
    if metrics::first("wrong-origin", page.unwrap_or("(not text)")).is_some() {
        tracing::warn!(request = RequestId::of(request.extensions()).0, "{message}");
    }
    Some(message)
}

/// Whether a host is below this name.
fn is_within(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

fn address_of(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// The host in a Host header, in lower case.
pub(super) fn host_of(header: &str) -> Option<String> {
    match WebOrigin::parse(&format!("http://{header}")) {
        Some(WebOrigin::Site { host, .. }) => Some(host),
        _ => None,
    }
}

/// Whether a host is a loopback name or address, for which browsers give cameras without https.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost") || address_of(host).is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> Origins {
        let address = |text: &str| text.parse().unwrap();
        let addresses = vec![address("203.0.113.5"), address("2001:db8::5")];
        let names = vec!["desk".to_owned(), "desk.tail1234.ts.net".to_owned()];
        Origins {
            allowed: with_allowed("").allowed,
            names,
            addresses,
            certified: CertifiedNames::new(vec!["calls.example.org".to_owned()]),
            public: None,
            recorder: Recorder::default(),
        }
    }

    fn with_allowed(origin: &str) -> Origins {
        let options = RouterOptions { allow_origin: vec![origin.to_owned()], ..RouterOptions::default() };
        Origins::new(&options, AllowedOrigins::new(&options).unwrap(), Recorder::default())
    }

    fn allows(origins: &Origins, origin: &str) -> bool {
        origins.allows(&HeaderValue::from_str(origin).unwrap())
    }

    #[test]
    fn pages_of_this_machine_and_its_network_may_connect() {
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
            "http://100.64.0.1:8181",
            "https://100.127.255.254",
            "http://0.0.0.0:8181",
            "http://[::]:8181",
            "http://localhost.:8181",
            "https://printer.lan",
            "https://desk.home.arpa",
            "https://build.ci.internal",
            "https://page.test:3000",
            "https://desk.tail1234.ts.net",
            "https://calls.example.org",
            "https://calls.example.org:8443",
        ] {
            assert!(allows(&origins, near), "{near}");
        }
    }

    #[test]
    fn pages_of_other_origins_may_not_connect() {
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
            "http://100.128.0.1",
            "https://lan",
            "https://internal",
            "https://evil-lan",
            "https://arpa",
            "https://x.arpa",
            "https://desk.other.ts.net",
            "https://other.tail1234.ts.net",
            "https://tail1234.ts.net",
            "http://calls.example.org",
            "https://www.calls.example.org",
            "capacitor://localhost",
            "https://localhost..",
        ] {
            assert!(!allows(&origins, far), "{far}");
        }
    }

    #[test]
    fn flag_in_the_refusal_allows_the_page() {
        for refused in [
            "https://example.org",
            "https://Example.org:8443",
            "http://203.0.113.6:3000",
            "http://[2001:db8::1]:3000",
            "https://xn--bcher-kva.example",
            "https://desk.other.ts.net",
            "https://example.org.",
            "null",
            "file://",
            "capacitor://localhost",
            "tauri://localhost",
            "ionic://localhost",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            "moz-extension://6f3c1a2e-0000-4000-8000-000000000000",
            "vscode-webview://1qk2a3",
            "app://obsidian.md",
            "http://a_b.example",
        ] {
            assert!(!allows(&desk(), refused), "{refused}");
            let words = refusal(&HeaderValue::from_str(refused).unwrap());
            let advised = words.split("--allow-origin ").nth(1).unwrap_or_else(|| panic!("{refused}: {words}"));
            let origins = with_allowed(advised);
            assert!(allows(&origins, refused), "{refused}: {words}");
        }
    }

    #[test]
    fn origin_that_no_flag_allows_gets_no_advice() {
        for odd in ["https://evil.example/path", "https://*.example.org", "https://a.example; id", "x", ""] {
            let words = refusal(&HeaderValue::from_str(odd).unwrap());
            assert!(!words.contains("--allow-origin") && (odd.len() < 2 || !words.contains(odd)), "{odd}: {words}");
        }
    }

    #[test]
    fn empty_origin_is_ignored() {
        assert!(!allows(&with_allowed(""), "https://calls.example.org"));
    }
}
