//! The certificate of the server's own authority: its page at `/ca`, the file, and a profile for Apple's devices. All are
//! given out by https and on this machine only, since by http anyone in the network could replace the certificate.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use x509_parser::extensions::ParsedExtension;
use x509_parser::pem::parse_x509_pem;

use super::client_addr::{Scheme, scheme};
use super::mobileconfig;
use super::origin;
use super::own_page::{self, escape};
use super::platform::Platform;

/// The page about it.
pub(super) const PAGE: &str = "/ca";
/// The file, PEM.
const FILE: &str = "/switchboard-ca.crt";
/// The profile for Apple's devices.
const PROFILE: &str = "/switchboard-ca.mobileconfig";

/// The authority that signed the server's certificate.
#[derive(Debug, Clone)]
pub(crate) struct Authority {
    /// Its certificate, PEM.
    pub pem: String,
    /// The SHA-256 fingerprint of its certificate: `AB:CD:…`.
    pub fingerprint: String,
}

impl Authority {
    /// The routes. The page and the profile exist only if browsers open this server by this certificate (`is_offered`).
    pub(super) fn routes(self, is_offered: bool) -> Router {
        let authority = Arc::new(self);
        let mut routes = Router::new().route(FILE, get(file));
        if is_offered {
            routes = routes.route(PROFILE, get(profile)).route(PAGE, get(page));
        }
        routes.with_state(authority)
    }

    /// The certificate's DER form in Base64: the body of the PEM text.
    fn base64(&self) -> String {
        let lines = self.pem.lines().skip_while(|line| !line.starts_with("-----BEGIN")).skip(1);
        lines.take_while(|line| !line.starts_with("-----END")).collect()
    }

    /// Its common name, and whether name constraints (RFC 5280, section 4.2.1.10) limit what it can sign for.
    fn described(&self) -> (String, bool) {
        let parsed = parse_x509_pem(self.pem.as_bytes()).ok();
        let certificate = parsed.as_ref().and_then(|(_, pem)| pem.parse_x509().ok());
        let name = certificate.as_ref().and_then(|it| it.subject().iter_common_name().next()?.as_str().ok());
        let is_limited = certificate.as_ref().is_some_and(|it| {
            it.extensions().iter().any(|one| matches!(one.parsed_extension(), ParsedExtension::NameConstraints(_)))
        });
        (name.unwrap_or("Switchboard").to_owned(), is_limited)
    }
}

/// `GET /switchboard-ca.crt`.
async fn file(State(authority): State<Arc<Authority>>, request: Request) -> Response {
    let kind = HeaderValue::from_static("application/x-x509-ca-cert");
    only_by_https(&request)
        .unwrap_or_else(|| ([(header::CONTENT_TYPE, kind), never_stored()], authority.pem.clone()).into_response())
}

/// `GET /switchboard-ca.mobileconfig`.
async fn profile(State(authority): State<Arc<Authority>>, request: Request) -> Response {
    only_by_https(&request).unwrap_or_else(|| {
        let profile = mobileconfig::profile(&authority.base64(), &authority.described().0);
        let named = HeaderValue::from_static("attachment; filename=\"switchboard-ca.mobileconfig\"");
        let kind = HeaderValue::from_static(mobileconfig::MEDIA_TYPE);
        ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, named), never_stored()], profile).into_response()
    })
}

/// `GET /ca`: what the authority can do, what it cannot do, and how to install and remove it.
async fn page(State(authority): State<Arc<Authority>>, request: Request) -> Response {
    if let Some(refusal) = only_by_https(&request) {
        return refusal;
    }
    let platform = Platform::of(request.headers());
    let (name, is_limited) = authority.described();
    let can = if is_limited {
        "<li>This computer, and each program on it that can read the authority\u{2019}s key, can then show this device \
         any page under the names and addresses of private networks (such as NAME.local and 192.168.x.x) without a \
         warning.</li>"
    } else {
        "<li>This computer, and each program on it that can read the authority\u{2019}s key, can then show this device \
         any page under any name without a warning. The authority was made by an earlier version and has no name \
         constraints: on a device that you use for more than trying, continue past the warning instead, or delete \
         switchboard-ca.crt and switchboard-ca.key on the server and start it again for a limited one.</li>"
    };
    let cannot = if is_limited {
        "<li>It cannot vouch for names and addresses on the public Internet (name constraints, RFC 5280): devices reject \
         such certificates.</li>"
    } else {
        ""
    };
    let main = format!(
        "<p>This server made an authority of its own, \u{201c}{name}\u{201d}, which signed its certificate. A device that \
         installs the authority no longer warns of this server\u{2019}s pages.</p>\n\
         <h2>What it can do</h2>\n<ul>\n{can}\n</ul>\n\
         <h2>What it cannot do</h2>\n<ul>\n{cannot}\n\
         <li>It does not read what this device does elsewhere, and it signs no programs and no mail.</li>\n\
         <li>It does not leave the computer that made it: each computer that runs this server has its own.</li>\n</ul>\n\
         <h2>Compare the fingerprint</h2>\n\
         <p>The terminal of the server shows the SHA-256 fingerprint when it starts, and your device shows that of what you \
         downloaded. Install it only if they are the same. This page has:</p>\n\
         <p><code>{fingerprint}</code></p>\n\
         <h2>Install it, and remove it</h2>\n\
         <p><a class=\"button\" href=\"{FILE}\">Certificate (switchboard-ca.crt)</a></p>\n\
         <p><a class=\"button\" href=\"{PROFILE}\">Configuration profile for iPhone and iPad</a></p>\n\
         {steps}\n\
         <p>Then <a href=\"/check\">check this device</a>.</p>",
        name = escape(&name),
        // A line ends between two bytes, so that they can be compared.
        fingerprint = escape(&authority.fingerprint).replace(':', ":<wbr>"),
        steps = steps(platform),
    );
    own_page::page("The certificate authority of this server", &main)
}

/// The steps of each platform; those of this one are open.
pub(super) fn steps(platform: Option<Platform>) -> String {
    let steps = Platform::ALL.map(|each| {
        let open = if platform == Some(each) { " open" } else { "" };
        format!("<details{open}>\n<summary>{}</summary>\n<ol>\n{}\n</ol>\n</details>", each.name(), each.install())
    });
    format!("<p>Choose your device:</p>\n{}", steps.join("\n"))
}

/// The refusal of a request that came by plain http from elsewhere.
fn only_by_https(request: &Request) -> Option<Response> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_near = origin::host_of(host).is_some_and(|host| origin::is_loopback(&host));
    if is_near || scheme(request) == Scheme::Https {
        return None;
    }
    let address = format!("https://{}{}", own_page::with_port(host), request.uri().path());
    let shown = escape(&address);
    let main = format!(
        "<p>By http anyone in this network could replace the certificate on its way. The server gives it out by https \
         only.</p>\n<p><a class=\"open\" href=\"{shown}\">{shown}</a></p>\n\
         <p>The browser warns there, since it does not know the authority yet: continue, and compare the fingerprint with \
         the one in the terminal of the server before you install anything.</p>"
    );
    Some((StatusCode::FORBIDDEN, own_page::page("The certificate is given out by https", &main)).into_response())
}

/// The certificate may be replaced while a browser keeps the page open.
fn never_stored() -> (HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
