//! The tags at the beginning of an HTML document, as browsers find them: enough to know where an element may be added.

use std::ops::Range;

/// Elements in which a browser looks for nothing but the end tag: `<script>` in a `<title>` is text.
const TEXT_ONLY: [&[u8]; 8] = [b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noembed", b"noframes"];

/// Reads an HTML document tag by tag, white space skipped. Each token comes with the place where it begins and the place
/// after it, which is the end of the document if the token is not complete. Reading ends before an incomplete tag.
pub(super) struct Tokens<'a> {
    html: &'a [u8],
    at: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Also `<!…>` and `<?…>`, which browsers take for comments.
    Comment,
    Doctype,
    /// A start tag: its name in lower case, and its attributes. Elements of [`TEXT_ONLY`] are one token.
    Start(Vec<u8>, Vec<Attribute>),
    /// An end tag: its name in lower case.
    End(Vec<u8>),
    Text,
}

/// The name of an attribute in lower case, and its value with character references unread.
pub(super) type Attribute = (Vec<u8>, Vec<u8>);

impl<'a> Tokens<'a> {
    /// Reads from the index `at` on.
    pub(super) fn new(html: &'a [u8], at: usize) -> Self {
        Self { html, at }
    }

    fn from(&self, at: usize) -> &'a [u8] {
        self.html.get(at..).unwrap_or_default()
    }

    /// The index after the next `wanted`, whose letters may be upper case.
    fn after(&self, at: usize, wanted: &[u8]) -> Option<usize> {
        let found = self.from(at).windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))?;
        Some(at + found + wanted.len())
    }

    /// Where the comment ends that begins at `start`. `<!-->` and `<!--->` are whole comments.
    fn comment_end(&self, start: usize) -> Option<usize> {
        let text = start + b"<!--".len();
        let inside = self.from(text);
        if inside.starts_with(b">") {
            return Some(text + 1);
        }
        if inside.starts_with(b"->") {
            return Some(text + 2);
        }
        let ends = [self.after(text, b"-->"), self.after(text, b"--!>")];
        ends.into_iter().flatten().min()
    }

    /// The index after the end tag of the element `name` whose text begins at `at`.
    fn element_end(&self, mut at: usize, name: &[u8]) -> Option<usize> {
        let wanted = [b"</", name].concat();
        loop {
            at = self.after(at, &wanted)?;
            if self.from(at).first().is_none_or(|&next| ends_name(next)) {
                return attributes(self.html, at).map(|(_, end)| end);
            }
        }
    }

    /// Reads a token that begins with `<`.
    fn markup(&self, start: usize) -> Option<(Token, usize)> {
        let rest = self.from(start);
        let all = self.html.len();
        if rest.starts_with(b"<!--") {
            return Some((Token::Comment, self.comment_end(start).unwrap_or(all)));
        }
        if rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case(b"<!doctype")) {
            return Some((Token::Doctype, self.after(start, b">").unwrap_or(all)));
        }
        let is_end = rest.starts_with(b"</");
        let name_at = start + if is_end { 2 } else { 1 };
        match self.from(name_at).first()? {
            first if first.is_ascii_alphabetic() => {}
            b'!' | b'?' => return Some((Token::Comment, self.after(start, b">").unwrap_or(all))),
            _ if is_end => return Some((Token::Comment, self.after(start, b">").unwrap_or(all))),
            _ => return Some((Token::Text, name_at)),
        }
        let attributes_at = name_at + count(self.from(name_at), |byte| !ends_name(byte));
        let name = self.html.get(name_at..attributes_at)?.to_ascii_lowercase();
        let (attributes, end) = attributes(self.html, attributes_at)?;
        if is_end {
            return Some((Token::End(name), end));
        }
        let is_text_only = TEXT_ONLY.contains(&name.as_slice());
        let end = if is_text_only { self.element_end(end, &name).unwrap_or(all) } else { end };
        Some((Token::Start(name, attributes), end))
    }
}

impl Iterator for Tokens<'_> {
    type Item = (Token, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at + count(self.from(self.at), |byte| byte.is_ascii_whitespace());
        let (token, end) = match self.from(start).first()? {
            b'<' => self.markup(start)?,
            _ => (Token::Text, start + count(self.from(start), |byte| byte != b'<')),
        };
        self.at = end;
        Some((token, start..end))
    }
}

