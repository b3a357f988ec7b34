//! Small pages that the server generates. Each contains its own style and script, since a server of a folder has no
//! built-in files to load.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use crate::random;

const STYLE: &str = "\
    :root { color-scheme: light dark; }\n\
    body { margin: 0 auto; max-width: 40rem; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere;\n\
      font: 1.0625rem/1.5 system-ui, sans-serif; }\n\
    h1 { font-size: 1.375rem; line-height: 1.25; }\n\
    ul { padding-left: 1.25rem; }\n\
    li { margin-block: 0.5rem; }\n\
    .open { display: inline-block; padding: 0.625rem 1rem; border: 2px solid; border-radius: 0.5rem; font-weight: 600; }\n\
    :focus-visible { outline: 3px solid; outline-offset: 3px; }";

/// Browsers do not send the fragment of a URL to a server, so the page itself copies its own to the link.
const KEEP_FRAGMENT: &str = "for (const link of document.querySelectorAll('.open')) link.hash = location.hash;";

/// A page with this title. `main` is HTML in which each text is escaped.
pub(super) fn page(title: &str, main: &str) -> Response {
    let nonce = random::hex_key();
    let title = escape(title);
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style nonce=\"{nonce}\">\n{STYLE}\n</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{main}\n</main>\n\
         <script nonce=\"{nonce}\">{KEEP_FRAGMENT}</script>\n</body>\n</html>\n"
    );
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    );
    let head = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (head, Html(html)).into_response()
}

/// The page for a browser on another device that opened a page by plain http.
pub(super) fn open_by_https(address: &str) -> Response {
    let address = escape(address);
    page(
        "Open this page with https",
        &format!(
            "<p>It was opened with http, and browsers give camera and microphone only to pages opened with https.</p>\n\
             <p><a class=\"open\" href=\"{address}\">{address}</a></p>\n\
             <p>If the browser warns of the certificate there, go on: \u{201c}Advanced\u{201d}, \u{201c}Proceed\u{201d}.</p>\n\
             <p>If your address bar shows https already, a reverse proxy stands between and does not say so: \
             start the server with --public-url and the address that browsers open, and let the proxy send \
             X-Forwarded-Proto.</p>"
        ),
    )
}

/// Escapes a text for HTML, also for attribute values.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_replaces_markup() {
        assert_eq!(escape("<b a=\"1\" c='2'>&"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
    }
}
