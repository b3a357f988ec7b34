//! The page for a browser on another device that opened a page by plain http: how to get to https, with a warning or without
//! one, and how to find out what does not work.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::authority;
use super::own_page::{self, escape};
use super::platform::Platform;

/// Where the page leads.
#[derive(Debug)]
pub(super) struct Target {
    /// The origin of the https pages, without a slash at its end, and with the path of `--public-url`.
    pub base: String,
    /// The path and the query that the browser asked for.
    pub path: String,
    /// Whether the server's own authority signed the certificate there.
    pub has_own_authority: bool,
    /// The browser's platform, if its request names it.
    pub platform: Option<Platform>,
}

/// The helper page.
pub(super) fn page(target: &Target) -> Response {
    let platform = target.platform;
    let address = escape(&format!("{}{}", target.base, target.path));
    let check = escape(&format!("{}/check", target.base));
    let (warning, authority) = match target.has_own_authority {
        true => (
            format!(
                "<p>The browser warns once, since the server made its certificate itself:</p>\n{}",
                warnings(platform)
            ),
            without_warning(platform, &target.base),
        ),
        false => (
            "<p>If the browser warns of the certificate there, go on: \u{201c}Advanced\u{201d}, \
             \u{201c}Proceed\u{201d}.</p>"
                .to_owned(),
            String::new(),
        ),
    };
    let main = format!(
        "<p>It was opened with http, and browsers give camera and microphone only to pages opened with https.</p>\n\
         <h2>Continue</h2>\n<p><a class=\"open\" href=\"{address}\">{address}</a></p>\n{warning}\n{authority}\
         <h2>If something does not work</h2>\n\
         <p><a class=\"button\" href=\"{check}\">Check this device</a></p>\n\
         <p>That page tries certificate, connection, camera and microphone, and says what to do.</p>\n\
         <p>If your address bar shows https already, a reverse proxy stands between and does not say so: \
         start the server with --public-url and the address that browsers open, and let the proxy send \
         X-Forwarded-Proto.</p>"
    );
    // A cache must not give a phone the page of a computer.
    let vary = HeaderValue::from_static("User-Agent, Sec-CH-UA-Platform");
    let language = HeaderValue::from_static("en");
    ([(header::VARY, vary), (header::CONTENT_LANGUAGE, language)], own_page::page("Open this page with https", &main))
        .into_response()
}

/// How to continue past the warning: on this platform, or on each.
fn warnings(platform: Option<Platform>) -> String {
    match platform {
        Some(platform) => format!("<p>{}</p>", platform.accept()),
        None => {
            let items = Platform::ALL.map(|each| format!("<li>{}: {}</li>", each.name(), each.accept()));
            format!("<ul>\n{}\n</ul>", items.join("\n"))
        }
    }
}

/// How to install the authority. Its files are below the https address only.
fn without_warning(platform: Option<Platform>, base: &str) -> String {
    let about = escape(&format!("{base}{}", authority::PAGE));
    format!(
        "<h2>Or without warnings: install the server\u{2019}s authority</h2>\n\
         <p>Once for each device, for a device that calls often. Read first \
         <a href=\"{about}\">what it can and cannot do</a>: the page gives you the certificate by https, \
         and the terminal of the server shows the fingerprint to compare. The steps are:</p>\n{}\n",
        authority::steps(platform)
    )
}