/// Reads the attributes of a tag from `at` on, and returns them with the index after the tag's `>`. Returns `None` if the
/// tag is not complete.
fn attributes(html: &[u8], mut at: usize) -> Option<(Vec<Attribute>, usize)> {
    let count = |at: usize, belongs: &dyn Fn(u8) -> bool| count(html.get(at..).unwrap_or_default(), belongs);
    let space = |byte: u8| byte.is_ascii_whitespace();
    let mut found = Vec::new();
    loop {
        at += count(at, &|byte| space(byte) || byte == b'/');
        if *html.get(at)? == b'>' {
            return Some((found, at + 1));
        }
        // An `=` at the beginning of a name belongs to it.
        let name_end = at + 1 + count(at + 1, &|byte| byte != b'=' && !ends_name(byte));
        let name = html.get(at..name_end)?.to_ascii_lowercase();
        at = name_end + count(name_end, &space);
        let mut value: &[u8] = b"";
        if *html.get(at)? == b'=' {
            at += 1;
            at += count(at, &space);
            let first = *html.get(at)?;
            if matches!(first, b'"' | b'\'') {
                let end = at + 1 + count(at + 1, &|byte| byte != first);
                value = html.get(at + 1..end)?;
                at = end + 1;
            } else {
                let end = at + count(at, &|byte| !space(byte) && byte != b'>');
                value = html.get(at..end)?;
                at = end;
            }
        }
        found.push((name, value.to_vec()));
    }
}

fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')
}

fn count(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|&&byte| belongs(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Vec<&str> {
        Tokens::new(html.as_bytes(), 0).map(|(_, range)| &html[range]).collect()
    }

    #[test]
    fn tokens_end_as_in_browsers() {
        assert_eq!(read("<!-- <a> --><b>x"), ["<!-- <a> -->", "<b>", "x"]);
        assert_eq!(read("<!--><b>"), ["<!-->", "<b>"]);
        assert_eq!(read("<!-- a --!><b>"), ["<!-- a --!>", "<b>"]);
        assert_eq!(read("<!DOCTYPE html><?xml a?></>"), ["<!DOCTYPE html>", "<?xml a?>", "</>"]);
        assert_eq!(read("1 < 2 <b>"), ["1 ", "<", "2 ", "<b>"]);
    }

    #[test]
    fn tokens_end_at_a_bracket_outside_of_quotes() {
        assert_eq!(read("<a b='>' c=\">\" d='\n>'><e>"), ["<a b='>' c=\">\" d='\n>'>", "<e>"]);
        assert_eq!(read("<a b=it's><c>"), ["<a b=it's>", "<c>"]);
        assert_eq!(read("<a b=c='><d>"), ["<a b=c='>", "<d>"]);
        assert_eq!(read("<a ='><b>"), ["<a ='>", "<b>"]);
    }

    #[test]
    fn tokens_of_text_elements_hold_their_text() {
        assert_eq!(read("<title><b></TITLE ><i>"), ["<title><b></TITLE >", "<i>"]);
        assert_eq!(read("<style></styles><b></style><i>"), ["<style></styles><b></style>", "<i>"]);
        assert_eq!(read("<script>'<b>'"), ["<script>'<b>'"]);
    }

    #[test]
    fn tokens_end_before_an_incomplete_tag() {
        for html in ["<b", "<b c", "<b c=", "<b c='", "<b c='d'", "</b", "<", "<b c=d", " "] {
            assert_eq!(read(html), [""; 0], "{html}");
        }
    }

    #[test]
    fn attributes_are_read_in_each_notation() {
        let read = |html: &str| -> Vec<String> {
            let (pairs, end) = attributes(html.as_bytes(), 0).unwrap();
            assert_eq!(end, html.len());
            pairs.iter().map(|(name, value)| format!("{}={}", name.escape_ascii(), value.escape_ascii())).collect()
        };
        assert_eq!(read(" A='1' b = [2] c=3 d />"), ["a=1", "b=[2]", "c=3", "d="]);
        assert_eq!(read(" a=\"b > c\"d>"), ["a=b > c", "d="]);
        assert_eq!(read(" charset=utf-8/>"), ["charset=utf-8/"]);
        assert_eq!(read(">"), [""; 0]);
    }
}
