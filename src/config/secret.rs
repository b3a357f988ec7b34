//! A flag whose value must not be printed.

use std::{fmt, fs};

use anyhow::{Context, Result};

/// A secret, or `@` and the name of the file that holds it. `Debug` prints `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself: the given text, or the content of the file without its last line break. A secret that begins
    /// with `@` is given with two of them.
    ///
    /// # Errors
    /// A file that cannot be read. The error does not name it: the name may be a secret that begins with `@`.
    pub fn text(&self) -> Result<String> {
        let Some(file) = self.0.strip_prefix('@') else { return Ok(self.0.clone()) };
        if file.starts_with('@') {
            return Ok(file.to_owned());
        }
        let sentence = "The file after the @ cannot be read (write a secret that begins with @ with @@)";
        let text = fs::read_to_string(file).context(sentence)?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}
