//! The page for a browser on another device that opened a page by plain http: how to get to https, with a warning or without
//! one, and how to find out what does not work.

use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::authority;
use super::language::{Language, Words};
use super::own_page::{self, escape};
use super::page_words as words;
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
    /// The browser's language.
    pub language: Language,
}

/// The helper page.
pub(super) fn page(target: &Target) -> Response {
    let &Target { platform, language, .. } = target;
    let say = |words: Words| words.in_language(language);
    let address = escape(&format!("{}{}", target.base, target.path));
    let check = escape(&format!("{}/check", target.base));
    let (warning, authority) = match target.has_own_authority {
        true => (
            format!("<p>{}</p>\n{}", say(words::WARNS_ONCE), warnings(platform, language)),
            without_warning(platform, language, &target.base),
        ),
        false => (format!("<p>{}</p>", say(words::IF_IT_WARNS)), String::new()),
    };
    let main = format!(
        "<p>{opened}</p>\n\
         <h2>{onward}</h2>\n<p><a class=\"open\" href=\"{address}\">{address}</a></p>\n{warning}\n{authority}\
         <h2>{fails}</h2>\n\
         <p><a class=\"button\" href=\"{check}\">{check_this}</a></p>\n\
         <p>{checks}</p>\n\
         <p>{behind}</p>",
        opened = say(words::OPENED_WITH_HTTP),
        onward = say(words::CONTINUE),
        fails = say(words::IF_IT_FAILS),
        check_this = say(words::CHECK_THIS_DEVICE),
        checks = say(words::WHAT_IT_CHECKS),
        behind = say(words::BEHIND_A_PROXY),
    );
    let mut response = own_page::page(language, say(words::OPEN_WITH_HTTPS), &main);
    // A cache must not give a phone the page of a computer.
    let vary = HeaderValue::from_static("User-Agent, Sec-CH-UA-Platform, Accept-Language");
    response.headers_mut().insert(header::VARY, vary);
    response
}

/// How to continue past the warning: on this platform, or on each.
fn warnings(platform: Option<Platform>, language: Language) -> String {
    match platform {
        Some(platform) => format!("<p>{}</p>", platform.accept(language)),
        None => {
            let items =
                Platform::ALL.map(|each| format!("<li>{}: {}</li>", each.name(language), each.accept(language)));
            format!("<ul>\n{}\n</ul>", items.join("\n"))
        }
    }
}

/// How to install the authority. Its files are below the https address only.
fn without_warning(platform: Option<Platform>, language: Language, base: &str) -> String {
    let about = escape(&format!("{base}{}", authority::PAGE));
    format!(
        "<h2>{}</h2>\n<p>{}</p>\n{}\n",
        words::OR_INSTALL.in_language(language),
        words::ONCE_PER_DEVICE.with(language, &about),
        authority::steps(platform, language)
    )
}
