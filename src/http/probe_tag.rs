//! Where the probe's script element goes into an HTML document: before each other script, but after the declaration of the
//! character encoding, for which browsers search the first 1024 bytes only.
//!
//! Once the element has removed itself, the browser has built the same document as without it: white space and comments
//! are where they were, and the element opens neither `<html>` nor `<head>` before their own tags.

use super::html_tokens::{Attribute, Token, Tokens};

/// How many bytes browsers search for the character encoding
/// (<https://html.spec.whatwg.org/multipage/semantics.html#charset>).
const SEARCHED: usize = 1024;

const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";
/// The beginning of UTF-16 and UTF-32 documents in either byte order; one of them begins with zeros.
const WIDE_MARKS: [&[u8]; 2] = [b"\xFE\xFF", b"\xFF\xFE"];

/// Elements that may precede `<body>` where `<head>` is left out.
const IN_HEAD: [&[u8]; 12] = [
    b"html",
    b"head",
    b"body",
    b"frameset",
    b"title",
    b"meta",
    b"link",
    b"style",
    b"base",
    b"script",
    b"noscript",
    b"template",
];

/// Returns `html` with `tag`, a script element in ASCII, as its first script. Where a script precedes the declaration of
/// the encoding, `tag` follows the declaration and is the first script after it.
///
/// Returns `None` for what must be served as it is:
/// - UTF-16 and UTF-32, in which ASCII bytes are no tag;
/// - what does not look like a whole document (no doctype, `<html>`, `<head>`, `<body>`, `<title>` or declared encoding),
///   since a page may fetch it and show it inside its own document;
/// - a document whose Content-Security-Policy element precedes the declaration of the encoding: the policy would forbid
///   the script, and the browser would report that to the page.
pub(super) fn insert(html: &[u8], tag: &str) -> Option<Vec<u8>> {
    let (before, after) = html.split_at_checked(place(html)?)?;
    Some([before, tag.as_bytes(), after].concat())
}

/// Returns the probe's script in one line, so that the lines of the document keep their numbers in error messages. Comments
/// of the script are on lines of their own.
pub(super) fn in_one_line(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join(" ")
}

/// The index at which the script element belongs.
fn place(html: &[u8]) -> Option<usize> {
    let is_wide =
        WIDE_MARKS.iter().any(|mark| html.starts_with(mark)) || html.iter().take(SEARCHED).any(|&byte| byte == 0);
    if is_wide {
        return None;
    }
    let start = if html.starts_with(UTF_8_MARK) { UTF_8_MARK.len() } else { 0 };
    let mut beginning = Beginning::default();
    for (token, range) in Tokens::new(html, start) {
        let is_decided = beginning.place.is_some() && beginning.is_document;
        if is_decided && range.start >= SEARCHED {
            break;
        }
        if beginning.read(&token, range.start, range.end) {
            return Some(range.end).filter(|_| !beginning.has_policy);
        }
        if !beginning.is_document && !may_precede_body(&token) {
            return None;
        }
    }
    beginning.place.filter(|_| beginning.is_document)
}

fn may_precede_body(token: &Token) -> bool {
    match token {
        Token::Text => false,
        Token::Start(name, _) => IN_HEAD.contains(&name.as_slice()),
        Token::Comment | Token::Doctype | Token::End(_) => true,
    }
}

/// What the tokens read so far say about the document.
#[derive(Default)]
struct Beginning {
    is_document: bool,
    /// Where the script element goes if no encoding is declared.
    place: Option<usize>,
    has_policy: bool,
    /// The open `<template>` and `<noscript>` elements. Browsers find a declared encoding in them, but run no scripts.
    inert: Vec<Vec<u8>>,
    has_inert_charset: bool,
}

impl Beginning {
    /// Reads the next token. Returns true if the script element goes right after this token, whatever follows.
    fn read(&mut self, token: &Token, start: usize, end: usize) -> bool {
        match token {
            Token::Comment => return false,
            Token::Doctype => {
                self.is_document = true;
                return false;
            }
            Token::Start(name, _) if name == b"html" => {
                self.is_document = true;
                return false;
            }
            Token::Start(name, _) if name == b"head" => {
                self.is_document = true;
                self.place.get_or_insert(end);
                return false;
            }
            _ => {}
        }
        // Without `<head>`, right before the first element: the white space before it belongs to no element.
        self.place.get_or_insert(start);
        match token {
            Token::Start(name, attributes) => match name.as_slice() {
                b"body" | b"frameset" | b"title" => self.is_document = true,
                b"template" | b"noscript" => self.inert.push(name.clone()),
                b"meta" => {
                    let is_inert = !self.inert.is_empty();
                    self.has_policy |= !is_inert && is_policy(attributes);
                    if end <= SEARCHED && is_charset(attributes) {
                        self.is_document |= !is_inert;
                        self.has_inert_charset |= is_inert;
                        return !is_inert;
                    }
                }
                _ => {}
            },
            Token::End(name) if self.inert.last() == Some(name) => {
                self.inert.pop();
                return self.has_inert_charset && self.inert.is_empty();
            }
            _ => {}
        }
        false
    }
}

fn is_charset(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|(name, _)| name == b"charset") || is_equivalent(attributes, b"content-type")
}

fn is_policy(attributes: &[Attribute]) -> bool {
    is_equivalent(attributes, b"content-security-policy")
}

