//! What a person sees who opened an address that gives no page: the sentence that the reply has for programs, what was asked
//! for, and a way on. Programs get the reply as it is.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::language::Language;
use super::own_page::{escape, page};
use super::page_words as words;

/// The longest sentence of a reply, in bytes. What is longer is no sentence.
const MAX_SENTENCE: usize = 2048;
/// The longest part of an address that is shown, in characters.
const MAX_SHOWN: usize = 200;

/// Replaces a refusal in plain text by a page, for a browser that opens the address in a tab.
pub(super) async fn insert(request: Request, next: Next) -> Response {
    if !is_navigation(request.headers()) {
        return next.run(request).await;
    }
    let path = request.uri().path().to_owned();
    let language = Language::of(request.uri(), request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_for_programs = kind.is_some_and(|kind| !kind.starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || is_for_programs {
        return response;
    }
    let (head, body) = response.into_parts();
    let text = to_bytes(body, MAX_SENTENCE).await.unwrap_or_default();
    let mut response = show(status, &path, &String::from_utf8_lossy(&text), language);
    *response.status_mut() = status;
    // Those of the page stand; what else the reply says, when to come again for example, holds for a person, too.
    let of_page = response.headers().clone();
    for (name, value) in &head.headers {
        let is_replaced = *name != header::VARY && of_page.contains_key(name);
        if !is_replaced && !matches!(*name, header::CONTENT_LENGTH | header::ETAG) {
            response.headers_mut().append(name, value.clone());
        }
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// Whether a person asks: browsers name HTML when they open an address, and not when a page fetches something.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn show(status: StatusCode, path: &str, sentence: &str, language: Language) -> Response {
    let sentence = sentence.trim();
    let said = match words::sentence(sentence, language) {
        _ if sentence.is_empty() => String::new(),
        Some(words) => format!("<p>{}</p>\n", escape(words)),
        None => format!("<p lang=\"en\">{}</p>\n", escape(sentence)),
    };
    let shown: String = path.chars().take(MAX_SHOWN).collect();
    let cut = if path.chars().nth(MAX_SHOWN).is_some() { "…" } else { "" };
    // Relative, since a reverse proxy may serve all of this below a path of its own.
    let up = "../".repeat(path.trim_start_matches('/').matches('/').count());
    let start = if up.is_empty() { "./" } else { &up };
    let reason = status.canonical_reason().unwrap_or_default();
    let asked = format!("<code>{}{cut}</code> ({} {})", escape(&shown), status.as_u16(), escape(reason));
    let main = format!(
        "{said}<p class=\"asked\">{}</p>\n<p><a class=\"button\" href=\"{start}\">{}</a></p>",
        words::YOU_ASKED_FOR.with(language, &asked),
        words::TO_THE_START.in_language(language),
    );
    let mut response = page(language, words::title(status, language), &main);
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::*;

    async fn html(status: StatusCode, path: &str, sentence: &str) -> String {
        let body = show(status, path, sentence, Language::English).into_body();
        String::from_utf8(to_bytes(body, 65536).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn address_and_sentence_are_shown_as_text() {
        let page = html(StatusCode::NOT_FOUND, "/a/\"><script>alert(1)</script>", "<b>no</b>\n").await;
        assert!(!page.contains("<script>alert") && !page.contains("<b>"), "{page}");
        assert!(page.contains("&lt;b&gt;no&lt;/b&gt;") && page.contains("&quot;&gt;&lt;script&gt;"), "{page}");
    }

    #[tokio::test]
    async fn every_value_of_a_header_is_kept() {
        let refusal = || async {
            let cookies = [(header::SET_COOKIE, "a=1"), (header::SET_COOKIE, "b=2")];
            let rest =
                [(header::VARY, "origin"), (header::VARY, "accept-encoding"), (header::CONTENT_TYPE, "text/plain")];
            let mut reply = Response::new(Body::from("no"));
            *reply.status_mut() = StatusCode::FORBIDDEN;
            for (name, value) in cookies.into_iter().chain(rest) {
                reply.headers_mut().append(name, HeaderValue::from_static(value));
            }
            reply
        };
        let router = Router::new().fallback(refusal).layer(middleware::from_fn(insert));
        let request = Request::builder().uri("/a").header(header::ACCEPT, "text/html");
        let reply = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let values = |name| reply.headers().get_all(name).iter().collect::<Vec<_>>();
        assert_eq!(values(header::SET_COOKIE), ["a=1", "b=2"]);
        assert_eq!(values(header::CONTENT_TYPE), ["text/html; charset=utf-8"]);
        assert_eq!(values(header::VARY), ["Accept-Language", "origin", "accept-encoding", "accept"]);
    }

    #[tokio::test]
    async fn link_leads_up_to_the_start() {
        for (path, link) in [("/", "./"), ("/a", "./"), ("/a/", "../"), ("/room/a/b", "../../"), ("//b/c", "../")] {
            let page = html(StatusCode::NOT_FOUND, path, "").await;
            assert!(page.contains(&format!("href=\"{link}\">To the start")), "{path}: {page}");
        }
    }

    #[tokio::test]
    async fn long_address_is_cut() {
        let page = html(StatusCode::NOT_FOUND, &format!("/{}", "a".repeat(5000)), "").await;
        assert!(page.len() < 4000 && page.contains('…'), "{page}");
    }
}
