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

use super::authority_words as words;
use super::client_addr::{Scheme, scheme};
use super::language::{Language, Words};
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
    let language = Language::of(request.uri(), request.headers());
    let say = |words: Words| words.in_language(language);
    let (name, is_limited) = authority.described();
    let (can, cannot) = match is_limited {
        true => (words::CAN_IN_PRIVATE, format!("<li>{}</li>\n", say(words::CANNOT_PUBLIC))),
        false => (words::CAN_ALL, String::new()),
    };
    let main = format!(
        "<p>{what}</p>\n\
         <h2>{can_title}</h2>\n<ul>\n<li>{can}</li>\n</ul>\n\
         <h2>{cannot_title}</h2>\n<ul>\n{cannot}<li>{reads}</li>\n<li>{stays}</li>\n</ul>\n\
         <h2>{compare}</h2>\n<p>{how}</p>\n<p><code>{fingerprint}</code></p>\n\
         <h2>{install}</h2>\n\
         <p><a class=\"button\" href=\"{FILE}\">{certificate}</a></p>\n\
         <p><a class=\"button\" href=\"{PROFILE}\">{profile}</a></p>\n\
         {steps}\n\
         <p>{then_check}</p>",
        what = words::WHAT_IT_IS.with(language, &escape(&name)),
        can_title = say(words::CAN),
        can = say(can),
        cannot_title = say(words::CANNOT),
        reads = say(words::CANNOT_READ),
        stays = say(words::STAYS_HERE),
        compare = say(words::COMPARE),
        how = say(words::HOW_TO_COMPARE),
        // A line ends between two bytes, so that they can be compared.
        fingerprint = escape(&authority.fingerprint).replace(':', ":<wbr>"),
        install = say(words::INSTALL),
        certificate = say(words::CERTIFICATE),
        profile = say(words::PROFILE),
        steps = steps(platform, language),
        then_check = say(words::THEN_CHECK),
    );
    own_page::page(language, say(words::TITLE), &main)
}

/// The steps of each platform; those of this one are open.
pub(super) fn steps(platform: Option<Platform>, language: Language) -> String {
    let steps = Platform::ALL.map(|each| {
        let open = if platform == Some(each) { " open" } else { "" };
        let (name, install) = (each.name(language), each.install(language));
        format!("<details{open}>\n<summary>{name}</summary>\n<ol>\n{install}\n</ol>\n</details>")
    });
    format!("<p>{}</p>\n{}", words::CHOOSE.in_language(language), steps.join("\n"))
}

/// The refusal of a request that came by plain http from elsewhere.
fn only_by_https(request: &Request) -> Option<Response> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_near = origin::host_of(host).is_some_and(|host| origin::is_loopback(&host));
    if is_near || scheme(request) == Scheme::Https {
        return None;
    }
    let language = Language::of(request.uri(), request.headers());
    let address = format!("https://{}{}", own_page::with_port(host), request.uri().path());
    let shown = escape(&address);
    let main = format!(
        "<p>{}</p>\n<p><a class=\"open\" href=\"{shown}\">{shown}</a></p>\n<p>{}</p>",
        words::BY_HTTPS_ONLY.in_language(language),
        words::WARNS_THERE.in_language(language),
    );
    Some(
        (StatusCode::FORBIDDEN, own_page::page(language, words::BY_HTTPS.in_language(language), &main)).into_response(),
    )
}

/// The certificate may be replaced while a browser keeps the page open.
fn never_stored() -> (HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