fn is_equivalent(attributes: &[Attribute], header: &[u8]) -> bool {
    let value = attributes.iter().find_map(|(name, value)| (name == b"http-equiv").then_some(value));
    value.is_some_and(|value| value.trim_ascii().eq_ignore_ascii_case(header))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tag, here `|`, is inserted where it stands in `expected`.
    fn assert_place(expected: &str) {
        let html = expected.replacen('|', "", 1);
        let found = insert(html.as_bytes(), "|").map(|html| String::from_utf8(html).unwrap());
        assert_eq!(found.as_deref(), Some(expected));
    }

    fn assert_untouched(html: impl AsRef<[u8]>) {
        let html = html.as_ref();
        assert_eq!(insert(html, "|").map(|found| found.escape_ascii().to_string()), None, "{}", html.escape_ascii());
    }

    #[test]
    fn tag_goes_after_head() {
        assert_place("<!DOCTYPE html>\n<html lang=\"en\">\n<head>|\n<title>A</title>\n<script></script></head></html>");
        assert_place("<HTML>\n<HEAD profile='>'>|<SCRIPT SRC=a.js></SCRIPT>");
        assert_place("\u{feff}<!-- <head><script> -->\n<!doctype html><!-- a --><html><head\n>|<!-- b --><link>");
    }

    #[test]
    fn tag_goes_after_the_declared_encoding() {
        assert_place("<!doctype html><html><head>\n  <meta charset=utf-8>|\n  <script></script>");
        assert_place(
            "<!doctype html><head><title><meta charset=x></title><link href='>'><META CHARSET=\"utf-8\" />|<script>",
        );
        assert_place("<html><meta content='text/html; charset=latin1' http-equiv=Content-Type>|<body>");
        assert_place("<meta name=viewport content='a'>\n<meta charset=utf-8>|<p>A page without any other sign.");
        assert_place("<html><body><h1>A</h1><meta charset=utf-8>|<script></script>");
    }

    #[test]
    fn tag_goes_after_the_encoding_also_behind_a_script() {
        assert_place("<html><head><script>'<meta charset=a>'</script><meta charset=utf-8>|<script></script>");
    }

    #[test]
    fn tag_ignores_an_encoding_that_browsers_do_not_search() {
        let filler = "x".repeat(SEARCHED);
        assert_place(&format!("<html><head>|<title>{filler}</title><meta charset=utf-8>"));
        let before = "<html><head>";
        let meta = "<meta charset=utf-8>";
        let filler = " ".repeat(SEARCHED - before.len() - meta.len());
        assert_place(&format!("{before}{filler}{meta}|"));
        assert_place(&format!("{before}| {filler}{meta}"));
        assert_place("<head>|<!-- <meta charset=utf-8> --><script>");
    }

    #[test]
    fn tag_goes_before_the_first_element_without_head() {
        assert_place("<!doctype html>\n<!-- a -->\n|<title>A</title><script></script>");
        assert_place("<html>\n|<body onload='a()'>");
        assert_place("<!doctype html>\n|Words.");
        assert_place("<!doctype html>|<script></script><head><meta name=a></head>");
        assert_place("|<script>1 < 2</script><link><body>");
        assert_place("|<title>A</title><video></video><script></script>");
        assert_place("<html>|<frameset>");
        assert_place("<?xml version='1.0'?><!doctype html>|<header>");
    }

    #[test]
    fn tag_stays_out_of_templates_and_noscript() {
        assert_place("<head><template><script></script><meta charset=a></template>|<meta name=b>");
        assert_place("<head><noscript><meta charset=a></noscript>|<script></script>");
        assert_place("<head>|<noscript><link></noscript><template><template></template></template><script></script>");
        assert_place("<head><noscript><link></noscript><meta charset=utf-8>|");
    }

    #[test]
    fn tag_precedes_a_policy() {
        assert_place(
            "<head><meta charset=utf-8>|<meta http-equiv='Content-Security-Policy' content=\"default-src 'self'\">",
        );
        assert_place("<head>|<meta http-equiv=content-security-policy content=\"script-src 'none'\"><title>A</title>");
        assert_untouched(
            "<head><meta http-equiv='Content-Security-Policy' content=\"default-src 'self'\"><meta charset=a>",
        );
    }

    #[test]
    fn insert_leaves_fragments_alone() {
        for html in [
            "",
            "\n",
            "Words.",
            "<!-- a -->",
            "<p>Words</p><body>",
            "<header>A</header>",
            "<script>'<html>'</script>",
            "<template><div></div></template><body>",
            "<svg><title>A</title></svg>",
            "{\"a\": \"<html>\"}",
            "<html",
        ] {
            assert_untouched(html);
        }
    }

    #[test]
    fn insert_leaves_wide_encodings_alone() {
        let html = "<html><head><script></script>";
        let wide: Vec<u16> = html.encode_utf16().collect();
        assert_untouched(wide.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>());
        assert_untouched([b"\xFF\xFE", html.as_bytes()].concat());
        assert_untouched([b"\xFE\xFF", html.as_bytes()].concat());
        assert_untouched(html.chars().flat_map(|letter| u32::from(letter).to_be_bytes()).collect::<Vec<u8>>());
    }

    #[test]
    fn script_in_one_line_has_no_comments() {
        assert_eq!(in_one_line("// a\n(() => {\n  // b\n\n  c('//');\r\n})();\n"), "(() => { c('//'); })();");
    }

    #[test]
    fn insert_keeps_every_byte_of_other_encodings() {
        assert_eq!(
            insert(b"<head><meta charset=latin1>\xE4\xF6", "|").as_deref(),
            Some(&b"<head><meta charset=latin1>|\xE4\xF6"[..])
        );
    }
}
