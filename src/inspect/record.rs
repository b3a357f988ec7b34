//! One record of the history, taken out for a reader.

use super::content::Content;
use super::encode;

/// Something that happened, at a time.
#[derive(Debug)]
pub struct Record {
    /// Its number: 1 for the first one, and one more for each.
    pub number: u64,
    /// Microseconds since the start of the server.
    pub at: u64,
    /// What happened.
    pub content: Content,
    /// What was sent or reported, where it has a text.
    pub text: String,
}

impl Record {
    /// Its JSON object, without a line feed. `unmasked`: with addresses and secrets.
    pub fn json(&self, unmasked: bool) -> String {
        encode::record(self.number, self.at, (&self.content, &self.text), unmasked)
    }
}
