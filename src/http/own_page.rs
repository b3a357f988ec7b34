//! Small pages that the server generates, in the language of the browser. Each contains its own style and script, since a
//! server of a folder has no built-in files to load.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use super::language::Language;
use crate::random;

/// The colours are those of the built-in pages (`public/css/tokens.css`).
const STYLE: &str = "\
    :root { color-scheme: light dark; --ground: #f4f0e6; --ink: #17221e; --soft: #55625c; --accent: #14553f; --on: #ffffff; }\n\
    @media (prefers-color-scheme: dark) {\n\
      :root { --ground: #0c1210; --ink: #ecefe8; --soft: #a2afa8; --accent: #5cc7a1; --on: #06140f; }\n\
    }\n\
    body { margin: 0 auto; max-width: 40rem; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; background: var(--ground);\n\
      color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }\n\
    h1 { font-size: 1.375rem; line-height: 1.25; }\n\
    a { color: var(--accent); }\n\
    ul { padding-inline-start: 1.25rem; }\n\
    li { margin-block: 0.5rem; }\n\
    h2 { margin-block: 2rem 0.5rem; font-size: 1.125rem; line-height: 1.3; }\n\
    summary { padding-block: 0.625rem; font-weight: 600; cursor: pointer; }\n\
    details { border-top: 1px solid; }\n\
    details:last-of-type { border-bottom: 1px solid; }\n\
    .open, .button { display: inline-block; padding: 0.625rem 1rem; border: 2px solid var(--accent); border-radius: 0.625rem;\n\
      background: var(--accent); color: var(--on); font-weight: 600; text-decoration: none; }\n\
    .asked { color: var(--soft); }\n\
    :focus-visible { outline: 3px solid; outline-offset: 3px; }";

/// Browsers do not send the fragment of a URL to a server, so the page itself copies its own to the link.
const KEEP_FRAGMENT: &str = "for (const link of document.querySelectorAll('.open')) link.hash = location.hash;";

/// A page with this title. `main` is HTML in which each text is escaped; both are in this language.
pub(super) fn page(language: Language, title: &str, main: &str) -> Response {
    let nonce = random::hex_key();
    let tag = language.tag();
    let title = escape(title);
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
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
    let negotiated = [(header::CONTENT_LANGUAGE, tag), (header::VARY, "Accept-Language")];
    (head, negotiated, Html(html)).into_response()
}

/// A Host header with a port. HTTP and HTTPS share the port, so that the default port of http needs to be written out for
/// https.
pub(super) fn with_port(host: &str) -> String {
    let has_port = host.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
    format!("{host}{}", if has_port { "" } else { ":80" })
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
