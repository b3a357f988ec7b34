//! Reads the parts of descriptions and JSON that are masked.

use std::borrow::Cow;

use super::address::masked_address;

/// What stands for a secret.
pub const MASKED: &str = "(masked)";
/// Longest foundation of a candidate, and longest user name of an `o=` line, that is looked at.
const MAX_TOKEN: usize = 100;

/// Whether a byte may be part of a value in a description, also where that stands in JSON text.
pub fn is_in_token(byte: u8) -> bool {
    !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'\\')
}

/// Reads a text byte by byte. It stops at ASCII bytes only, so at boundaries of characters.
pub struct Scanner<'a> {
    /// The text.
    pub text: &'a str,
    /// Bytes read so far.
    pub at: usize,
}

impl<'a> Scanner<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips bytes of a kind; how many there were.
    pub fn skip(&mut self, is_of_kind: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.byte().is_some_and(&is_of_kind) {
            self.at += 1;
        }
        self.at - start
    }

    /// Skips one byte of a kind.
    pub fn skip_one(&mut self, is_of_kind: impl Fn(u8) -> bool) -> Option<()> {
        self.byte().filter(|byte| is_of_kind(*byte)).map(|_| self.at += 1)
    }

    /// At least one space.
    pub fn spaces(&mut self) -> Option<()> {
        (self.skip(|byte| byte == b' ') > 0).then_some(())
    }

    /// `NAME ID VERSION ` of an `o=` line.
    pub fn numbers_of_origin(&mut self) -> Option<()> {
        self.token()?;
        for _ in 0..2 {
            self.spaces()?;
            self.word(true)?;
        }
        self.spaces()
    }

    /// A foundation or a user name.
    pub fn token(&mut self) -> Option<()> {
        let length = self.skip(is_in_token);
        (1..=MAX_TOKEN).contains(&length).then_some(())
    }

    /// Digits, or letters, digits and hyphens.
    pub fn word(&mut self, is_digits: bool) -> Option<()> {
        let length = match is_digits {
            true => self.skip(|byte| byte.is_ascii_digit()),
            false => self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
        };
        (length > 0).then_some(())
    }

    /// The colon behind a JSON key.
    pub fn colon(&mut self) -> Option<()> {
        let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.skip(is_space);
        self.skip_one(|byte| byte == b':')?;
        self.skip(is_space);
        Some(())
    }

    /// An address, here.
    pub fn address(&mut self) -> Option<(usize, usize, Cow<'a, str>)> {
        let start = self.at;
        let length = self.skip(|byte| is_in_token(byte) && byte != b'/');
        (length > 0).then(|| (start, length, masked_address(&self.text[start..self.at])))
    }

    /// A secret of these bytes, here. In JSON text `/` may be `\/`, at each level of quoting with more backslashes.
    pub fn value(&mut self, is_in_value: impl Fn(u8) -> bool) -> Option<(usize, usize, Cow<'a, str>)> {
        let start = self.at;
        loop {
            self.skip(&is_in_value);
            let end = self.at;
            if self.skip(|byte| byte == b'\\') == 0 || self.skip_one(|byte| byte == b'/').is_none() {
                self.at = end;
                return (end > start).then_some((start, end - start, Cow::Borrowed(MASKED)));
            }
        }
    }

    /// The value of a JSON key: a text that is not empty, a number or a truth value.
    pub fn secret(&mut self) -> Option<(usize, usize, Cow<'a, str>)> {
        self.colon()?;
        let start = self.at;
        if self.skip_one(|byte| byte == b'"').is_none() {
            let length = self.skip(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'));
            let is_null = &self.text[start..self.at] == "null";
            return (length > 0 && !is_null).then(|| (start, length, Cow::Owned(format!("\"{MASKED}\""))));
        }
        let start = self.at;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        let end = self.at.min(self.text.len());
        (end > start && self.text.is_char_boundary(end)).then_some((start, end - start, Cow::Borrowed(MASKED)))
    }
}
